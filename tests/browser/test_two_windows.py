"""What happens in one window while somebody is busy in another: nobody loses what they typed, and nothing is
done on what is not so any more."""

from playwright.sync_api import expect

from browse import WITHIN_A_SECOND, action, looks_at, shows, sign_in, stands, status_is, stayed, stays, told
from demo import BASE, SELLER, Refund, call


def test_a_stale_page_says_so_and_does_nothing(stage):
    refund = Refund()
    page = stage.window("seller", scripts=False)
    page.goto(refund.page)
    form = action(page, "Agree to the refund")
    refund.offer()
    form.get_by_role("button", name="Agree to the refund").click()
    told(page, "Somebody was faster: the refund has changed since this page was made, so nothing was done.")
    told(page, "What has happened since: Other terms offered.")
    status_is(page, "Waiting for the seller")
    shows(page, "Keep it, and take two yuan for the dent.")
    assert refund.now()["negotiation"]["status"] == "PENDING"


def test_a_stale_offer_is_not_sent(stage):
    refund = Refund()
    page = stage.window("seller")
    page.goto(f"{refund.page}/offer")
    page.get_by_label("Refund only").check()
    page.get_by_label("Amount (CNY)").fill("3.00")
    page.get_by_role("button", name="See it as the buyer will").click()
    refund.do("platform", "modify", {"type": "RETURN_AND_REFUND", "amount": {"currency": "CNY", "value": "19.00"},
                                     "reason": "I paid a little less."})
    page.get_by_role("button", name="Send the offer").click()
    told(page, "Somebody was faster")
    shows(page, "I paid a little less.")
    assert refund.now()["negotiation"] is None


def test_a_refund_that_moves_on_is_told_while_an_offer_is_made(stage):
    refund = Refund()
    page = stage.window("seller")
    page.goto(f"{refund.page}/offer")
    refund.do("platform", "cancel")
    expect(page.get_by_text("Something has changed meanwhile.")).to_be_visible(timeout=WITHIN_A_SECOND)
    page.get_by_role("link", name="Show it").click()
    status_is(page, "Closed")


def test_a_buyer_answers_an_offer_that_is_over(stage):
    refund = Refund().offer()
    page = stage.window(scripts=False)
    page.goto(refund.link)
    page.get_by_role("link", name="Accept…").click()
    refund.agree()
    page.get_by_role("button", name="Yes, accept").click()
    told(page, "Somebody was faster")
    told(page, "What has happened since: Offer withdrawn · Agreed.")
    stands(page, "to-ship")
    assert refund.now()["negotiation"]["status"] == "WITHDRAWN"


def test_what_somebody_types_is_kept_and_they_are_told(stage):
    refund = Refund()
    page = stage.window("seller")
    page.goto(refund.page)
    reason = action(page, "Refuse the refund").get_by_label("Reason")
    stays(page)
    reason.fill("The dent is not ours: it left")
    refund.says("It was dented when I opened it.")
    expect(page.get_by_text("Something has changed meanwhile.")).to_be_visible(timeout=WITHIN_A_SECOND)
    expect(reason).to_have_value("The dent is not ours: it left")
    expect(page.get_by_text("It was dented when I opened it.")).to_have_count(0)
    stayed(page)
    page.get_by_role("link", name="Show it").click()
    shows(page, "It was dented when I opened it.")
    expect(page.get_by_text("Something has changed meanwhile.")).to_be_hidden()


def test_a_buyer_who_types_is_told_too(stage):
    refund = Refund()
    page = stage.window()
    page.goto(refund.link)
    message = action(page, "Write to the seller").get_by_label("Message", exact=True)
    message.fill("The dent is on the")
    refund.offer()
    expect(page.get_by_text("Something has changed meanwhile.")).to_be_visible(timeout=WITHIN_A_SECOND)
    expect(message).to_have_value("The dent is on the")
    message.press_sequentially(" left side.")
    page.get_by_role("button", name="Send").click()
    shows(page, "The dent is on the left side.")
    shows(page, "Keep it, and take two yuan for the dent.")


def test_a_buyer_who_is_sure_stays_so(stage):
    refund = Refund().offer()
    page = stage.window()
    page.goto(refund.link)
    page.get_by_role("link", name="Accept…").click()
    refund.says("It is a small dent.", "seller")
    shows(page, "It is a small dent.")
    page.get_by_role("button", name="Yes, accept").click()
    stands(page, "paid")


def test_what_did_not_go_through_is_kept_while_the_page_moves_on(stage):
    refund = Refund()
    page = stage.window()
    page.goto(refund.link)
    form = action(page, "Change the request")
    form.get_by_label("Amount (CNY)").fill("1,5")
    form.get_by_label("Reason").fill("It is bent, and I paid for the freight.")
    form.get_by_role("button", name="Change the request").click()
    told(page, "Amount")
    refund.says("It is a small dent.", "seller")
    expect(page.get_by_text("Something has changed meanwhile.")).to_be_visible(timeout=WITHIN_A_SECOND)
    expect(page.locator(".notice.bad")).to_contain_text("Amount")
    expect(form.get_by_label("Amount (CNY)")).to_have_value("1,5")
    expect(form.get_by_label("Reason")).to_have_value("It is bent, and I paid for the freight.")
    assert refund.now()["requested"]["amount"]["value"] == "20.00"


def test_whoever_is_at_a_field_stays_there(stage):
    first = Refund()
    second = Refund(beside=first, line="2", title="Bamboo tray")
    page = stage.window("seller")
    page.goto(f"{BASE}/refunds?q={first.order}")
    box = page.get_by_role("row", name="Steel waste bin").get_by_role("checkbox")
    box.focus()
    second.offer()
    expect(page.locator(".queue tbody")).to_contain_text("Offer: open")
    expect(box).to_be_focused()


def test_a_connection_that_is_lost_is_told(stage):
    refund = Refund()
    page = stage.window("seller")
    page.clock.install()
    page.context.route("**/live?*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.goto(refund.page)
    lost = page.get_by_text("The connection is lost")
    expect(lost).to_be_hidden()
    page.clock.run_for(11_000)
    expect(lost).to_be_visible()
    page.context.unroute_all()
    expect(lost).to_be_hidden(timeout=20_000)
    stage.complaints.clear()  # The browser says itself that the calls came to nothing.


def test_what_is_unfolded_and_focused_stays_so(stage):
    refund = Refund()
    page = stage.window("seller")
    page.goto(refund.page)
    action(page, "Agree to the refund")
    stays(page)
    refund.says("Please look at it soon.")
    shows(page, "Please look at it soon.")
    expect(page.get_by_role("button", name="Agree to the refund")).to_be_visible()
    focused = page.evaluate("document.activeElement.textContent")
    assert focused == "Agree to the refund", f"the focus is on {focused!r}"
    expect(page.locator("#announce")).to_have_text("The page has been brought up to date.")
    refund.says("And a second time.")
    shows(page, "And a second time.")
    stayed(page)


def test_what_is_open_for_a_decision_stays_what_it_was(stage):
    """Nobody agrees to what they never saw: the request becomes another one under the button."""
    refund = Refund()
    page = stage.window("seller", width=390)
    page.goto(refund.page)
    form = action(page, "Agree to the refund")
    expect(form).to_contain_text("CN¥20.00")
    button = form.get_by_role("button", name="Agree to the refund")
    button.focus()
    refund.do("platform", "modify", {"type": "REFUND_ONLY", "amount": {"currency": "CNY", "value": "19.00"},
                                     "reason": "I keep it, and want the money."})
    expect(page.get_by_text("Something has changed meanwhile.")).to_be_visible(timeout=WITHIN_A_SECOND)
    expect(form).to_contain_text("CN¥20.00")
    button.press("Enter")
    told(page, "Somebody was faster")
    shows(page, "I keep it, and want the money.")
    assert refund.now()["effective"] is None


def test_where_the_goods_go_stays_as_it_was_read(stage):
    """The version is the same, and the form would send something else: another address is the first now."""
    refund = Refund()
    page = stage.window("seller")
    page.goto(refund.page)
    form = action(page, "Agree to the refund")
    chosen = form.get_by_label("Return address").input_value()
    seller = call("operator", "GET", f"/v1/sellers/{SELLER}")
    addresses = [{**address, "default": address["id"] != chosen} for address in seller["addresses"]]
    try:
        call("operator", "PUT", f"/v1/sellers/{SELLER}", {"name": seller["name"], "addresses": addresses})
        refund.says("It is a small dent.")
        expect(page.get_by_text("Something has changed meanwhile.")).to_be_visible(timeout=WITHIN_A_SECOND)
        expect(form.get_by_label("Return address")).to_have_value(chosen)
        # Folded, it catches up.
        form.locator("summary").first.click()
        shows(page, "It is a small dent.")
        expect(page.get_by_text("Something has changed meanwhile.")).to_be_hidden()
    finally:
        call("operator", "PUT", f"/v1/sellers/{SELLER}", {"name": seller["name"], "addresses": seller["addresses"]})


def test_a_buyer_who_would_cancel_sees_the_offer_first(stage):
    refund = Refund()
    page = stage.window(width=390)
    page.goto(refund.link)
    form = action(page, "Cancel the refund")
    refund.offer()
    expect(page.get_by_text("Something has changed meanwhile.")).to_be_visible(timeout=WITHIN_A_SECOND)
    form.get_by_role("button").click()
    told(page, "Somebody was faster")
    assert refund.now()["negotiation"]["status"] == "PENDING"


def test_the_page_stays_under_the_finger(stage):
    refund = Refund()
    page = stage.window("seller", width=390)
    page.goto(refund.page)
    button = action(page, "Agree to the refund").get_by_role("button", name="Agree to the refund")
    button.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    refund.says("It is a small dent.")
    shows(page, "It is a small dent.")
    expect(button).to_be_visible()
    assert page.evaluate("scrollY") == before


def test_the_last_of_many_changes_is_shown(stage):
    refund = Refund()
    page = stage.window()
    page.goto(refund.link)
    stays(page)
    for number in range(1, 8):
        refund.says(f"This is message {number}.", "seller")
    shows(page, "This is message 7.")
    stayed(page)


def test_the_queue_shows_what_comes(stage):
    first = Refund()
    page = stage.window("seller")
    page.goto(f"{BASE}/refunds?q={first.order}")
    stays(page)
    expect(page.locator(".queue tbody tr")).to_have_count(1)
    Refund(beside=first, line="2", title="Bamboo tray")
    expect(page.locator(".queue tbody tr")).to_have_count(2, timeout=WITHIN_A_SECOND)
    first.offer()
    expect(page.locator(".queue tbody")).to_contain_text("Offer: open", timeout=WITHIN_A_SECOND)
    stayed(page)


def test_whoever_signs_out_is_out_in_every_tab(stage):
    stage.people.state("seller")
    page = stage.window()
    sign_in(page)
    beside = page.context.new_page()
    refund = Refund()
    beside.goto(refund.page)
    refund.says("It has arrived.")
    shows(beside, "It has arrived.")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{BASE}/sign-in")
    expect(beside).to_have_url(f"{BASE}/sign-in?back=%2Frefunds%2F{refund.id}")


def test_a_buyer_whose_link_is_replaced_is_told(stage):
    refund = Refund()
    page = stage.window()
    page.goto(refund.link)
    refund.offer()
    shows(page, "Keep it, and take two yuan for the dent.")
    call("platform", "POST", f"/v1/refunds/{refund.id}/buyer-link")
    expect(page.get_by_role("heading", level=1)).to_have_text("This link opens nothing any more")


def test_a_page_that_nobody_looks_at_catches_up_once_somebody_does(stage):
    refund = Refund()
    page = stage.window("seller")
    page.goto(refund.page)
    stays(page)
    looks_at(page, False)
    refund.says("Please look at it soon.")
    expect(page.get_by_text("Please look at it soon.")).to_have_count(0)
    looks_at(page, True)
    shows(page, "Please look at it soon.")
    refund.says("And a second time.")
    shows(page, "And a second time.")
    stayed(page)


def test_a_browser_keeps_six_connections_to_a_server_and_a_seller_more_tabs(stage):
    refund = Refund()
    page = stage.window("seller")
    for _ in range(9):
        page.goto(refund.page)
        status_is(page, "Waiting for the seller")
        looks_at(page, False)
        page = page.context.new_page()


def test_ticks_in_the_queue_are_kept(stage):
    first = Refund()
    second = Refund(beside=first, line="2", title="Bamboo tray")
    page = stage.window("seller")
    page.goto(f"{BASE}/refunds?q={first.order}")
    boxes = page.get_by_role("checkbox", name=f"Choose order {first.order}")
    boxes.first.check()
    second.offer()
    expect(page.get_by_text("Something has changed meanwhile.")).to_be_visible(timeout=WITHIN_A_SECOND)
    expect(boxes.first).to_be_checked()


def test_a_double_click_does_it_once(stage):
    refund = Refund()
    seller, buyer = stage.window("seller"), stage.window()
    seller.goto(f"{refund.page}/offer")
    seller.get_by_label("Refund only").check()
    seller.get_by_label("Amount (CNY)").fill("2.00")
    seller.get_by_role("button", name="See it as the buyer will").click()
    seller.get_by_role("button", name="Send the offer").dblclick()
    told(seller, "The offer is on its way to the buyer.")
    form = action(seller, "Write a message")
    form.get_by_label("Message", exact=True).fill("Do you have it?")
    form.get_by_role("button", name="Send").dblclick()
    told(seller, "Your message was sent.")
    buyer.goto(refund.link)
    buyer.get_by_role("link", name="Accept…").dblclick()
    buyer.get_by_role("button", name="Yes, accept").dblclick()
    told(buyer, "You accepted the offer.")
    stands(buyer, "paid")
    messages = call("operator", "GET", f"/v1/refunds/{refund.id}/messages")["items"]
    assert len(messages) == 1, messages


def test_a_double_click_without_scripts_does_it_once(stage):
    refund = Refund().offer()
    page = stage.window(scripts=False)
    page.goto(f"{refund.link}?ask=accept_offer")
    page.get_by_role("button", name="Yes, accept").dblclick()
    stands(page, "paid")
    assert refund.now()["negotiation"]["status"] == "ACCEPTED"


def test_who_began_to_type_while_the_page_was_asked_for_again_loses_nothing(stage):
    refund = Refund()
    page = stage.window("seller")
    page.goto(refund.page)
    under_way = []
    page.route(refund.page, lambda route: under_way.append(route))
    with page.expect_request(refund.page):
        refund.says("Are you there?")
    page.locator("summary", has_text="Write a message").click()
    page.get_by_label("Message").fill("I am looking into")
    under_way[0].continue_()
    expect(page.get_by_text("Something has changed meanwhile.")).to_be_visible(timeout=WITHIN_A_SECOND)
    expect(page.get_by_label("Message")).to_have_value("I am looking into")
