// What a partner with OpenPGP.js does. Arguments: act, profile, folder. Results go to standard output.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const openpgp = createRequire(join(process.env.SIREX_PEER_NODE, 'index.js'))('openpgp');
const [act, profile, folder] = process.argv.slice(2);
const v6 = profile !== 'rfc4880';
const config = { ...openpgp.config, v6Keys: v6, aeadProtect: v6, preferredAEADAlgorithm: openpgp.enums.aead.ocb };
const path = (name) => join(folder, name);
const text = (name) => readFileSync(path(name), 'utf8');
const ours = () => openpgp.readKey({ armoredKey: text('ours.asc') });
const theirs = () => openpgp.readPrivateKey({ armoredKey: text('secret.asc') });
const binary = async () => openpgp.createMessage({ binary: readFileSync(path('text.xml')) });

async function read(message, more) {
  const result = await openpgp.decrypt({ message, verificationKeys: await ours(), format: 'binary', config, ...more });
  await result.signatures[0].verified;
  return result.data;
}

const acts = {
  async make() {
    const { privateKey, publicKey } = await openpgp.generateKey({
      type: v6 ? 'curve25519' : 'ecc',
      userIDs: [{ name: 'cert.example', email: 'cert@cert.example' }],
      config,
    });
    writeFileSync(path('secret.asc'), privateKey);
    writeFileSync(path('theirs.asc'), publicKey);
    return '';
  },
  async open() {
    const message = await openpgp.readMessage({ armoredMessage: text('sealed.asc') });
    return read(message, { decryptionKeys: await theirs(), expectSigned: true });
  },
  async receipt() {
    const message = await openpgp.readMessage({ armoredMessage: text('receipt.asc') });
    const result = await openpgp.verify({ message, verificationKeys: await ours(), format: 'binary', expectSigned: true });
    return result.data;
  },
  async seal() {
    return openpgp.encrypt({
      message: await binary(), encryptionKeys: await ours(), signingKeys: await theirs(), config,
    });
  },
  async sign() {
    return openpgp.sign({ message: await binary(), signingKeys: await theirs(), detached: true, config });
  },
};

process.stdout.write(await acts[act]());
