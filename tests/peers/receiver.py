"""What a partner needs to take messages: one HTTPS server out of Python's library, and a program that signs.

receiver.py FOLDER COMMAND...: serves by FOLDER/tls.pem to whoever shows FOLDER/peer.pem, keeps each body in FOLDER and
answers with the receipt that COMMAND signs (from standard input to standard output). Prints its port when it listens.
"""

import hashlib
import http.server
import json
import pathlib
import ssl
import subprocess
import sys
import time

FOLDER, SIGN = pathlib.Path(sys.argv[1]), sys.argv[2:]


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        message = self.headers["Sirex-Message-Id"]
        kept, receipt = FOLDER / f"{message}.pgp", FOLDER / f"{message}.receipt"
        if not receipt.exists():
            kept.write_bytes(body)
            text = json.dumps({
                "id": message,
                "digest": "sha256:" + hashlib.sha256(body).hexdigest(),
                "size": len(body),
                "received_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "outcome": "filed",
                "code": None,
                "number": "CERT-1",
            })
            receipt.write_bytes(subprocess.run(SIGN, input=text.encode(), stdout=subprocess.PIPE, check=True).stdout)
        answer = receipt.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "application/pgp-signature")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.minimum_version = ssl.TLSVersion.TLSv1_3
context.load_cert_chain(FOLDER / "tls.pem")
context.load_verify_locations(FOLDER / "peer.pem")
context.verify_mode = ssl.CERT_REQUIRED
server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
