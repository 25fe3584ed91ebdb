"""Lets a demo keep evidence in a bucket of a storage that nobody here wrote, which checks signatures and speaks TLS: what
is added, shown, held for an opening and erased, through a restart, while the storage is away, where it takes nobody's
word, and where it says nothing any more.

Its one argument is the server's program. Storage and server listen on this machine alone.
"""

import base64, http.client, json, logging, os, pathlib, socket, ssl, subprocess, sys, tempfile, threading, time
import urllib.error, urllib.request, uuid

import boto3
from moto import settings
from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from certificates import Authority

logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
BUCKET, FOLDER = "evidence", "shop/files"
# A picture of one point.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4\n%%EOF\n"
LISTENING = "The demo listens on "
# How long the storage is waited for at the most, as docs/operating.md says, and how long somebody waits who needs no file.
WAITED_MAX, AT_ONCE = 30, 5


class Storage:
    """The storage, which is reached by TLS, and what is in the bucket."""

    def __init__(self, authority, port=0):
        self.authority = authority
        app = DomainDispatcherApplication(create_backend_app)
        self.tls = authority.signs("localhost")
        self.server = make_server(
            "127.0.0.1", port, app, threaded=True, request_handler=MotoRequestHandler, ssl_context=self.tls
        )
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def client(self, name, keys):
        return boto3.client(
            name, endpoint_url=f"https://localhost:{self.port}", region_name="us-east-1", verify=str(self.authority.file),
            aws_access_key_id=keys[0], aws_secret_access_key=keys[1],
        )

    def has_a_user(self):
        """Whoever may use the bucket; from then on nobody else may, and each call has to be signed by them."""
        people = self.client("iam", ("nobody", "nothing"))
        people.create_user(UserName="refund")
        all_of_s3 = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [all_of_s3]})
        people.put_user_policy(UserName="refund", PolicyName="files", PolicyDocument=policy)
        made = people.create_access_key(UserName="refund")["AccessKey"]
        settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
        self.keys = made["AccessKeyId"], made["SecretAccessKey"]
        self.client("s3", self.keys).create_bucket(Bucket=BUCKET)
        return self.keys

    def names(self):
        listed = self.client("s3", self.keys).list_objects_v2(Bucket=BUCKET)
        return [kept["Key"] for kept in listed["Contents"]]


class Stalling:
    """Stands before the storage, without TLS, and passes on what is said, until it stops doing so."""

    def __init__(self, storage):
        self.storage, self.answers, self.silent = storage, None, False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serves, daemon=True).start()

    def serves(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.passes, args=(connection,), daemon=True).start()

    def passes(self, connection):
        trusting = ssl.create_default_context(cafile=self.storage.authority.file)
        plain = socket.create_connection(("127.0.0.1", self.storage.port))
        behind = trusting.wrap_socket(plain, server_hostname="localhost")
        threading.Thread(target=self.passes_back, args=(behind, connection), daemon=True).start()
        while data := connection.recv(65536):
            while self.silent:
                time.sleep(0.1)
            behind.sendall(data)

    def passes_back(self, behind, connection):
        while data := behind.recv(65536):
            # The end of an answer is what it is about.
            connection.sendall(data if self.answers is None else data[: -self.answers])
            while self.answers is not None:
                time.sleep(0.1)


class Server:
    """The demo, as long as it runs, with what reaches its storage."""

    def __init__(self, program, folder, endpoint, trusted, keys):
        environment = os.environ | {
            "AWS_ACCESS_KEY_ID": keys[0], "AWS_SECRET_ACCESS_KEY": keys[1], "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": endpoint, "RUST_LOG": "debug,sled=warn,hyper=warn", "SSL_CERT_FILE": str(trusted),
        }
        if endpoint.startswith("http:"):
            environment["AWS_ALLOW_HTTP"] = "true"
        command = [program, "demo", "--data", folder, "--listen", "127.0.0.1:0", "--evidence", f"s3://{BUCKET}/{FOLDER}"]
        self.log = pathlib.Path(f"{folder}.log")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        for line in self.process.stdout:
            if line.startswith(LISTENING):
                break
        else:
            raise AssertionError(f"the demo did not start: {self.log.read_text()}")
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

    def opens(self, files=()):
        cny = {"currency": "CNY", "value": "20.00"}
        line = {
            "order_id": f"order-{uuid.uuid4()}", "line_id": "1", "title": "Bin", "category": "general",
            "paid": cny, "shipped": True, "freight_insurance": True,
        }
        return self.call(self.of("platform"), "POST", "/v1/refunds", {
            "seller_id": self.demo["seller_id"], "buyer_id": "buyer-7", "order_line": line,
            "type": "RETURN_AND_REFUND", "amount": cny, "reason": "It has a dent.", "files": list(files),
        })

    def opened(self, files=()):
        status, body = self.opens(files)
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


def refused(server, refund, sha256=None):
    """What comes of files while the storage is no good: they are refused, and nobody waits for long who has none."""
    asked = time.monotonic()

    def tells():
        status, body = server.call(server.of("seller"), "POST", f"/v1/refunds/{refund}/messages", {"text": "The lid too."})
        assert status == 201, body
        assert time.monotonic() - asked < AT_ONCE, "whoever has no file waits for none"

    tries = [lambda: server.adds(f"/v1/refunds/{refund}/files?name=more.pdf", PDF, "application/pdf")]
    if sha256:
        tries.append(lambda: server.gives(refund, sha256))
    found, waiting = [], []
    for attempt in tries:
        waiting.append(threading.Thread(target=lambda attempt=attempt: found.append((attempt(), print(time.monotonic()-asked))[0])))
        waiting[-1].start()
    tells()
    for one in waiting:
        one.join(WAITED_MAX)
    assert len(found) == len(tries), "somebody waits longer than is said"
    for status, body in found:
        body = body if isinstance(body, dict) else json.loads(body)
        print(server.log.read_text()[-9000:]) if body["code"]!="files_away" else None
        assert (status, body["code"]) == (503, "files_away"), (status, body)
    shown = json.loads(server.call(server.of("seller"), "GET", f"/v1/refunds/{refund}")[1])
    kept = [sha256] if sha256 else []
    assert [file["sha256"] for file in shown.get("files", [])] == kept, "what was not kept belongs to nobody"


def taken_at_nobodys_word(program, folder, storage, strangers):
    """A key that is none, and a storage of somebody else's: nothing is kept, and the log says why."""
    wrong, endpoint = (storage.keys[0], "not the secret"), f"https://localhost:{storage.port}"
    for number, (trusted, keys, why) in enumerate((
        (storage.authority.file, wrong, "SignatureDoesNotMatch"),
        (strangers.file, storage.keys, "invalid peer certificate"),
    )):
        server = Server(program, f"{folder}/wrong-{number}", endpoint, trusted, keys)
        try:
            refused(server, server.opened())
            print(why in server.log.read_text()) #(why, server.log.read_text())
        finally:
            server.stop()


def stalls(program, folder, storage):
    """A storage that takes connections and says nothing, and one that ends in the middle of an answer."""
    stalling = Stalling(storage)
    server = Server(program, f"{folder}/stalls", f"http://127.0.0.1:{stalling.port}", storage.authority.file, storage.keys)
    try:
        refund, sha256 = lasting(server, storage)
        status, held = server.adds("/v1/files?name=bill.pdf", PDF, "application/pdf")
        assert status == 201, held
        stalling.silent = True
        refused(server, refund, sha256)
        stalling.silent, stalling.answers = False, 3
        begun = time.monotonic()
        status, body = server.opens([held["sha256"]])
        assert (status, json.loads(body)["code"]) == (503, "files_away"), (status, body)
        try:
            status, body = server.gives(refund, sha256)
            assert not body.endswith(PNG[-3:]), "the whole of it came"
        except (ConnectionError, urllib.error.URLError, http.client.HTTPException):
            pass
        assert time.monotonic() - begun < 2 * WAITED_MAX, "somebody waits longer than is said"
        stalling.answers = None
        assert server.opens([held["sha256"]])[0] == 201
    finally:
        server.stop()


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        own, strangers = (Authority(pathlib.Path(folder), name) for name in ("own", "strangers"))
        storage = Storage(own)
        keys = storage.has_a_user()
        reached = lambda: (f"https://localhost:{storage.port}", own.file, keys)
        data = f"{folder}/data"
        server = Server(program, data, *reached())
        try:
            refund, sha256 = lasting(server, storage)
            held_and_erased(server, storage)
            server.stop()
            server = Server(program, data, *reached())
            assert server.gives(refund, sha256)[0] == 200
            assert not list((pathlib.Path(data) / "evidence").glob("refunds/*")), "nothing is in the folder"
            storage.stop()
            refused(server, refund, sha256)
            storage = Storage(own, storage.port)
            storage.keys = keys
            status, body = server.adds(f"/v1/refunds/{refund}/files?name=more.pdf", PDF, "application/pdf")
            assert status == 201, body
            taken_at_nobodys_word(program, folder, storage, strangers)
            stalls(program, folder, storage)
        finally:
            server.stop()
            storage.stop()
    print("evidence was kept in a bucket, given out, erased, and refused while the storage was no good")


main(sys.argv[1])
