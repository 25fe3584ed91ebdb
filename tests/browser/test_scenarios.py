"""The three scenarios from the seller's click to the buyer's, each side beside the other: what one does the
other is shown within a second, and no page is loaded for it."""

from playwright.sync_api import expect

from browse import shows, status_is, stayed, stays
from demo import BASE, HOUR, Refund, advance


def both(stage):
    """A refund, on its seller's and on its buyer's screen."""
    refund = Refund()
    seller, buyer = stage.window("seller"), stage.window(width=390)
    seller.goto(f"{BASE}/refunds?order={refund.order}")
    seller.get_by_role("link", name="Steel waste bin").click()
    buyer.goto(refund.link)
    status_is(seller, "Waiting for the seller")
    status_is(buyer, "Waiting for the seller")
    return refund, seller, buyer


def offers(seller, buyer):
    """At T+1 h the seller offers 2.00 and no return; the buyer sees it come."""
    advance(HOUR)
    stays(buyer)
    seller.get_by_role("link", name="Negotiate: offer other terms").click()
    seller.get_by_label("Refund only").check()
    seller.get_by_label("Amount (CNY)").fill("2.00")
    seller.get_by_label("Message to the buyer").fill("Keep it, and take two yuan for the dent.")
    seller.get_by_label("Agreed with the buyer already").check()
    seller.get_by_role("button", name="See it as the buyer will").click()
    shows(seller, "This is the only offer that this refund can have.")
    shows(seller, "The refund is agreed at once: CN¥2.00 is paid")
    shows(seller, "The refund is agreed as asked, Return and refund CN¥20.00: it waits for the goods.")
    expect(buyer.get_by_role("heading", name="The seller offers other terms")).to_have_count(0)
    seller.get_by_role("button", name="Send the offer").click()
    shows(seller, "The offer is on its way to the buyer.")
    expect(buyer.get_by_role("heading", name="The seller offers other terms")).to_be_visible(timeout=1_000)
    shows(buyer, "Keep it, and take two yuan for the dent.")
    shows(buyer, "You keep the goods: nothing has to be sent back.")
    stayed(buyer)


def test_the_buyer_accepts(stage):
    refund, seller, buyer = both(stage)
    offers(seller, buyer)
    advance(9 * HOUR)
    stays(seller)
    buyer.get_by_role("link", name="Accept…").click()
    shows(buyer, "You are paid CN¥2.00 and keep the goods. That ends the refund.")
    buyer.get_by_role("button", name="Yes, accept").click()
    shows(buyer, "You accepted the offer.")
    status_is(buyer, "Refunded")
    status_is(seller, "Refunded")
    shows(seller, "Offer accepted")
    stayed(seller)
    now = refund.now()
    assert (now["status"], now["effective"]["type"]) == ("SUCCESS", "REFUND_ONLY"), now
    assert now["effective"]["amount"]["value"] == "2.00", now


def test_the_buyer_rejects(stage):
    refund, seller, buyer = both(stage)
    due = refund.now()["deadlines"][0]["at"]
    offers(seller, buyer)
    advance(9 * HOUR)
    stays(seller)
    buyer.get_by_role("link", name="Reject…").click()
    buyer.get_by_role("button", name="Yes, reject").click()
    shows(buyer, "You rejected the offer. The seller decides on your request.")
    status_is(buyer, "Waiting for the seller")
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
    status_is(buyer, "Waiting for the seller")
    advance(60)
    for page in (seller, buyer):
        status_is(page, "Waiting for the return")
        shows(page, "Offer expired")
        shows(page, "Agreed because time ran out")
        shows(page, "Return and refund")
        shows(page, "Warehouse 3, 18 Canal Road, Hangzhou")
        stayed(page)
    now = refund.now()
    assert (now["status"], now["negotiation"]["status"]) == ("WAIT_BUYER_RETURN_GOODS", "EXPIRED"), now
