"""Every action of the seller's page, of the operator's and of the buyer's, by its buttons."""

from playwright.sync_api import expect

from browse import action, shows, stands, status_is, told
from demo import BASE, Refund, call, first_of, set_policy


def at(stage, refund, who="seller"):
    page = stage.window(who)
    page.goto(refund.link if who is None else refund.page)
    return page


def press(page, name, **fields):
    """Unfolds an action, fills its form in and sends it."""
    form = action(page, name)
    for label, value in fields.items():
        form.get_by_label(label.replace("_", " ").capitalize()).fill(value)
    form.get_by_role("button", name=name).click()


def test_the_seller_agrees_with_another_address(stage):
    page = at(stage, Refund())
    action(page, "Agree to the refund").get_by_label("Return address").select_option(
        "Unit 7, 2 Harbour Street, Guangzhou")
    press(page, "Agree to the refund")
    told(page, "Agreed.")
    status_is(page, "Waiting for the return")
    shows(page, "Unit 7, 2 Harbour Street, Guangzhou")


def test_the_seller_refuses(stage):
    page = at(stage, Refund())
    press(page, "Refuse the refund", reason="It is as it was described.")
    told(page, "Refused.")
    status_is(page, "Refused by the seller")
    shows(page, "It is as it was described.")


def test_the_seller_refuses_without_a_reason(stage):
    page = stage.window("seller", scripts=False)
    page.goto(Refund().page)
    form = action(page, "Refuse the refund")
    form.get_by_label("Reason").fill("   ")
    form.get_by_role("button", name="Refuse the refund").click()
    told(page, "Reason: this is needed.")
    status_is(page, "Waiting for the seller")


def test_what_has_to_be_mended_is_where_one_goes_on(stage):
    page = at(stage, Refund())
    form = action(page, "Refuse the refund")
    form.get_by_label("Reason").fill("   ")
    form.get_by_role("button", name="Refuse the refund").click()
    told(page, "Reason: this is needed.")
    reason = action(page, "Refuse the refund").get_by_label("Reason")
    expect(reason).to_be_focused()
    expect(reason).to_have_attribute("aria-invalid", "true")
    expect(reason).to_have_accessible_description("Reason: this is needed.")


def test_the_seller_offers_a_return(stage):
    page = at(stage, Refund(kind="REFUND_ONLY"))
    page.get_by_role("link", name="Negotiate: offer other terms").click()
    page.get_by_label("Return and refund").check()
    page.get_by_label("Amount (CNY)").fill("20.00")
    page.get_by_label("Return address").select_option("south")
    page.get_by_role("button", name="See it as the buyer will").click()
    shows(page, "Unit 7, 2 Harbour Street, Guangzhou")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_label("Amount (CNY)")).to_have_value("20.00")
    page.get_by_label("Amount (CNY)").fill("19.999")
    page.get_by_role("button", name="See it as the buyer will").click()
    told(page, "Amount: at most 2 decimals are taken in this currency.")
    expect(page.get_by_label("Amount (CNY)")).to_have_value("19.999")
    page.get_by_label("Amount (CNY)").fill("19.90")
    page.get_by_role("button", name="See it as the buyer will").click()
    page.get_by_role("button", name="Send the offer").click()
    told(page, "The offer is on its way to the buyer.")
    shows(page, "CN¥19.90")


def test_the_seller_offers_what_the_rules_refuse(stage):
    refund = Refund()
    page = at(stage, refund)
    page.get_by_role("link", name="Negotiate: offer other terms").click()
    for kind, amount, why in [("Refund only", "20.01", "At most CN¥20.00 can still be refunded."),
                              ("Return and refund", "20.00", "That is what the buyer asked for already.")]:
        page.goto(f"{refund.page}/offer")
        page.get_by_label(kind).check()
        page.get_by_label("Amount (CNY)").fill(amount)
        page.get_by_role("button", name="See it as the buyer will").click()
        told(page, why)
        expect(page.get_by_role("button", name="Send the offer")).to_have_count(0)
    assert refund.now()["negotiation"] is None


def test_the_seller_withdraws_an_offer(stage):
    set_policy(allow_withdraw=True)
    page = at(stage, Refund().offer())
    press(page, "Withdraw the offer")
    set_policy()
    told(page, "The offer was withdrawn.")
    shows(page, "The seller took it back")


def test_the_seller_extends_the_time_to_ship(stage):
    refund = Refund().agree()
    due = refund.now()["deadlines"][0]["at"]
    page = at(stage, refund)
    press(page, "Extend a deadline", by_how_many_hours="48")
    told(page, "The deadline was extended.")
    assert refund.now()["deadlines"][0]["at"] > due


def test_the_seller_waives_the_return(stage):
    page = at(stage, Refund().agree())
    press(page, "Pay without the return")
    told(page, "No return is needed any more.")
    status_is(page, "Refunded")


def test_the_seller_confirms_the_return(stage):
    page = at(stage, Refund().agree().ship())
    press(page, "Confirm the return")
    told(page, "The return is confirmed.")
    status_is(page, "Refunded")


def test_the_seller_does_not_accept_the_return(stage):
    page = at(stage, Refund().agree().ship())
    press(page, "Don't accept the return", reason="It came back used.")
    told(page, "The return was not accepted.")
    status_is(page, "Return not accepted")


def test_messages_reach_whom_they_are_for(stage):
    refund = Refund()
    seller, buyer = at(stage, refund), at(stage, refund, None)
    press_message(seller, "Write a message", "Where is the dent?")
    told(seller, "Your message was sent.")
    shows(buyer, "Where is the dent?")
    press_message(buyer, "Write to the seller", "At the bottom.\nIt is a big one.")
    told(buyer, "Your message was sent.")
    shows(seller, "It is a big one.")
    press_message(seller, "Write a message", "A regular of ours.", internal=True)
    shows(seller, "Internal note")
    shows(seller, "A regular of ours.")
    buyer.reload()
    expect(buyer.get_by_text("A regular of ours.")).to_have_count(0)


def press_message(page, name, text, internal=False):
    form = action(page, name)
    form.get_by_label("Message", exact=True).fill(text)
    if internal:
        form.get_by_label("Internal note: ").check()
    form.get_by_role("button", name="Send").click()


def test_the_operator_rules(stage):
    refund = Refund().refuse().escalate()
    page = stage.window("operator")
    page.goto(f"{BASE}/refunds?tab=escalated&q={refund.order}")
    page.get_by_role("link", name="Steel waste bin").click()
    shows(page, "We do not come to terms.")
    page.get_by_role("link", name="Rule on the refund").click()
    page.get_by_label("Refund an amount").check()
    expect(page.get_by_label("Amount (CNY)")).to_have_accessible_description("At most CN¥20.00")
    page.get_by_label("Amount (CNY)").fill("125.0")
    page.get_by_label("Reason").fill("The dent is plain to see.")
    page.get_by_role("button", name="See what it will mean").click()
    told(page, "At most CN¥20.00 can still be refunded.")
    page.get_by_label("Amount (CNY)").fill("12.50")
    page.get_by_role("button", name="See what it will mean").click()
    shows(page, "is paid CN¥12.50.")
    page.get_by_role("button", name="Rule so").click()
    told(page, "Your ruling was made.")
    status_is(page, "Refunded")
    shows(page, "CN¥12.50")


def test_the_operator_closes(stage):
    page = at(stage, Refund().refuse().escalate(), "operator")
    page.get_by_role("link", name="Rule on the refund").click()
    page.get_by_label("Close without payment").check()
    page.get_by_label("Reason").fill("There is no dent.")
    page.get_by_role("button", name="See what it will mean").click()
    shows(page, "is paid nothing.")
    page.get_by_role("button", name="Rule so").click()
    told(page, "Your ruling was made.")
    status_is(page, "Closed")


def test_the_operator_extends_any_deadline(stage):
    refund = Refund()
    due = refund.now()["deadlines"][0]["at"]
    page = at(stage, refund, "operator")
    form = action(page, "Extend a deadline")
    form.get_by_label("Deadline").select_option("decides on the refund")
    form.get_by_label("By how many hours").fill("12")
    form.get_by_role("button", name="Extend a deadline").click()
    told(page, "The deadline was extended.")
    assert refund.now()["deadlines"][0]["at"] > due


def test_the_operator_tries_a_payment_again(stage):
    failed = first_of("seller-lights", status="REFUND_FAILED")
    page = stage.window("operator")
    page.goto(f"{BASE}/refunds/{failed}")
    shows(page, "The account is closed.")
    press(page, "Try the payment again")
    told(page, "The payment is tried again.")
    status_is(page, "Paying")
    call("platform", "POST", f"/v1/refunds/{failed}/payout", {"result": "failed", "reason": "The account is closed."},
         call("operator", "GET", f"/v1/refunds/{failed}")["version"])
    status_is(page, "Payment failed")


def test_the_buyer_changes_the_request(stage):
    refund = Refund().offer()
    page = at(stage, refund, None)
    form = action(page, "Change the request")
    form.get_by_label("Refund only").check()
    form.get_by_label("Amount (CNY)").fill("15.00")
    form.get_by_label("Reason").fill("I keep it for less.")
    form.get_by_role("button", name="Change the request").click()
    told(page, "Your request was changed.")
    shows(page, "I keep it for less.")
    shows(page, "The seller's offer:")
    shows(page, "withdrawn")
    assert refund.now()["requested"]["amount"]["value"] == "15.00"


def test_the_buyer_cancels(stage):
    page = at(stage, Refund(), None)
    action(page, "Cancel the refund").get_by_role("button", name="Yes, cancel the refund").click()
    told(page, "You cancelled the refund.")
    stands(page, "closed")
    shows(page, "Closed: nothing is paid")


def test_the_buyer_ships_and_corrects_the_number(stage):
    refund = Refund().agree()
    page = at(stage, refund, None)
    shows(page, "Warehouse 3, 18 Canal Road, Hangzhou")
    page.get_by_label("Carrier").fill("SF Express")
    page.get_by_label("Tracking number", exact=True).fill("SF-1")
    page.get_by_role("button", name="Save").click()
    told(page, "Thank you.")
    stands(page, "shipped")
    form = action(page, "Correct the tracking number")
    form.get_by_label("Tracking number", exact=True).fill("SF-5550-0199")
    form.get_by_label("Carrier").fill("SF Express")
    form.get_by_role("button", name="Save").click()
    shows(page, "SF-5550-0199")
    shows(page, "Tracking corrected")


def test_the_buyer_calls_the_operator_in(stage):
    refund = Refund().refuse()
    page = at(stage, refund, None)
    shows(page, "It is as it was described.")
    press(page, "Call the operator in", reason="We do not come to terms.")
    told(page, "The operator was called in and will decide.")
    assert refund.now()["escalated"]


def test_the_buyer_accepts_a_return(stage):
    refund = Refund(kind="REFUND_ONLY").offer("20.00", "RETURN_AND_REFUND")
    page = at(stage, refund, None)
    shows(page, "You send the goods back to the address below; then you are paid.")
    page.get_by_role("link", name="Accept…").click()
    page.get_by_role("button", name="Yes, accept").click()
    stands(page, "to-ship")
    shows(page, "Unit 7, 2 Harbour Street, Guangzhou")
    expect(page.get_by_role("heading", name="Sent the goods back?")).to_be_visible()
