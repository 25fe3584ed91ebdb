"""Offers that a seller has prepared: set up in the settings, taken where an offer is made, and for many at once."""

from playwright.sync_api import expect

from browse import action, shows, told
from checks import axe_finds_nothing, nothing_scrolls_sideways
from demo import BASE, Refund, call
from newcomers import Seller, added, at, card, comes_in
from words import words


def prepared(seller):
    return {one["name"]: one for one in call("operator", "GET", f"/v1/sellers/{seller.id}/saved-offers")["items"]}


def fill(form, **values):
    for label, value in values.items():
        form.get_by_label(label.replace("_", " "), exact=True).fill(value)


def test_an_offer_is_prepared_changed_and_removed(stage):
    seller = Seller()
    page = at(comes_in(stage, added(stage, "Offer clerk", seller)), "Settings")
    page.get_by_role("link", name="Prepare one").click()
    shows(page, "Nothing has been prepared yet.")
    form = card(page, "Prepare another")
    expect(form.locator("input:checked")).to_have_count(0)
    fill(form, What_it_is_called="A tenth", Percent="101", In_English="Keep it.")
    form.get_by_label("Refund only").check()
    form.get_by_label("A share of what the buyer asks for").check()
    form.get_by_role("button", name="Save").click()
    told(page, "Percent: more than 0 and at most 100 is expected.")
    expect(form.get_by_label("Percent", exact=True)).to_be_focused()
    form.get_by_label("Percent", exact=True).fill("12,5")
    form.get_by_role("button", name="Save").click()
    told(page, "Percent: a percentage such as 12.5 is expected.")
    form.get_by_label("Percent", exact=True).fill("12.5 %")
    form.get_by_role("button", name="Save").click()
    told(page, "Saved.")
    expect(page.get_by_role("row", name="A tenth")).to_contain_text("12.5 % of what is asked for")
    assert prepared(seller)["A tenth"]["share"] == {"of": "requested", "percent": "12.5"}
    page.get_by_role("link", name="A tenth").click()
    form = card(page, "What is offered")
    expect(form.get_by_label("In English")).to_have_value("Keep it.")
    form.get_by_label("A fixed amount").check()
    fill(form, Percent="", Fixed_amount="2", Currency="cny")
    form.get_by_role("button", name="Save").click()
    told(page, "Saved.")
    expect(page.get_by_role("row", name="A tenth")).to_contain_text("CN¥2.00")
    page.get_by_role("link", name="A tenth").click()
    action(page, "Remove this offer").get_by_role("button", name="Remove this offer").click()
    told(page, "Removed.")
    assert prepared(seller) == {}


def press_until(page, target):
    """Goes there by the keyboard alone."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("own => own === document.activeElement"):
            return
    raise AssertionError("the keyboard does not come there")


def test_a_prepared_offer_fills_the_form_by_keyboard_and_without_scripts(stage):
    for language, message in [("zh-Hant", "商品不用退貨，退您一成作為補償。"), ("zh-Hans", "商品不用退货，退您一成作为补偿。")]:
        say, refund = words(language), Refund()
        page = stage.window("seller", language, scripts=False, width=320)
        page.goto(f"{refund.page}/offer")
        expect(page.locator("main input:checked")).to_have_count(0)
        nothing_scrolls_sideways(page)
        own = page.get_by_role("link", name="A small refund")
        expect(own).to_contain_text(f"¥2.00 · {say('type-refund-only')}")
        press_until(page, own)
        page.keyboard.press("Enter")
        expect(page.locator("[name=amount]")).to_have_value("2.00")
        expect(page.locator("[value=REFUND_ONLY]")).to_be_checked()
        expect(page.locator("[name=message]")).to_have_value(message)
        nothing_scrolls_sideways(page)
        # The buyer reads another language than whoever offers.
        english = page.get_by_role("group", name=say("saved-language")).get_by_role("link", name="English")
        press_until(page, english)
        page.keyboard.press("Enter")
        expect(page.locator("[name=message]")).to_have_value("Please keep it, and take a tenth of the price back.")
        page.locator("[value=review]").click()
        expect(page.get_by_text(say("offer-only-chance"))).to_be_visible()
        assert refund.now()["negotiation"] is None
        page.locator("[value=send]").click()
        told(page, say("done-make-offer"))
        offer = refund.now()["negotiation"]["offer"]
        assert (offer["type"], offer["amount"]["value"]) == ("REFUND_ONLY", "2.00"), offer


def test_a_prepared_offer_is_taken_from_the_refunds_page(stage):
    refund = Refund()
    page = stage.window("seller", width=390)
    page.goto(refund.page)
    own = page.get_by_role("list", name="Prepared offers").get_by_role("link", name="A small refund")
    expect(own).to_contain_text("CN¥2.00 · Refund only")
    nothing_scrolls_sideways(page)
    own.click()
    expect(page.locator("[name=amount]")).to_have_value("2.00")
    page.locator("[value=review]").click()
    page.locator("[value=send]").click()
    told(page, "The offer is on its way to the buyer.")
    assert refund.now()["negotiation"]["offer"]["amount"]["value"] == "2.00"


def test_what_stands_against_a_prepared_offer_is_told_in_its_place(stage):
    refund = Refund(amount="0.05")
    page = stage.window("seller")
    page.goto(f"{refund.page}/offer")
    section = page.get_by_role("region", name="Prepared offers")
    expect(section.get_by_role("listitem").filter(has_text="A small refund")).to_contain_text("CN¥0.00")
    expect(section.get_by_role("link", name="A small refund")).to_have_count(0)
    expect(section.get_by_role("listitem").filter(has_text="Two yuan")).to_contain_text("At most CN¥0.05")
    axe_finds_nothing(page)


def test_many_get_the_amounts_that_are_shown(stage):
    first = Refund(amount="19.99")
    refunds = [first, Refund(beside=first, line="2", title="Bamboo tray", amount="5.00"),
               Refund(beside=first, line="3", title="Door mat", amount="0.05")]
    for scripts, width in [(False, 320), (True, 1280)]:
        page = stage.window("seller", scripts=scripts, width=width)
        page.goto(f"{BASE}/refunds?q={first.order}")
        for box in page.locator(".queue [name=refund]").all():
            box.check()
        bulk = page.locator("#bulk")
        bulk.locator("summary", has_text="Negotiate").click()
        bulk.get_by_label("Prepared offer").select_option("small en")
        bulk.get_by_role("button", name="Negotiate: offer other terms").click()
        shows(page, "2 of 3 will be done, each by itself.")
        shows(page, "CN¥2.49")
        expect(page.get_by_role("row", name="Steel waste bin")).to_contain_text("Refund only · CN¥1.99")
        expect(page.get_by_role("row", name="Bamboo tray")).to_contain_text("Refund only · CN¥0.50")
        expect(page.get_by_role("row", name="Door mat")).to_contain_text("The amount has to be more than zero.")
        nothing_scrolls_sideways(page)
        assert [refund.now()["negotiation"] for refund in refunds] == [None] * 3
    page.get_by_role("button", name="Send these 2 offers").click()
    shows(page, "2 of 2 done.")
    amounts = [refund.now()["negotiation"]["offer"]["amount"]["value"] for refund in refunds[:2]]
    assert (amounts, refunds[2].now()["negotiation"]) == (["1.99", "0.50"], None)
