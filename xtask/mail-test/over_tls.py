"""Mails over TLS: a mail server that nobody here wrote, with certificates of every kind, and what is said of each. What
goes over the wire is listened to: neither a password nor a mail is ever said in the clear.

Its one argument is the server's program. Everything listens on this machine alone.
"""

import asyncio, base64, logging, os, pathlib, queue, socket, subprocess, sys, tempfile, threading, warnings

from aiosmtpd.smtp import SMTP, AuthResult

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from certificates import DAY, NOW, Authority, signed_by_itself

# It warns that a password may be asked for before there is TLS; where there is TLS from the first byte it never is.
warnings.simplefilter("ignore")
logging.getLogger("mail.log").setLevel(logging.CRITICAL)
USER, PASSWORD, TO = "refund@shop.example", "correct horse battery", "kim@example.com"
# This machine under a name that nobody takes for it: to one that is known to be here `smtp://` does no TLS.
ELSEWHERE = "0.0.0.0"


class MailServer:
    """A mail server, and what it was sent. Each is asked through somebody who listens to every byte of the way."""

    loop = asyncio.new_event_loop()

    def __init__(self, tls=None, starts_tls=None):
        self.mails, self.heard = queue.Queue(), bytearray()
        protects = tls or starts_tls

        def serving():
            return SMTP(
                self, loop=self.loop, tls_context=starts_tls, require_starttls=starts_tls is not None,
                authenticator=self.authenticated if protects else None, auth_required=protects is not None,
                auth_require_tls=starts_tls is not None,
            )

        served = self.on_the_loop(self.loop.create_server(serving, "127.0.0.1", 0, ssl=tls))
        self.behind = served.sockets[0].getsockname()[1]
        listened = self.on_the_loop(asyncio.start_server(self.passed_on, "127.0.0.1", 0))
        self.port = listened.sockets[0].getsockname()[1]

    @classmethod
    def on_the_loop(cls, work):
        return asyncio.run_coroutine_threadsafe(work, cls.loop).result(60)

    def authenticated(self, server, session, envelope, mechanism, data):
        is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=is_right, handled=is_right)

    async def handle_DATA(self, server, session, envelope):
        self.mails.put((session.authenticated, envelope.rcpt_tos))
        return "250 2.0.0 taken"

    async def passed_on(self, reader, writer):
        there = await asyncio.open_connection("127.0.0.1", self.behind)

        async def passes(source, target, heard):
            while data := await source.read(65536):
                heard.extend(data)
                target.write(data)
            target.close()

        await asyncio.gather(
            passes(reader, there[1], self.heard), passes(there[0], writer, bytearray()), return_exceptions=True
        )


def tries(program, trusted, url, folder):
    """What comes of a mail by `refund-api notices test`: whether it was taken, and what was said."""
    password = folder / "password"
    password.write_text(PASSWORD)
    command = [
        program, "notices", "test", "--to", TO, "--smtp-url", url, "--smtp-password-file", password,
        "--mail-from", "Shop <refunds@shop.example>",
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SSL_CERT_")}
    done = subprocess.run(
        command, env=environment | {"SSL_CERT_FILE": str(trusted)}, capture_output=True, text=True, timeout=60
    )
    return done.returncode == 0, done.stdout + done.stderr


def said_in_the_clear(heard):
    """Whether anything was said that is nobody else's."""
    secrets = [TO.encode(), b"MAIL FROM", b"AUTH", PASSWORD.encode(), base64.b64encode(PASSWORD.encode())]
    return [secret for secret in secrets if secret in bytes(heard)]


def main(program):
    threading.Thread(target=MailServer.loop.run_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        own, others = Authority(folder, "own"), Authority(folder, "others")
        user = USER.replace("@", "%40")

        def at(scheme, server, host):
            return f"{scheme}://{user}@{host}:{server.port}"

        for scheme, host, how in (("smtps", "localhost", "tls"), ("smtp", ELSEWHERE, "starts_tls")):
            served = lambda context: MailServer(**{how: context})
            server = served(own.signs(host))
            taken, said = tries(program, own.file, at(scheme, server, host), folder)
            assert taken and "250 2.0.0 taken" in said, said
            assert server.mails.get(timeout=60) == (True, [TO]), "it was signed in to"
            assert not said_in_the_clear(server.heard), server.heard

            for context, advice in (
                (own.signs("mail.other.example"), "for another name"),
                (own.signs(host, begins=NOW - 3 * DAY, ends=NOW - DAY), "has expired"),
                (own.signs(host, begins=NOW + DAY, ends=NOW + 2 * DAY), "not valid yet"),
                (others.signs(host), "SSL_CERT_FILE"),
                (signed_by_itself(folder, host), "SSL_CERT_FILE"),
            ):
                server = served(context)
                taken, said = tries(program, own.file, at(scheme, server, host), folder)
                assert not taken and advice in said, (advice, said)
                assert server.mails.empty() and not said_in_the_clear(server.heard), server.heard

        unprotected = MailServer()
        for scheme, host, advice in (("smtp", ELSEWHERE, "offers no STARTTLS"), ("smtps", "localhost", "smtp://")):
            taken, said = tries(program, own.file, at(scheme, unprotected, host), folder)
            assert not taken and advice in said, said
        assert unprotected.mails.empty() and not said_in_the_clear(unprotected.heard), unprotected.heard

        refuses_the_password(program, own, folder, user)
        says_too_much(program, own, folder, user)
    print("mail went by TLS with a password, and to nobody who could not be trusted")


def refuses_the_password(program, own, folder, user):
    server = MailServer(tls=own.signs("localhost"))
    taken, said = tries(program, own.file, f"smtps://somebody@localhost:{server.port}", folder)
    assert not taken and "535" in said and "--smtp-password-file" in said and PASSWORD not in said, said
    assert server.mails.empty()


def says_too_much(program, own, folder, user):
    """Somebody on the way puts answers behind the one to STARTTLS, in the clear: none of them counts once TLS began."""
    context, listener = own.signs(ELSEWHERE), socket.create_server(("127.0.0.1", 0))

    def serves():
        connection, _ = listener.accept()
        connection.sendall(b"220 mail\r\n")
        connection.recv(4096)
        connection.sendall(b"250-mail\r\n250 STARTTLS\r\n")
        connection.recv(4096)
        connection.sendall(
            b"220 go on\r\n250 AUTH PLAIN\r\n235 welcome\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 2.0.0 taken\r\n"
        )
        try:
            with context.wrap_socket(connection, server_side=True) as protected:
                while protected.recv(65536):
                    pass
        except OSError:
            connection.close()

    threading.Thread(target=serves, daemon=True).start()
    taken, said = tries(program, own.file, f"smtp://{user}@{ELSEWHERE}:{listener.getsockname()[1]}", folder)
    assert not taken, said


main(sys.argv[1])
