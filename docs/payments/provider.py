"""A payment provider to try an adapter with. It behaves as the real ones do, by a seed: it loses answers, is away for a
while, changes its mind, pays late what it had called failed, takes back what it had paid; its notices come late, twice
and out of order. It moves no money, and listens on this machine alone.

    python3 provider.py PORT SEED

PUT /payments/{key} asks for a payment, once for each key; GET /payments/{key} says what became of it.
GET /notices?after=0 says what to look at again. GET /books lists everything; POST /calm ends all faults.
"""

import http.server
import json
import random
import sys
import threading
import urllib.parse

chance = random.Random(int(sys.argv[2]))
lock = threading.Lock()
payments, notices, held_back = {}, [], []
calm = False


def happens(probability):
    return not calm and chance.random() < probability


def changed(payment, status, reason=None):
    payment.update(status=status, reason=reason)
    payment["history"].append(status)
    notice = {"key": payment["key"], "status": status}
    for _ in range(2 if happens(0.3) else 1):
        # Some come at once, some when others have long come.
        (held_back if happens(0.4) else notices).append(notice)
    if held_back and (calm or happens(0.3)):
        notices.append(held_back.pop(chance.randrange(len(held_back))))


def goes_on(payment):
    """What becomes of a payment while nobody looks."""
    if payment["status"] == "pending" and (calm or chance.random() < 0.6):
        if happens(0.4):
            changed(payment, "failed", "The bank did not answer.")
        else:
            changed(payment, "succeeded")
    elif payment["status"] == "failed" and happens(0.1):
        changed(payment, "succeeded")
    elif payment["status"] == "succeeded" and happens(0.05):
        changed(payment, "reversed", "The account was closed.")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def say(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def answer(self):
        global calm
        url = urllib.parse.urlsplit(self.path)
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null")
        with lock:
            if url.path == "/calm":
                calm = True
                notices.extend(held_back)
                held_back.clear()
                for payment in payments.values():
                    goes_on(payment)
            elif url.path == "/books":
                return 200, list(payments.values())
            elif url.path == "/notices":
                after = int(urllib.parse.parse_qs(url.query).get("after", ["0"])[0])
                return 200, {"items": notices[after:], "after": len(notices)}
            elif happens(0.15):
                return 503, {"error": "away"}
            else:
                key = url.path.removeprefix("/payments/")
                if self.command == "PUT" and key not in payments:
                    payments[key] = {"key": key, "amount": body, "status": "pending", "reason": None, "reference": f"pay_{len(payments) + 1}", "history": []}
                if key not in payments:
                    return 404, {"error": "no such payment"}
                goes_on(payments[key])
                if happens(0.15):
                    return None, None
                return 200, payments[key]
        return 200, {}

    def handle_any(self):
        status, body = self.answer()
        if status is None:
            self.close_connection = True
        else:
            self.say(status, body)

    do_GET = do_PUT = do_POST = handle_any


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
print(f"listening on 127.0.0.1:{sys.argv[1]}", flush=True)
server.serve_forever()
