"""Reads every event of a feed, a list, a refund and a problem with the generated client: of a server of today, where
none may be unknown, or of tomorrow, where some have to be."""

import os, sys

from refund_engine import AuthenticatedClient
from refund_engine.api.events import list_events
from refund_engine.api.refunds import get_refund, list_refunds
from refund_engine.models import Feed, OtherEvent, Problem, Refund, RefundPage

client = AuthenticatedClient(os.environ["BASE_URL"], os.environ["KEY"])
failed = []


def check(name, what):
    try:
        print(f"{name}: {what()}")
    except Exception as error:
        failed.append(name)
        print(f"{name}: FAILED: {type(error).__name__}: {error}")


def events():
    met, others, after = set(), 0, None
    while True:
        feed = list_events.sync(client=client, **({"after": after} if after else {}))
        assert isinstance(feed, Feed), feed
        for event in feed.items:
            if isinstance(event, OtherEvent):
                others += 1
            else:
                met.add(event.type_)
        if feed.next_cursor is None:
            break
        after = feed.next_cursor
    assert (others > 0) == ("TOMORROW" in os.environ), f"{len(met)} types, {others} events of others"
    return f"{len(met)} types, {others} events of others"


def one():
    page = list_refunds.sync(client=client)
    assert isinstance(page, RefundPage), page
    due = next(refund for refund in page.items if refund.deadlines)
    refund = get_refund.sync(due.id, client=client)
    assert isinstance(refund, Refund), refund
    deadline = refund.deadlines[0]
    return f"{refund.status!r} {refund.actions} {deadline.kind!r} {deadline.at}"


def problem():
    no = get_refund.sync("rfd_none", client=client)
    assert isinstance(no, Problem), no
    return f"{no.code!r} {no.remedy}"


for name, what in (("events", events), ("refund", one), ("problem", problem)):
    check(name, what)
sys.exit(bool(failed))
