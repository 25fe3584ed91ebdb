"""The second click of two, or the tail of a tap: it began on the page before, and decides nothing on the one that came
under it."""

from playwright.sync_api import expect

from browse import after_a_moment, at_once, press_where, stands
from demo import BASE, Refund


def decides_only_after_a_moment(page, button):
    address = page.url
    at_once(page)
    press_where(page, button)
    expect(page).to_have_url(address)
    expect(button).to_be_visible()
    after_a_moment(page)
    press_where(page, button)
    expect(button).to_have_count(0)


def test_it_does_not_rule(stage):
    refund = Refund().refuse().escalate()
    page = stage.window("operator")
    page.goto(f"{refund.page}/ruling")
    page.locator("[value=REFUND]").check()
    page.locator("[name=amount]").fill("20.00")
    page.locator("[name=reason]").fill("The dent is plain to see.")
    page.locator("[value=review]").click()
    rule = page.locator("[value=rule]")
    rule.wait_for()
    decides_only_after_a_moment(page, rule)
    assert refund.now()["status"] == "SUCCESS"


def test_it_sends_no_offer(stage):
    refund = Refund()
    page = stage.window("seller")
    page.goto(f"{refund.page}/offer")
    page.locator("[value=REFUND_ONLY]").check()
    page.locator("[name=amount]").fill("2.00")
    page.locator("[value=review]").click()
    send = page.locator("[value=send]")
    send.wait_for()
    decides_only_after_a_moment(page, send)
    assert refund.now()["negotiation"]["status"] == "PENDING"


def test_it_agrees_to_nothing_in_bulk(stage):
    refund = Refund()
    page = stage.window("seller")
    page.goto(f"{BASE}/refunds?q={refund.order}")
    page.locator("[name=refund]").check()
    page.locator("[value=agree]").click()
    confirmed = page.locator("[value=confirmed]")
    confirmed.wait_for()
    at_once(page)
    press_where(page, confirmed)
    expect(confirmed).to_be_visible()
    assert refund.now()["status"] == "WAIT_SELLER_AGREE"


def test_it_answers_no_offer(stage):
    for answer, situation in (("accept", "paid"), ("reject", "seller-decides")):
        for scripts in (True, False):
            refund = Refund().offer()
            page = stage.window(width=390, scripts=scripts)
            page.goto(f"{refund.link}?ask={answer}_offer#lead")
            yes = page.locator(".confirm button")
            at_once(page)
            press_where(page, yes)
            expect(yes).to_be_visible()
            assert refund.now()["negotiation"]["status"] == "PENDING"
            after_a_moment(page)
            press_where(page, yes)
            stands(page, situation)
