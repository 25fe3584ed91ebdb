"""A server of tomorrow: passes calls on to the one of today, and says more than it does. After each event stands one of
an unknown type, every object has a member more, and all names that may be others one day are others.

    tomorrow.py BASE_URL

It prints its own address.
"""

import http.client, http.server, json, sys, urllib.parse

real = urllib.parse.urlparse(sys.argv[1])
NEW = "never_heard_of"


def member(node):
    if isinstance(node, dict):
        for inner in node.values():
            member(inner)
        node["added_tomorrow"] = {"leash": "red"}
    elif isinstance(node, list):
        for inner in node:
            member(inner)


def names(answer):
    """Of a refund or a problem."""
    if "order_line" in answer:
        answer["status"] = answer["order_line"]["category"] = answer["requested"]["type"] = NEW
        answer["actions"].append(NEW)
        for deadline in answer["deadlines"]:
            deadline["kind"] = deadline["who"] = deadline["on_silence"] = NEW
        if answer.get("closed_reason"):
            answer["closed_reason"] = NEW
    if "code" in answer:
        answer["code"] = NEW
        if answer.get("rule"):
            answer["rule"] = NEW


def names_inside(event):
    event["actor"]["role"] = event["actor"]["via"] = NEW
    for name in ("kind", "who", "on_silence", "decision", "closed_reason", "withdrawn_reason"):
        if isinstance(event["data"].get(name), str):
            event["data"][name] = NEW


def alter(answer):
    for one in [answer, *answer.get("items", [])]:
        if "sequence" in one:
            names_inside(one)
        else:
            names(one)
    if any("sequence" in one for one in answer.get("items", [])):
        newer = ({**event, "type": "refund.gone_for_a_walk", "data": {"leash": "red"}} for event in answer["items"])
        answer["items"] = [event for pair in zip(list(answer["items"]), list(newer)) for event in pair]
    member(answer)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        with_real = http.client.HTTPConnection(real.hostname, real.port, timeout=20)
        with_real.request("GET", self.path, headers={"Authorization": self.headers.get("Authorization")})
        answer = with_real.getresponse()
        content, kind = answer.read(), answer.headers.get("Content-Type", "")
        if "json" in kind:
            value = json.loads(content)
            alter(value)
            content = json.dumps(value).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
