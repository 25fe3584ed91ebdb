"""Many refunds at once: each is done or refused by itself, and says so."""

from playwright.sync_api import expect

from browse import shows, told
from checks import nothing_scrolls_sideways
from demo import BASE, Refund


def three(stage, **window):
    first = Refund()
    refunds = [first] + [Refund(beside=first, line=line, title=title) for line, title in
                         [("2", "Bamboo tray"), ("3", "Door mat")]]
    page = stage.window("seller", **window)
    page.goto(f"{BASE}/refunds?q={first.order}")
    return refunds, page


def tick(page, *titles):
    for title in titles:
        page.get_by_role("row", name=title).get_by_role("checkbox").check()


def confirm(page, name):
    """What will be done is on a page of its own, and nothing is done before it is confirmed there."""
    shows(page, "will be done, each by itself.")
    page.get_by_role("button", name=name, exact=True).click()


def test_offers_are_made_on_those_that_are_ticked(stage):
    refunds, page = three(stage)
    tick(page, "Steel waste bin", "Door mat")
    bulk = page.locator("#bulk")
    bulk.locator("summary", has_text="Negotiate").click()
    bulk.get_by_label("Amount").fill("2.00")
    bulk.get_by_label("Message to the buyer").fill("Keep it, and take two yuan.")
    bulk.get_by_role("button", name="Negotiate: offer other terms").click()
    shows(page, "This is the only offer that each of these refunds can have.")
    shows(page, "CN¥4.00")
    refunds[2].agree()
    confirm(page, "Send these 2 offers")
    shows(page, "1 of 2 done.")
    expect(page.get_by_role("row", name="Steel waste bin")).to_contain_text("Other terms offered · Refund only · CN¥2.00")
    expect(page.get_by_role("row", name="Door mat")).to_contain_text("Somebody was faster")
    assert refunds[0].now()["negotiation"]["offer"]["message"] == "Keep it, and take two yuan."
    assert refunds[1].now()["negotiation"] is None
    page.get_by_role("link", name="Back to the list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Refunds")


def test_all_are_agreed_to_without_scripts(stage):
    refunds, page = three(stage, scripts=False, width=320)
    tick(page, "Steel waste bin", "Bamboo tray", "Door mat")
    page.locator("#bulk").get_by_role("button", name="Agree to the refund").click()
    nothing_scrolls_sideways(page)
    assert [refund.status for refund in refunds] == ["WAIT_SELLER_AGREE"] * 3
    confirm(page, "Agree to these 3 refunds")
    shows(page, "3 of 3 done.")
    nothing_scrolls_sideways(page)
    assert [refund.status for refund in refunds] == ["WAIT_BUYER_RETURN_GOODS"] * 3


def test_what_was_done_is_shown_again_and_not_done_again(stage):
    for scripts in (True, False):
        refunds, page = three(stage, scripts=scripts)
        tick(page, "Steel waste bin", "Door mat")
        page.locator("#bulk").get_by_role("button", name="Agree to the refund").click()
        confirm(page, "Agree to these 2 refunds")
        shows(page, "2 of 2 done.")
        sent = []
        page.on("request", lambda request: sent.append(request.method))
        page.reload()
        shows(page, "2 of 2 done.")
        page.go_back()
        shows(page, "2 of 2 will be done")
        page.go_forward()
        shows(page, "2 of 2 done.")
        assert "POST" not in sent
        page.go_back()
        confirm(page, "Agree to these 2 refunds")
        shows(page, "2 of 2 done.")
        assert [refund.now()["version"] for refund in refunds] == [2, 1, 2]


def test_all_are_refused_with_one_reason(stage):
    refunds, page = three(stage)
    tick(page, "Bamboo tray", "Door mat")
    bulk = page.locator("#bulk")
    bulk.locator("summary", has_text="Refuse").click()
    bulk.get_by_role("button", name="Refuse the refund").click()
    shows(page, "0 of 2 will be done")
    expect(page.get_by_role("row", name="Door mat")).to_contain_text("Reason: this is needed.")
    page.get_by_label("Reason").fill("It is as it was described.")
    page.get_by_role("button", name="See what will be done").click()
    confirm(page, "Refuse these 2 refunds")
    shows(page, "2 of 2 done.")
    assert [refund.status for refund in refunds][1:] == ["SELLER_REFUSE_BUYER"] * 2


def test_all_of_a_page_are_chosen_but_those_that_are_over(stage):
    refunds, page = three(stage)
    refunds[1].do("platform", "cancel")
    expect(page.get_by_role("row", name="Bamboo tray").get_by_role("checkbox")).to_have_count(0)
    choose_all = page.get_by_role("button", name="Choose all on this page")
    choose_all.click()
    expect(page.locator(".queue :checked")).to_have_count(2)
    choose_all.click()
    expect(page.locator(".queue :checked")).to_have_count(0)
    choose_all.click()
    page.locator("#bulk").get_by_role("button", name="Agree to the refund").click()
    confirm(page, "Agree to these 2 refunds")
    shows(page, "2 of 2 done.")


def test_a_tick_is_its_refunds_and_ends_with_the_view(stage):
    for scripts in (True, False):
        refunds, page = three(stage, scripts=scripts)
        tick(page, "Steel waste bin")
        page.get_by_role("row", name="Bamboo tray").get_by_role("link").click()
        refunds[0].agree()
        page.go_back()
        expect(page.locator(".queue tbody tr")).to_have_count(3)
        expect(page.locator(".queue :checked")).to_have_count(0)


def test_a_page_that_the_browser_kept_comes_back_without_ticks(stage):
    _, page = three(stage)
    tick(page, "Steel waste bin", "Door mat")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(page.locator(".queue :checked")).to_have_count(0)


def test_there_is_nothing_to_do_with_none(stage):
    order = Refund().do("platform", "cancel").order
    page = stage.window("seller")
    page.goto(f"{BASE}/refunds?q={order}")
    expect(page.locator(".queue tbody tr")).to_have_count(1)
    expect(page.locator("#bulk")).to_be_hidden()
    page.goto(f"{BASE}/refunds?q={order}-none")
    expect(page.locator("#bulk")).to_be_hidden()


def test_enter_does_nothing_that_nobody_chose(stage):
    for scripts in (True, False):
        enter_does_nothing(*three(stage, scripts=scripts))


def enter_does_nothing(refunds, page):
    tick(page, "Bamboo tray", "Door mat")
    page.get_by_role("row", name="Door mat").get_by_role("checkbox").press("Enter")
    bulk = page.locator("#bulk")
    bulk.locator("summary", has_text="Negotiate").click()
    bulk.get_by_label("Amount").fill("2.00")
    bulk.get_by_label("Amount").press("Enter")
    expect(bulk.get_by_label("Amount")).to_have_value("2.00")
    bulk.get_by_role("button", name="Negotiate: offer other terms").click()
    confirm(page, "Send these 2 offers")
    shows(page, "2 of 2 done.")
    assert [refund.status for refund in refunds] == ["WAIT_SELLER_AGREE"] * 3


def test_nothing_is_ticked(stage):
    _, page = three(stage)
    page.locator("#bulk").get_by_role("button", name="Agree to the refund").click()
    told(page, "No refund was chosen.")
