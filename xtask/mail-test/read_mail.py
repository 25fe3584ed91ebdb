"""Starts a mail server, lets each kind of notice to a buyer happen in a demo that mails by it, in three languages, and
reads what comes as a mail program does.

Says on its first line at which port the mail server is, and reads from its own first line where the demo's keys are.
"""

import asyncio, datetime, email, email.policy, json, pathlib, queue, re, sys, threading, urllib.error, urllib.request, uuid

from aiosmtpd.smtp import SMTP

LOCALES = pathlib.Path(__file__).parents[2] / "crates/refund-api/locales"
HOUR = 3600


class Inbox:
    def __init__(self):
        self.mails = queue.Queue()

    async def handle_DATA(self, server, session, envelope):
        self.mails.put(envelope)
        return "250 2.0.0 taken"


inbox = Inbox()
loop = asyncio.new_event_loop()
server = loop.run_until_complete(loop.create_server(lambda: SMTP(inbox, loop=loop), "127.0.0.1", 0))
threading.Thread(target=loop.run_forever, daemon=True).start()
print(server.sockets[0].getsockname()[1], flush=True)
demo = json.loads(pathlib.Path(sys.stdin.readline().strip()).read_text())
keys = demo["keys"]


def call(role, method, path, body=None, version=None):
    headers = {"Authorization": f"Bearer {keys[role]}", "Content-Type": "application/json"}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(demo["base_url"] + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{method} {path}: {error.read().decode()}") from None


def texts(language):
    """The texts of a language, of one line each."""
    lines = "\n".join(file.read_text() for file in sorted((LOCALES / language).glob("*.ftl"))).splitlines()
    return dict(line.split(" = ", 1) for line in lines if re.match(r"[a-z-]+ = ", line))


def cny(value):
    return {"currency": "CNY", "value": value}


class Story:
    """A refund of a buyer who gets mail in a language."""

    def __init__(self, language):
        self.language, self.texts = language, texts(language)
        self.title = f"Bin \u202e & <lid> {uuid.uuid4()}"
        self.address = f"kim.{uuid.uuid4().hex}@example.com"
        self.thread, self.ids = None, set()
        line = {
            "order_id": f"order-{uuid.uuid4()}", "line_id": "1", "title": self.title, "category": "general",
            "paid": cny("20.00"), "shipped": True, "freight_insurance": True,
        }
        self.refund = call("platform", "POST", "/v1/refunds", {
            "seller_id": demo["seller_id"], "buyer_id": "buyer-7", "order_line": line, "type": "RETURN_AND_REFUND",
            "amount": cny("20.00"), "reason": "It has a dent.",
            "buyer_contact": {"email": self.address, "language": language},
        })
        self.link = call("platform", "GET", f"/v1/refunds/{self.refund['id']}/buyer-link")["url"]

    def does(self, role, path, body):
        call(role, "POST", f"/v1/refunds/{self.refund['id']}/{path}", body, self.now()["version"])

    def next_in(self):
        """In how many seconds the next notice of the buyer's deadline is due, with what a mail waits."""
        at = datetime.datetime.fromisoformat(self.now()["deadlines"][0]["at"])
        clock = call("operator", "GET", "/v1/test-clock")["now"]
        left = (at - datetime.datetime.fromisoformat(clock)).total_seconds()
        before = [seconds for seconds in (6 * HOUR, HOUR, 0) if left - seconds > 0]
        return int(left - before[0]) + 62

    def now(self):
        return call("operator", "GET", f"/v1/refunds/{self.refund['id']}")

    def gets(self, *happened, names=None, seconds=61):
        """Time passes, and there is one mail that tells of that, and of what is to be done until when."""
        call("operator", "POST", "/v1/test-clock/advance", {"seconds": seconds})
        envelope = inbox.mails.get(timeout=60)
        assert envelope.rcpt_tos == [self.address], envelope.rcpt_tos
        assert envelope.mail_from == "refunds@example.com", envelope.mail_from
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert not mail.defects, mail.defects
        plain, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
        told = [self.texts[name] for name in happened]
        title = self.title.replace("\u202e", "")
        assert mail["subject"].startswith(told[-1]) and "Bin" in mail["subject"], (mail["subject"], told)
        assert str(mail["from"]) == "Example Shop <refunds@example.com>" and str(mail["to"]) == self.address, mail.items()
        assert mail["auto-submitted"] == "auto-generated" and mail["date"].datetime, mail.items()
        assert mail["message-id"] not in self.ids, mail["message-id"]
        self.ids.add(mail["message-id"])
        self.thread = self.thread or mail["in-reply-to"]
        assert mail["in-reply-to"] == mail["references"] == self.thread, mail.items()
        assert self.refund["id"] in self.thread, self.thread
        for body in (plain, html):
            assert all(one in body for one in told), (told, body)
            assert self.link in body and "UTC" in body and "\u202e" not in body, body
            if names:
                assert self.texts[f"mail-do-{names}"] in body and self.texts["refund-silence"] in body, body
        assert title in plain and f'<html lang="{self.language}">' in html, plain
        assert "&lt;lid" in html.replace("&#60;", "&lt;") and not re.search(r"<(script|link|img|style)|src=|url\(", html), html
        with urllib.request.urlopen(self.link) as page:
            assert page.status == 200


def told_everything(language):
    story = Story(language)
    story.does("seller", "messages", {"text": "Which side?\nThe lid?"})
    story.gets("event-message-posted")
    story.does("seller", "negotiation", {"type": "REFUND_ONLY", "amount": cny("5.00"), "message": "Keep it."})
    story.gets("event-negotiation-offered", names="buyer-answer")
    story.gets("event-deadline-reminder", names="buyer-answer", seconds=30 * HOUR)
    story.gets("event-deadline-reminder", names="buyer-answer", seconds=5 * HOUR)
    story.gets("event-negotiation-expired", "event-refund-agreed-by-silence", names="buyer-ship", seconds=HOUR)
    story.does("platform", "ship", {"carrier": "SF Express", "tracking_number": "SF-1"})
    story.does("seller", "refuse-receipt", {"reason": "It is broken."})
    story.gets("event-refund-receipt-refused", names="buyer-respond")
    story.does("platform", "escalate", {"reason": "It was whole."})
    story.does("operator", "rule", {"decision": "REFUND", "amount": cny("20.00"), "reason": "It was whole."})
    story.gets("event-refund-ruled", "event-refund-succeeded")

    story = Story(language)
    story.does("seller", "negotiation", {"type": "REFUND_ONLY", "amount": cny("5.00")})
    story.does("seller", "negotiation/withdraw", {})
    story.gets("event-negotiation-offered", "event-negotiation-withdrawn")
    story.does("seller", "refuse", {"reason": "It was whole."})
    story.gets("event-refund-refused", names="buyer-respond")
    # The reminders on the way are told by mails of their own.
    for happened in (["event-deadline-reminder"], ["event-deadline-reminder"], ["event-refund-closed"]):
        story.gets(*happened, names=None if happened == ["event-refund-closed"] else "buyer-respond", seconds=story.next_in())

    story = Story(language)
    story.does("seller", "agree", {})
    story.gets("event-refund-agreed", names="buyer-ship")
    story.does("platform", "ship", {"carrier": "SF Express", "tracking_number": "SF-1"})
    story.does("seller", "confirm-receipt", {})
    story.gets("event-refund-receipt-confirmed", "event-refund-succeeded")


call("operator", "PUT", "/v1/policy", {"notices": True, "allow_withdraw": True})
languages = ["en", "zh-Hans", "zh-Hant"]
for language in languages:
    told_everything(language)
assert inbox.mails.empty(), "there is one more mail"
print(f"a mail server took each kind of notice in {len(languages)} languages, and a mail program reads them")
