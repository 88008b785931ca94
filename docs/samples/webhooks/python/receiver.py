"""Receives Waybill's webhooks: verify, store, answer. Then work on them.

    pip install -r requirements.txt
    WEBHOOK_SECRET=whsec_... python receiver.py
"""

import os
import sqlite3
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

verifier = Webhook(os.environ["WEBHOOK_SECRET"])
database = os.environ.get("STORE", "webhooks.db")
MAX_BODY = 1 << 20


def store(webhook_id: str, body: bytes) -> None:
    """Keeps a webhook. One that comes again changes nothing."""
    connection = sqlite3.connect(database, timeout=10)
    with connection:
        connection.execute("INSERT OR IGNORE INTO webhooks (id, body) VALUES (?, ?)", (webhook_id, body))
    connection.close()


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        if length > MAX_BODY:
            self.close_connection = True
            self.answer(413)
            return
        body = self.rfile.read(length)  # the bytes as they came
        try:
            verifier.verify(body, dict(self.headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            self.answer(401)
            return
        store(self.headers["webhook-id"], body)
        self.answer(204)

    def answer(self, status: int) -> None:
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_) -> None:
        pass


with sqlite3.connect(database) as first:
    first.execute("CREATE TABLE IF NOT EXISTS webhooks (id TEXT PRIMARY KEY, body BLOB, done INTEGER DEFAULT 0)")
server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8099"))), Receiver)
print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
server.serve_forever()
