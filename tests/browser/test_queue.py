"""The queue, as somebody works through it all day."""

from playwright.sync_api import expect

from browse import LOCALES, WITHIN_A_SECOND, shows
from checks import axe_finds_nothing, nothing_scrolls_sideways
from demo import BASE, Refund

TITLES = ["Steel waste bin, brushed, with a soft-closing lid and an inner bucket that can be taken out for cleaning",
          "不鏽鋼垃圾桶 12 公升 靜音緩降 腳踏式 可拆內桶 廚房客廳臥室通用加厚款特大號", "🪑🛋️ Lounge chair 👩‍🌾 green",
          "كرسي خشبي صغير للأطفال مع وسادة ناعمة جدا"]
# What somebody needs for a key, and to read a page, in seconds.
KEY, PAGE = 0.25, 2


class Hands:
    """Somebody without a mouse, and how much they have to do."""

    def __init__(self, page):
        self.page, self.keys, self.pages = page, 0, 0
        page.on("framenavigated", self.came)

    def came(self, frame):
        self.pages += frame == self.page.main_frame

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def opens(self, *keys):
        with self.page.expect_navigation():
            self.press(*keys)

    def type(self, text):
        self.page.keyboard.type(text)
        self.keys += len(text)

    def go_to(self, selector, key="Tab"):
        for _ in range(12):
            if self.page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
            self.press(key)
        raise AssertionError(f"{selector} is not reached")


def agree(hands):
    hands.press("a")
    hands.go_to("details:has(form[action*='/act/agree']) > summary")
    hands.press("Enter")
    hands.go_to("form[action*='/act/agree'] button")
    hands.opens("Enter")


def refuse(hands):
    hands.press("a")
    hands.go_to("details:has(form[action*='/act/refuse']) > summary")
    hands.press("Enter", "Tab")
    hands.type("No dent to be seen.")
    hands.go_to("form[action*='/act/refuse'] button")
    hands.opens("Enter")


def offer(hands):
    hands.press("a")
    hands.go_to("a.button[href*='/offer']")
    hands.opens("Enter")
    hands.go_to("[name=type]", "Shift+Tab")
    hands.press("Space")
    hands.go_to("[name=amount]")
    hands.type("2")
    hands.opens("Enter")
    hands.go_to("[value=send]")
    hands.opens("Enter")


def test_five_hundred_are_worked_off_by_keyboard(stage):
    opened = [Refund("REFUND_ONLY", title=f"{TITLES[number % 4]} five-hundred", reason=f"{TITLES[-number % 4]} 😕")
              for number in range(500)]
    page = stage.window("seller")
    hands = Hands(page)
    page.goto(f"{BASE}/refunds?tab=waiting")
    hands.press("/")
    hands.type("five-hundred")
    hands.opens("Enter")
    expect(page.locator(".tabs [aria-current] b")).to_have_text("500")
    hands.press("j")
    hands.opens("Enter")
    for number in range(20):
        [agree, agree, refuse, offer][number % 4](hands)
        hands.opens("j")
    hands.opens("u")
    expect(page.locator(".tabs [aria-current] b")).to_have_text("480")
    took = hands.keys * KEY + hands.pages * PAGE
    print(f"    20 decisions: {hands.keys} keys, {hands.pages} pages, {took:.0f} s")
    assert took < 180, f"{hands.keys} keys and {hands.pages} pages"
    for refund in opened:
        if refund.status == "WAIT_SELLER_AGREE":
            refund.do("platform", "cancel")


def test_the_way_back_keeps_what_was_asked_for(stage):
    first = Refund(title="Way back mat")
    Refund(beside=first, line="2", title="Way back tray", amount="5.00")
    for scripts in (True, False):
        page = stage.window("seller", scripts=scripts)
        page.goto(f"{BASE}/refunds")
        page.get_by_label("Order, goods, buyer or tracking number").fill(f"WAY {first.order.lower()}")
        page.get_by_label("Order of the list").select_option("Smallest amount first")
        page.get_by_role("button", name="Show").click()
        page.get_by_role("link", name="Waiting for me 2").click()
        asked = page.url
        expect(page.locator(".lines .goods a")).to_have_text(["Way back tray", "Way back mat"])
        page.get_by_role("link", name="Way back mat").click()
        page.get_by_role("link", name="Previous refund").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Way back tray")
        expect(page.get_by_role("link", name="Previous refund")).to_have_count(0)
        expect(page.get_by_role("link", name="One other refund with this shop: 0 paid, 1 under way")).to_be_visible()
        page.locator("summary", has_text="Write a message").click()
        page.locator("[name=text]").fill("One moment, please.")
        page.get_by_role("button", name="Send").click()
        shows(page, "One moment, please.")
        page.get_by_role("link", name="Next refund").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Way back mat")
        page.get_by_role("link", name="Back to the list").click()
        expect(page).to_have_url(asked)


def test_what_comes_is_told_wherever_one_is(stage):
    first = Refund()
    page = stage.window("seller")
    for place, title in [(f"{BASE}/refunds?q=nothing-such", "Refunds"), (first.page, "Steel waste bin, 12 litres")]:
        page.goto(f"{BASE}/refunds?sort=newest")
        page.goto(place)
        expect(page.locator("#fresh")).to_be_hidden()
        for number in (1, 2):
            Refund(beside=first, line=f"{title[:3]}-{number}")
            expect(page.locator("#fresh")).to_have_text(f"New refunds: {number}. Show them", timeout=WITHIN_A_SECOND)
            expect(page).to_have_title(f"({number}) {title} · After-sales")
    page.locator("#fresh a").click()
    expect(page).to_have_title("Refunds · After-sales")
    expect(page.locator(".lines .goods").first).to_contain_text(first.order)


def test_keys_move_and_decide_nothing(stage):
    refund = Refund()
    page = stage.window("seller")
    page.goto(f"{BASE}/refunds?q={refund.order}")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    axe_finds_nothing(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Steel waste bin")).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator(".queue :checked")).to_have_count(1)
    page.keyboard.press("/")
    page.keyboard.type("jk?u")
    expect(page.get_by_label("Order, goods, buyer or tracking number")).to_have_value("jk?u")
    page.goto(refund.page)
    for key in "abcdefghilmnopqrstvwxyz0123456789":
        page.keyboard.press(key)
    assert refund.now()["version"] == 1
    page.keyboard.press("?")
    page.get_by_label("These keys are on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    expect(page).to_have_url(refund.page)
    page.evaluate("localStorage.removeItem('keys')")


def test_a_row_is_one_line_where_there_is_room(stage):
    first = Refund(title=TITLES[0], reason="The lid does not close, and the inner bucket arrived with a dent at its rim.")
    Refund("REFUND_ONLY", beside=first, line="2", title=TITLES[1], amount="12345.00").offer()
    Refund(beside=first, line="3", title=TITLES[3]).offer().refuse().escalate()
    Refund(beside=first, line="4").agree().ship().refuse_receipt()
    Refund(beside=first, line="5").offer().answer("accept")
    for who in ("seller", "operator"):
        for language in LOCALES:
            page = stage.window(who, language=language)
            page.goto(f"{BASE}/refunds?q={first.order}")
            nothing_scrolls_sideways(page)
            rows = page.locator(".lines tbody tr")
            expect(rows).to_have_count(5)
            for row in rows.all():
                assert row.bounding_box()["height"] < 48, f"{who} {language}: {row.inner_text()}"
                for cell in row.locator(".asked, .stands, .time").all():
                    assert cell.evaluate("cell => cell.scrollWidth <= cell.clientWidth"), f"{language}: {cell.inner_text()}"
            page.context.close()


def test_a_row_is_a_card_where_there_is_little_room(stage):
    refund = Refund(title=TITLES[0])
    for width in (768, 390, 320):
        for language in ("en", "zh-Hant", "zh-Hans"):
            page = stage.window("seller", language=language, width=width)
            page.goto(f"{BASE}/refunds?tab=waiting&q={refund.order}")
            nothing_scrolls_sideways(page)
            row = page.locator(".lines tbody tr").first
            assert row.evaluate("row => getComputedStyle(row).display") == "block"
            bar = page.locator(".clock-bar").bounding_box()["height"]
            assert row.bounding_box()["y"] - bar < 568 - 48, f"{width} {language}: {row.bounding_box()}"
            row.locator("input").check()
            expect(page.locator("#bulk [value=agree]")).to_be_in_viewport()
            page.context.close()


def test_a_refund_is_printed_as_a_document(stage):
    refund = Refund().says("Where do I find the form?").offer()
    page = stage.window("seller")
    page.goto(refund.page)
    page.emulate_media(media="print")
    shows(page, "Where do I find the form?")
    shows(page, "CN¥20.00")
    for gone in (".top", ".clock-bar", ".actions", ".crumb", "footer"):
        expect(page.locator(gone)).to_be_hidden()
