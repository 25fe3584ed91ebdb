"""The demo's clock, moved by the bar above every page: what time brings is seen on both sides."""

from datetime import datetime, timedelta

from playwright.sync_api import expect

from browse import shows, stands, status_is, stayed, stays
from demo import SELLER, Refund, call, set_policy
from newcomers import put_back


def clock():
    return datetime.fromisoformat(call("operator", "GET", "/v1/test-clock")["now"])


def both(stage, refund):
    """The refund's page before its seller and before its buyer."""
    seller, buyer = stage.window("seller"), stage.window(width=390)
    seller.goto(refund.page)
    buyer.goto(refund.link)
    return seller, buyer


def moves(page, by):
    """Moves the clock by a button of the bar; from when to when."""
    before, address = clock(), page.url
    bar = page.get_by_role("form", name="The demo's clock")
    told = bar.get_by_role("time").get_attribute("datetime")
    bar.get_by_role("button", name=by).click()
    expect(bar.get_by_role("time")).not_to_have_attribute("datetime", told)
    expect(page).to_have_url(address)
    return before, clock()


def test_an_offer_expires_by_the_bar(stage):
    refund = Refund().offer()
    seller, buyer = both(stage, refund)
    status_is(seller, "Waiting for the seller")
    stays(seller)
    before, after = moves(buyer, "+36 hours")
    assert after - before == timedelta(hours=36)
    stands(buyer, "to-ship")
    status_is(seller, "Waiting for the return")
    for page in (seller, buyer):
        shows(page, "Offer expired")
    stayed(seller)
    assert refund.now()["negotiation"]["status"] == "EXPIRED"


def test_the_bar_goes_to_the_next_deadline(stage):
    # Nothing else is due within a minute: the demo's own refunds are some minutes past the hour, the tests' on it.
    with put_back(f"/v1/sellers/{SELLER}"):
        set_policy(buyer_answer_seconds=60, reminders_seconds=[])
        refund = Refund().offer()
    seller, buyer = both(stage, refund)
    stands(buyer, "offered")
    stays(buyer)
    _, after = moves(seller, "To the next deadline")
    assert after == datetime.fromisoformat(refund.now()["negotiation"]["expires_at"])
    stands(buyer, "seller-decides")
    status_is(seller, "Waiting for the seller")
    for page in (seller, buyer):
        shows(page, "Offer expired")
    stayed(buyer)


def test_the_bar_moves_on_by_an_hour_and_nothing_is_due(stage):
    refund = Refund().offer()
    seller, _ = both(stage, refund)
    before, after = moves(seller, "+1 hour")
    assert after - before == timedelta(hours=1)
    shows(seller, "Offer: open")
    assert refund.now()["negotiation"]["status"] == "PENDING"
