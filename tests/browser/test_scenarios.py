"""The three scenarios from the seller's click to the buyer's, each side beside the other: what one does the
other is shown within a second, and no page is loaded for it."""

from playwright.sync_api import expect

from browse import shows, stands, status_is, stayed, stays
from checks import is_in, says_everything
from demo import BASE, HOUR, Refund, advance
from words import words

# As a reader of each language writes two yuan and twenty.
MONEY = {"en": ("CN¥2.00", "CN¥20.00"), "zh-Hant": ("¥2.00", "¥20.00"), "zh-Hans": ("¥2.00", "¥20.00")}


def both(stage, language="en"):
    """A refund, on its seller's and on its buyer's screen."""
    refund, say = Refund(), words(language)
    seller, buyer = stage.window("seller", language), stage.window(language=language, width=390)
    seller.goto(f"{BASE}/refunds?q={refund.order}")
    seller.get_by_role("link", name="Steel waste bin").click()
    buyer.goto(refund.link)
    status_is(seller, say("status-wait-seller-agree"))
    stands(buyer, "seller-decides")
    return refund, seller, buyer


def offers(seller, buyer, language="en"):
    """At T+1 h the seller offers 2.00 and no return; the buyer sees it come."""
    say, (offered, asked) = words(language), MONEY[language]
    advance(HOUR)
    stays(buyer)
    seller.get_by_role("link", name=say("action-make-offer")).click()
    seller.get_by_label(say("type-refund-only")).check()
    seller.get_by_label(f"{say('field-amount')} (CNY)").fill("2.00")
    seller.get_by_label(say("field-message")).fill("Keep it, and take two yuan for the dent.")
    seller.get_by_label(say("field-agreed-offline")).check()
    seller.get_by_role("button", name=say("offer-review")).click()
    shows(seller, say("offer-only-chance"))
    shows(seller, say("offer-if-accepted-paid", amount=offered))
    shows(seller, say("silence-agreed-return", type=say("type-return-and-refund"), amount=asked))
    come = buyer.get_by_role("heading", name=say("buyer-lead-offered", amount=offered))
    expect(come).to_have_count(0)
    seller.get_by_role("button", name=say("offer-send")).click()
    shows(seller, say("done-make-offer"))
    expect(come).to_be_visible(timeout=1_000)
    shows(buyer, "Keep it, and take two yuan for the dent.")
    shows(buyer, say("buyer-keeps"))
    stayed(buyer)


def accepts(stage, language):
    refund, seller, buyer = both(stage, language)
    offers(seller, buyer, language)
    say, (offered, _) = words(language), MONEY[language]
    advance(9 * HOUR)
    stays(seller)
    buyer.get_by_role("link", name=say("buyer-accept"), exact=True).click()
    shows(buyer, say("offer-if-accepted-paid-buyer", amount=offered))
    buyer.get_by_role("button", name=say("buyer-accept-yes")).click()
    shows(buyer, say("buyer-done-accept-offer"))
    stands(buyer, "paid")
    status_is(seller, say("status-success"))
    shows(seller, say("event-negotiation-accepted"))
    stayed(seller)
    for page in (seller, buyer):
        is_in(page, language)
        says_everything(page)
    now = refund.now()
    assert (now["status"], now["effective"]["type"]) == ("SUCCESS", "REFUND_ONLY"), now
    assert now["effective"]["amount"]["value"] == "2.00", now


def test_the_buyer_accepts(stage):
    accepts(stage, "en")


def test_the_buyer_accepts_in_traditional_chinese(stage):
    accepts(stage, "zh-Hant")


def test_the_buyer_accepts_in_simplified_chinese(stage):
    accepts(stage, "zh-Hans")


def test_the_buyer_rejects(stage):
    refund, seller, buyer = both(stage)
    due = refund.now()["deadlines"][0]["at"]
    offers(seller, buyer)
    advance(9 * HOUR)
    stays(seller)
    buyer.get_by_role("link", name="Reject…").click()
    buyer.get_by_role("button", name="Yes, reject").click()
    shows(buyer, "You rejected the offer. The seller decides on your request.")
    stands(buyer, "seller-decides")
    status_is(seller, "Waiting for the seller")
    shows(seller, "Offer rejected")
    expect(seller.get_by_role("link", name="Negotiate: offer other terms")).to_have_count(0)
    stayed(seller)
    seller.goto(f"{refund.page}/offer")
    shows(seller, "A refund has one negotiation, and it was used: it is rejected.")
    now = refund.now()
    assert (now["status"], now["deadlines"][0]["at"]) == ("WAIT_SELLER_AGREE", due), now


def test_nobody_answers(stage):
    refund, seller, buyer = both(stage)
    offers(seller, buyer)
    stays(seller)
    advance(35 * HOUR - 60)
    status_is(seller, "Waiting for the seller")
    stands(buyer, "offered")
    advance(60)
    stands(buyer, "to-ship")
    status_is(seller, "Waiting for the return")
    for page in (seller, buyer):
        shows(page, "Offer expired")
        shows(page, "Agreed because time ran out")
        shows(page, "Return and refund")
        shows(page, "Warehouse 3, 18 Canal Road, Hangzhou")
        stayed(page)
    now = refund.now()
    assert (now["status"], now["negotiation"]["status"]) == ("WAIT_BUYER_RETURN_GOODS", "EXPIRED"), now
