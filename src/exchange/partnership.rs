//! What people decide about partners, with its leaf in the log. The file is changed first: a leaf never tells of what did
//! not happen, and a change whose leaf a crash swallowed is seen by its file.

use std::path::Path;

use zeroize::Zeroizing;

use super::{
    cards::{CardError, add_card},
    home::{DENY_KEY, DENY_LIST, Home, HomeError},
};
use crate::{
    audit::{Entry, Field, Kind},
    config::{self, Access, FileError},
    digest::Digest,
    gate::DenyClass,
    openpgp::Fingerprint,
    partner::{Card, Comparison, Domain, Partner, Received, Removed},
    sharing::{Agreement, AgreementLimits, DenyEntries, DenyKey, MAX_DENY_BYTES},
    store::{self, Tx},
};

impl Home {
    /// Takes a partner's card, unverified.
    ///
    /// # Errors
    /// As [`super::read_card`]; an older card, or one of a partner who was removed.
    pub async fn add_partner(&self, signed: &[u8], actor: &str) -> Result<(Card, Fingerprint, Received), CardError> {
        let (card, signer, received) = add_card(self, signed)?;
        let entry = changed(actor, &card.domain, received.as_str())
            .digest(Field::Digest, Digest::of(signed))
            .text(Field::Key, signer.to_string());
        self.log(entry).await?;
        Ok((card, signer, received))
    }

    /// Records that somebody has compared fingerprints with a partner.
    ///
    /// # Errors
    /// When what was compared is not the partner's.
    pub async fn verify_partner(&self, domain: &Domain, comparison: Comparison) -> Result<Partner, HomeError> {
        let actor = comparison.by.clone();
        let keys: Vec<String> = comparison.fingerprints.iter().map(ToString::to_string).collect();
        let partner = self.partners.verify(domain, comparison)?;
        for key in keys {
            self.log(changed(&actor, domain, "verified").text(Field::Key, key)).await?;
        }
        Ok(partner)
    }

    /// Puts the agreement that is in this file in force.
    ///
    /// # Errors
    /// When it says something wrong, is not newer than the one in force, or there is no such partner.
    pub async fn agree(&self, domain: &Domain, file: &Path, actor: &str) -> Result<Agreement, HomeError> {
        self.partners.get(domain)?;
        let limits = AgreementLimits::default();
        let text = config::read_text(file, limits.bytes)?;
        let agreement =
            Agreement::parse(domain, &text, &limits).map_err(|finding| FileError::invalid(file, finding))?;
        // One that cannot be read is in force for nobody.
        if let Ok(before) = self.agreement(domain)
            && (agreement.version() < before.version()
                || (agreement.version() == before.version() && agreement.digest() != before.digest()))
        {
            let (found, in_force) = (agreement.version(), before.version());
            return Err(HomeError::NotNewer { partner: domain.clone(), found, in_force });
        }
        config::write(&self.partners.agreement_file(domain), text.as_bytes(), Access::Default)?;
        let entry = Entry::new(Kind::PolicyChanged, actor)
            .text(Field::Partner, domain.as_str())
            .number(Field::Policy, agreement.version().into())
            .digest(Field::Digest, agreement.digest());
        self.log(entry).await?;
        Ok(agreement)
    }

    /// Ends a partnership.
    ///
    /// # Errors
    /// When there is none, or nobody says why.
    pub async fn remove_partner(&self, domain: &Domain, removed: Removed) -> Result<(), HomeError> {
        let actor = removed.by.clone();
        self.partners.remove(domain, removed)?;
        Ok(self.log(changed(&actor, domain, "removed")).await?)
    }

    /// Adds an entry to the deny list; its tag.
    ///
    /// # Errors
    /// When the entry cannot be used, or the list cannot be written.
    pub async fn deny(&self, class: DenyClass, text: &str, actor: &str) -> Result<String, HomeError> {
        let (key, file) = (self.folder().join(DENY_KEY), self.folder().join(DENY_LIST));
        let (text, actor, entropy) = (Zeroizing::new(text.to_owned()), actor.to_owned(), self.gateway.entropy.clone());
        // Within the act, which no other process has at the same time: an entry that another one adds is not lost.
        let add = async move |tx: &mut Tx| {
            let key = DenyKey::load(&key)?;
            let mut entries = DenyEntries::load(&file, &key)?;
            let tag = entries.add(class, &text)?;
            entries.save(&file, &key, &*entropy)?;
            let list = config::read_bytes(&file, MAX_DENY_BYTES)?;
            let entry = Entry::new(Kind::ConfigChanged, actor).digest(Field::Digest, Digest::of(&list));
            tx.log(entry.text(Field::What, "deny-list")).await?;
            Ok::<_, HomeError>(tag)
        };
        self.gateway.store.act("deny", add).await
    }

    async fn log(&self, entry: Entry) -> Result<(), store::Error> {
        self.gateway.store.act("log", async move |tx: &mut Tx| tx.log(entry).await.map(|_| ())).await
    }
}

fn changed(actor: &str, domain: &Domain, what: &str) -> Entry {
    Entry::new(Kind::PartnerChanged, actor).text(Field::Partner, domain.as_str()).text(Field::What, what)
}
