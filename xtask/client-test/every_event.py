"""Lets every type of event happen, and reads all of them with the generated client, typed."""

import datetime, io, json, os, urllib.request, uuid

from refund_engine import AuthenticatedClient
from refund_engine.api.disputes import escalate_refund, rule_refund
from refund_engine.api.erasure import erase_data
from refund_engine.api.events import list_events
from refund_engine.api.evidence import add_file, erase_file, get_file
from refund_engine.api.messages import post_message
from refund_engine.api.negotiation import make_offer
from refund_engine.api.notices import list_notices, report_notice
from refund_engine.api.payouts import report_payout, retry_payout
from refund_engine.api.refunds import (
    agree_refund, extend_deadline, get_refund, mark_shipped, modify_refund, open_refund, refuse_refund,
)
from refund_engine.api.returns import refuse_receipt, ship_return, waive_return
from refund_engine.api.settings import put_policy
from refund_engine.api.test_clock import advance_test_clock
from refund_engine.models import (
    AdvanceInput, AgreeInput, Category, DeadlineKind, Decision, ErasedBecause, ErasedKind, ErasureInput, ExtendInput, Feed, MessageInput, ModifyInput, MoneyInput, Nothing,
    NoticeReportInput, NoticeResult, OfferInput, OpenInput, OrderLineInput, OtherEvent, PayoutInput, PayoutResult,
    PolicyOverridesInput, ReasonInput, Refund, RefundType, RuleInput, ShipInput,
)

from refund_engine.types import File

with open(os.path.join(os.environ["DEMO"], "demo.json")) as file:
    demo = json.load(file)
operator, platform, seller = (
    AuthenticatedClient(demo["base_url"], demo["keys"][role]) for role in ("operator", "platform", "seller")
)


def cny(value: str) -> MoneyInput:
    return MoneyInput(currency="CNY", value=value)


def opened(shipped: bool = True) -> Refund:
    line = OrderLineInput(
        order_id=f"order-{uuid.uuid4()}", line_id="1", title="Steel waste bin", category=Category.GENERAL,
        paid=cny("20.00"), shipped=shipped, freight_insurance=True,
    )
    return done(open_refund.sync(client=platform, body=OpenInput(
        seller_id=demo["seller_id"], buyer_id="buyer-7", order_line=line,
        type_=RefundType.RETURN_AND_REFUND if shipped else RefundType.REFUND_ONLY,
        amount=cny("20.00"), reason="It has a dent.",
    )))


def done(answer) -> Refund:
    assert isinstance(answer, Refund), answer
    return answer


def by_seller(refund: Refund, command, body) -> Refund:
    return done(command.sync(refund.id, client=seller, body=body, if_match=f'"{refund.version}"'))


def by_operator(refund: Refund, command, body) -> Refund:
    return done(command.sync(refund.id, client=operator, body=body, if_match=f'"{refund.version}"'))


def by_buyer(refund: Refund, command, body) -> Refund:
    return done(command.sync(refund.id, client=platform, body=body))


why = ReasonInput(reason="It was whole.")
parcel = ShipInput(carrier="SF Express", tracking_number="SF-1")

refund = by_buyer(opened(), modify_refund, ModifyInput(type_=RefundType.REFUND_ONLY, amount=cny("9.00"), reason="A scratch."))
post_message.sync(refund.id, client=seller, body=MessageInput(text="Which side?"))
later = refund.deadlines[0].at + datetime.timedelta(days=1)
refund = by_operator(refund, extend_deadline, ExtendInput(kind=DeadlineKind.SELLER_DECIDE, to=later))
refund = by_buyer(by_seller(refund, refuse_refund, why), escalate_refund, why)
by_operator(refund, rule_refund, RuleInput(decision=Decision.CLOSE, reason="It was whole."))

refund = by_seller(opened(), make_offer, OfferInput(type_=RefundType.REFUND_ONLY, amount=cny("2.00")))
refund = by_buyer(by_seller(refund, agree_refund, AgreeInput()), ship_return, parcel)
by_seller(refund, refuse_receipt, why)
paid = by_seller(by_seller(opened(), agree_refund, AgreeInput()), waive_return, Nothing())
by_buyer(opened(shipped=False), mark_shipped, Nothing())


def reported(attempt: int, result: PayoutResult) -> Refund:
    return by_buyer(paid, report_payout, PayoutInput(result=result, attempt=attempt, provider_reference=f"pay_{attempt}"))


# What a seller shows, and the operator erases.
bytes_of_it = b"%PDF-1.7\nan invoice"
invoice = add_file.sync(refund.id, client=seller, body=File(payload=io.BytesIO(bytes_of_it)), name="invoice.pdf")
assert get_file.sync(refund.id, invoice.sha256, client=platform).payload.read() == bytes_of_it
assert erase_file.sync(refund.id, invoice.sha256, client=operator).erased_at
forgotten = ErasureInput(
    refund_id=refund.id, because=ErasedBecause.LAW, reason="Letter 17", what=[ErasedKind.TEXT, ErasedKind.CONTACT]
)
assert {erased.what for erased in done(erase_data.sync(client=operator, body=forgotten)).erased} >= {"text", "contact"}

# The money comes back and nobody does anything for more than a day; then two attempts pay.
reported(1, PayoutResult.REVERSED)
advance_test_clock.sync(client=operator, body=AdvanceInput(seconds=90_000))
by_buyer(paid, retry_payout, Nothing())
reported(2, PayoutResult.FAILED)
by_buyer(paid, retry_payout, Nothing())
reported(2, PayoutResult.SUCCEEDED)
assert reported(3, PayoutResult.SUCCEEDED).payout.paid_twice

# Whoever something concerns is told of it; one notice gets through, the other does not.
put_policy.sync(client=operator, body=PolicyOverridesInput(notices=True))
refund = by_seller(opened(), make_offer, OfferInput(type_=RefundType.REFUND_ONLY, amount=cny("2.00")))
put_policy.sync(client=operator, body=PolicyOverridesInput())
notices = list_notices.sync(client=platform, refund_id=refund.id).items
for notice, result in zip(notices, NoticeResult, strict=True):
    report = report_notice.sync(notice.id, client=platform, body=NoticeReportInput(result=result))
    assert report.status == ("ACCEPTED" if result == NoticeResult.ACCEPTED else "FAILED"), report

met, after = {}, None
while True:
    feed = list_events.sync(client=operator, **({"after": after} if after else {}))
    assert isinstance(feed, Feed), feed
    for event in feed.items:
        assert not isinstance(event, OtherEvent), event
        assert event.seller_id and event.buyer_id and event.order_id and event.line_id
        met[event.type_] = type(event).__name__
    if feed.next_cursor is None:
        break
    after = feed.next_cursor

with urllib.request.urlopen(f"{demo['base_url']}/openapi.json") as answer:
    mapping = json.load(answer)["components"]["schemas"]["Event"]["discriminator"]["mapping"]
assert met == {name: schema.rsplit("/", 1)[1] for name, schema in mapping.items()}, mapping.keys() ^ met.keys()
print(f"{len(met)} types of events were read, each as what it is")
