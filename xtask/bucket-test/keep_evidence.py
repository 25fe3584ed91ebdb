"""Lets a demo keep evidence in a bucket of a storage that nobody here wrote: what is added, shown, held for an opening and
erased, through a restart, and while the storage is away.

Its one argument is the server's program. Storage and server listen on this machine alone.
"""

import base64, json, logging, os, pathlib, subprocess, sys, tempfile, urllib.error, urllib.request, uuid

from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
BUCKET, FOLDER = "evidence", "shop/files"
# A picture of one point.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4\n%%EOF\n"
LISTENING = "The demo listens on "


class Storage:
    """The storage, and what is in the bucket."""

    def __init__(self, port=0):
        self.server = ThreadedMotoServer("127.0.0.1", port)
        self.server.start()
        self.port = self.server.get_host_and_port()[1]

    def ask(self, method, path):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}", method=method)
        with urllib.request.urlopen(request) as answer:
            return answer.read().decode()

    def names(self):
        listed = self.ask("GET", f"{BUCKET}?list-type=2").split("<Key>")[1:]
        return [rest.split("</Key>")[0] for rest in listed]


class Server:
    """The demo, as long as it runs."""

    def __init__(self, program, folder, storage):
        environment = os.environ | {
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{storage.port}", "AWS_ALLOW_HTTP": "true", "RUST_LOG": "error",
        }
        command = [program, "demo", "--data", folder, "--listen", "127.0.0.1:0", "--evidence", f"s3://{BUCKET}/{FOLDER}"]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.startswith(LISTENING):
                break
        else:
            raise AssertionError("the demo did not start")
        self.demo = json.loads((pathlib.Path(folder) / "demo.json").read_text())

    def stop(self):
        self.process.terminate()
        self.process.wait(60)

    def call(self, key, method, path, body=None, kind="application/json", **headers):
        """The status and the body of an answer."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": kind} | headers
        request = urllib.request.Request(self.demo["base_url"] + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def of(self, role):
        return self.demo["keys"][role]

    def opened(self, files=()):
        cny = {"currency": "CNY", "value": "20.00"}
        line = {
            "order_id": f"order-{uuid.uuid4()}", "line_id": "1", "title": "Bin", "category": "general",
            "paid": cny, "shipped": True, "freight_insurance": True,
        }
        status, body = self.call(self.of("platform"), "POST", "/v1/refunds", {
            "seller_id": self.demo["seller_id"], "buyer_id": "buyer-7", "order_line": line,
            "type": "RETURN_AND_REFUND", "amount": cny, "reason": "It has a dent.", "files": list(files),
        })
        assert status == 201, body
        return json.loads(body)["id"]

    def adds(self, path, body, kind):
        status, answer = self.call(self.of("seller" if "refunds" in path else "platform"), "POST", path, body, kind)
        return status, json.loads(answer)

    def gives(self, refund, sha256, size=""):
        return self.call(self.of("operator"), "GET", f"/v1/refunds/{refund}/files/{sha256}{size}")


def lasting(server, storage):
    """Adds what is still there after a restart; the refund and the hash."""
    refund = server.opened()
    status, added = server.adds(f"/v1/refunds/{refund}/files?name=dent.png", PNG, "image/png")
    assert status == 201, added
    sha256 = added["sha256"]
    names = storage.names()
    assert f"{FOLDER}/refunds/{refund}/{sha256}" in names, names
    assert any(name.startswith(f"{FOLDER}/refunds/{refund}/{sha256}.") for name in names), "there is a small one"
    for size in ("", "?size=small"):
        status, body = server.gives(refund, sha256, size)
        assert status == 200 and body.startswith(b"\x89PNG") or body.startswith(b"\xff\xd8"), (size, status)
    return refund, sha256


def held_and_erased(server, storage):
    status, held = server.adds("/v1/files?name=bill.pdf", PDF, "application/pdf")
    assert status == 201, held
    refund = server.opened([held["sha256"]])
    status, body = server.gives(refund, held["sha256"])
    assert (status, body) == (200, PDF), status
    status, body = server.call(server.of("operator"), "DELETE", f"/v1/refunds/{refund}/files/{held['sha256']}")
    assert status in (200, 204), body
    assert server.gives(refund, held["sha256"])[0] == 410, server.gives(refund, held["sha256"])
    left = [name for name in storage.names() if held["sha256"] in name]
    assert left == [f"{FOLDER}/refunds/{refund}/{held['sha256']}.erased"], left


def away(server, storage, refund, sha256):
    """While the storage is away no file is taken or given out, and all else goes on."""
    storage.server.stop()
    for status, body in (
        server.adds(f"/v1/refunds/{refund}/files?name=more.pdf", PDF, "application/pdf"),
        (lambda found: (found[0], json.loads(found[1])))(server.gives(refund, sha256)),
    ):
        assert (status, body["code"]) == (503, "files_away"), (status, body)
    message = {"text": "The lid too."}
    status, body = server.call(server.of("seller"), "POST", f"/v1/refunds/{refund}/messages", message)
    assert status == 201, body
    shown = json.loads(server.call(server.of("seller"), "GET", f"/v1/refunds/{refund}")[1])
    assert [file["sha256"] for file in shown["files"]] == [sha256], "what was not kept belongs to nobody"


def main(program):
    storage = Storage()
    storage.ask("PUT", BUCKET)
    with tempfile.TemporaryDirectory() as folder:
        data = f"{folder}/data"
        server = Server(program, data, storage)
        try:
            refund, sha256 = lasting(server, storage)
            held_and_erased(server, storage)
            server.stop()
            server = Server(program, data, storage)
            assert server.gives(refund, sha256)[0] == 200
            assert not list((pathlib.Path(data) / "evidence").glob("refunds/*")), "nothing is in the folder"
            away(server, storage, refund, sha256)
            storage = Storage(storage.port)
            status, body = server.adds(f"/v1/refunds/{refund}/files?name=more.pdf", PDF, "application/pdf")
            assert status == 201, body
        finally:
            server.stop()
            storage.server.stop()
    print("evidence was kept in a bucket, given out, erased, and refused while the storage was away")


main(sys.argv[1])
