"""Signing in, preferences, pages without scripts, by keyboard alone, and with what nobody should have written."""

from playwright.sync_api import expect

from browse import PASSWORD, PERSON, WITHIN_A_SECOND, action, shows, sign_in, status_is, stayed, stays, told
from demo import BASE, DEMO, Refund, call
from checks import nothing_scrolls_sideways


def test_signing_in_leads_to_where_one_wanted_to_go(stage):
    stage.people.state("seller")
    page = stage.window()
    sign_in(page, "/refunds?status=CLOSED")
    expect(page).to_have_url(f"{BASE}/refunds?status=CLOSED")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{BASE}/sign-in")
    page.goto(f"{BASE}/refunds")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_wrong_password_lets_nobody_in(stage):
    page = stage.window()
    page.goto(f"{BASE}/sign-in")
    page.get_by_label("Name").fill(PERSON)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    told(page, "Name and password don't fit each other.")
    expect(page.get_by_label("Name")).to_have_value(PERSON)
    expect(page.get_by_label("Password")).to_have_value("")


def test_a_link_opens_once(stage):
    stage.people.state("seller")
    page = stage.window()
    page.goto(DEMO["links"]["seller"])
    told(page, "This link was used already, or has ended.")


def test_whoever_comes_for_the_first_time_may_choose_their_language_first(stage):
    made = stage.window("operator")
    made.goto(f"{BASE}/people")
    made.get_by_label("Name").last.fill("reader-1")
    made.get_by_role("radio", name="Operator").check()
    made.get_by_role("button", name="Add, and make a link").click()
    link = made.locator(".secret code").inner_text()
    page = stage.window()
    page.goto(link)
    page.locator("details.menu summary").click()
    page.get_by_label("Language").select_option("zh-Hant")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(link)
    page.locator("main button").click()
    expect(page).to_have_url(f"{BASE}/refunds")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")


def test_what_a_form_answered_can_be_loaded_again(stage):
    refund = Refund()
    page = stage.window()
    for form in ["message", "act/modify"]:
        page.goto(f"{refund.link}/{form}")
        expect(page).to_have_url(refund.link)
    page = stage.window("seller")
    for form, leads_to in [(f"/refunds/{refund.id}/act/agree", f"/refunds/{refund.id}"), ("/refunds/bulk", "/refunds"),
                           ("/people/own/password", "/people")]:
        page.goto(BASE + form)
        expect(page).to_have_url(BASE + leads_to)
    page.goto(f"{BASE}/nothing")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing here")


def test_an_order_that_can_not_be_is_not_found(stage):
    page = stage.window("seller")
    page.goto(f"{BASE}/refunds")
    page.get_by_label("Order, goods, buyer or tracking number").fill("訂單 123")
    page.get_by_role("button", name="Show").click()
    shows(page, "Nothing matches.")
    expect(page.get_by_label("Order, goods, buyer or tracking number")).to_have_value("訂單 123")


def test_a_form_without_its_mark_does_nothing(stage):
    refund = Refund()
    page = stage.window("seller")
    page.goto(refund.page)
    form = action(page, "Agree to the refund")
    page.evaluate("for (const mark of document.querySelectorAll('[name=mark]')) mark.remove()")
    form.get_by_role("button", name="Agree to the refund").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Please open the page again")
    assert refund.status == "WAIT_SELLER_AGREE"


def test_a_refund_of_another_seller_is_not_there(stage):
    other = call("operator", "GET", "/v1/refunds?seller_id=seller-lights")["items"][0]["id"]
    page = stage.window("seller")
    page.goto(f"{BASE}/refunds/{other}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing here")


def test_what_was_typed_is_there_again_after_signing_in(stage):
    page = stage.window("seller")
    page.goto(Refund().page)
    form = action(page, "Refuse the refund")
    form.get_by_label("Reason").fill("It was whole when it left us.")
    page.context.clear_cookies(name="__Host-session")
    form.get_by_role("button", name="Refuse the refund").click()
    page.get_by_label("Name").fill(PERSON)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    told(page, "You were signed out while you typed.")
    expect(page.get_by_label("Reason")).to_have_value("It was whole when it left us.")
    page.get_by_role("button", name="Refuse the refund").click()
    told(page, "Refused.")


def test_what_is_preferred_is_kept(stage):
    page = stage.window()
    page.goto(Refund().link)
    address = page.url
    page.locator("summary", has_text="Language and display").click()
    page.get_by_label("Language").select_option("zh-Hans")
    page.get_by_label("Appearance").select_option("dark")
    page.get_by_label("Time zone").fill("Asia/Tokyo")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    shows(page, "UTC+9")
    assert page.url == address, page.url


def test_the_browser_says_in_which_zone_it_is(stage):
    page = stage.window(zone=None)
    page.goto(Refund().link)
    shows(page, "UTC+8", timeout=5_000)


def goes_to(page, zone):
    """The browser is in that zone from here on."""
    page.add_init_script("""{
        const here = Intl.DateTimeFormat.prototype.resolvedOptions;
        Intl.DateTimeFormat.prototype.resolvedOptions = function () {
            return { ...here.call(this), timeZone: "%s" };
        };
    }""" % zone)
    page.reload()


def test_the_zone_goes_where_the_browser_goes_until_another_is_chosen(stage):
    page = stage.window(zone=None)
    page.goto(Refund().link)
    shows(page, "UTC+8", timeout=5_000)
    goes_to(page, "Asia/Dubai")
    shows(page, "UTC+4", timeout=5_000)
    page.locator("summary", has_text="Language and display").click()
    page.get_by_label("Time zone").fill("Asia/Tokyo")
    page.get_by_role("button", name="Save").click()
    shows(page, "UTC+9")
    goes_to(page, "Asia/Karachi")
    stays(page)
    shows(page, "UTC+9")
    stayed(page)


def test_without_scripts_a_refund_goes_all_the_way(stage):
    stage.people.state("seller")
    refund = Refund()
    seller, buyer = stage.window(scripts=False), stage.window(scripts=False, width=390)
    sign_in(seller)
    seller.goto(f"{BASE}/refunds")
    seller.get_by_label("Order, goods, buyer or tracking number").fill(refund.order)
    seller.get_by_role("button", name="Show").click()
    seller.get_by_role("link", name="Steel waste bin").click()
    seller.get_by_role("link", name="Negotiate: offer other terms").click()
    seller.get_by_label("Refund only").check()
    seller.get_by_label("Amount (CNY)").fill("2.00")
    seller.get_by_role("button", name="See it as the buyer will").click()
    seller.get_by_role("button", name="Send the offer").click()
    told(seller, "The offer is on its way to the buyer.")
    buyer.goto(refund.link)
    buyer.get_by_role("link", name="Accept…").click()
    buyer.get_by_role("button", name="Yes, accept").click()
    told(buyer, "You accepted the offer.")
    seller.reload()
    status_is(seller, "Refunded")
    form = action(seller, "Write a message")
    form.get_by_label("Message", exact=True).fill("Thank you.")
    form.get_by_role("button", name="Send").click()
    told(seller, "Your message was sent.")
    seller.get_by_role("button", name="Sign out").click()
    expect(seller.get_by_role("heading", level=1)).to_have_text("Sign in")


FOCUS = """() => {
  const { tagName, textContent, name } = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  const box = document.activeElement.getBoundingClientRect();
  return { tag: tagName, text: textContent.trim(), name: name ?? "", drawn: outlineStyle !== "none"
    && parseFloat(outlineWidth) >= 2, there: box.width > 0 && box.right > 0 };
}"""


def tab_to(page, text="", name=""):
    """Presses Tab until it is there; wherever it comes by on its way can be seen to be focused."""
    for _ in range(60):
        page.keyboard.press("Tab")
        now = page.evaluate(FOCUS)
        assert now["tag"] == "BODY" or (now["drawn"] and now["there"]), f"nobody sees where the focus is: {now}"
        if now["tag"] != "BODY" and (now["text"] == text if text else now["name"] == name):
            return
    raise AssertionError(f"the keyboard doesn't come to {text or name}")


def test_by_keyboard_alone_an_offer_is_sent_and_accepted(stage):
    stage.people.state("seller")
    refund = Refund()
    page = stage.window()
    page.goto(f"{BASE}/sign-in")
    # The browser puts the focus there a moment after the page is loaded.
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type(PERSON)
    tab_to(page, name="password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Refunds")
    tab_to(page, text="Skip to the content")
    page.keyboard.press("Enter")
    tab_to(page, name="q")
    page.keyboard.type(refund.order)
    page.keyboard.press("Enter")
    expect(page.locator(".queue tbody tr")).to_have_count(1)
    tab_to(page, text="Steel waste bin, 12 litres")
    page.keyboard.press("Enter")
    status_is(page, "Waiting for the seller", timeout=5 * WITHIN_A_SECOND)
    tab_to(page, text="Negotiate: offer other terms")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Amount (CNY)")).to_be_focused()
    # No type is chosen beforehand: from behind one comes to the last.
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_label("Return and refund")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Refund only")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("2.00")
    page.keyboard.press("Enter")
    # Whoever presses Enter once more has sent nothing yet: it is the only chance.
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.keyboard.press("Enter")
    assert refund.now()["negotiation"] is None
    tab_to(page, text="Send the offer")
    page.keyboard.press("Enter")
    told(page, "The offer is on its way to the buyer.")
    page = stage.window()
    page.goto(refund.link)
    tab_to(page, text="Accept…")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Yes, accept")).to_be_visible()
    tab_to(page, text="Yes, accept")
    page.keyboard.press("Enter")
    told(page, "You accepted the offer.")


HOSTILE = "<script>window.hacked = 1</script><img src=x onerror='window.hacked=1'>\u202egnol \u2066‏ 👩‍👩‍👧‍👦🧺 "

ISOLATED = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const loose = [];
  for (let text; (text = texts.nextNode());) {
    const isolates = (element) => /isolate|plaintext/.test(getComputedStyle(element).unicodeBidi);
    const holder = text.parentElement;
    if (text.data.includes("\\u202e") && !isolates(holder)) loose.push(holder.outerHTML.slice(0, 120));
  }
  return loose;
}"""


def test_what_people_write_is_text_and_breaks_nothing(stage):
    title = (HOSTILE + "x" * 200)[:200]
    long = (HOSTILE + "長" * 4000)[:4000]
    refund = Refund(title=title, reason=long[:1000]).offer(message=long[:2000])
    refund.says(long).says(long, "seller").says(long[:3000], "seller", internal=True)
    refund.do("platform", "negotiation/reject", {"negotiation_id": refund.now()["negotiation"]["id"]})
    refund.do("seller", "refuse", {"reason": long[:1000]}).do("platform", "escalate", {"reason": long[:1000]})
    shipped = Refund(title=title).agree()
    shipped.do("platform", "ship", {"carrier": title, "tracking_number": title})
    for width in (320, 1280):
        seller, buyer = stage.window("seller", width=width), stage.window(width=width)
        operator = stage.window("operator", width=width)
        for page, address in [(seller, refund.page), (seller, f"{BASE}/refunds?q={refund.order}"),
                              (seller, f"{shipped.page}"), (buyer, refund.link), (buyer, shipped.link),
                              (operator, refund.page), (operator, f"{BASE}/refunds?q={refund.order}")]:
            page.goto(address)
            expect(page.get_by_text("<script>window.hacked = 1</script>").first).to_be_visible()
            assert page.evaluate("window.hacked") is None, address
            assert page.evaluate("document.querySelectorAll('main img, main script').length") == 0, address
            loose = page.evaluate(ISOLATED)
            assert not loose, f"what runs from right to left runs on: {loose}"
            nothing_scrolls_sideways(page)


def test_more_than_is_taken_is_said_and_kept(stage):
    page = stage.window(scripts=False)
    page.goto(Refund().link)
    page.evaluate("for (const field of document.querySelectorAll('textarea')) field.removeAttribute('maxlength')")
    form = action(page, "Write to the seller")
    form.get_by_label("Message", exact=True).fill("x" * 10_000)
    form.get_by_role("button", name="Send").click()
    told(page, "Message: at most 4000 characters are taken.")
    message = page.locator("[name=text]")
    expect(message).to_have_value("x" * 10_000)
    page.evaluate("document.querySelector('[name=text]').removeAttribute('maxlength')")
    message.fill("長" * 100_000)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("That is too much")
