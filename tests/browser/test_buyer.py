"""The buyer's page, opened on a phone by somebody who comes once: the first screen says what is asked of them."""

from browse import LOCALES, shows, stands
from checks import nothing_scrolls_sideways
from demo import BASE
from pages import STATES, refund
from words import words

PHONE = {"width": 390, "height": 844}
# What each state is to its buyer, and the text of what they can do at once, where something is asked of them.
SITUATIONS = {
    "waiting": ("seller-decides", None),
    "offered": ("offered", "buyer-accept"),
    "offered a return": ("offered", "buyer-accept"),
    "rejected": ("seller-decides", None),
    "accepted": ("paid", None),
    "refused": ("refused", "action-escalate"),
    "called in": ("called-in", None),
    "returning": ("to-ship", "field-carrier"),
    "shipped": ("shipped", None),
    "not received": ("parcel-refused", "action-escalate"),
    "paying": ("paying", None),
    "not paid": ("not-paid", None),
    "cancelled": ("closed", None),
}


def test_every_state_is_looked_at(_):
    assert SITUATIONS.keys() == STATES.keys()


def test_the_first_screen_says_what_to_do(stage):
    for language in LOCALES:
        say = words(language)
        page = stage.window(language=language, width=PHONE["width"])
        page.set_viewport_size(PHONE)
        for state, (situation, to_do) in SITUATIONS.items():
            page.goto(refund(state).link)
            stands(page, situation)
            first = page.locator("#live .first")
            said = [first.get_by_role("heading", level=1)]
            if to_do:
                said += [first.get_by_text(say(to_do), exact=True).first, first.locator(".left").first]
            for what in said:
                box = what.bounding_box()
                assert box["y"] + box["height"] <= PHONE["height"], f"{state} in {language}: {box}"
            assert page.locator(".pill").count() == 0, f"{state}: a status of the tool's"
            nothing_scrolls_sideways(page)


def test_an_offer_that_is_over_asks_for_nothing(stage):
    page = stage.window(width=PHONE["width"])
    page.goto(refund("rejected").link)
    shows(page, "The seller's offer:")
    assert page.get_by_role("link", name="Accept…").count() == 0
    assert page.locator(".compare").count() == 0


def test_whoever_cancels_is_told_what_they_may_lose(stage):
    page = stage.window(width=PHONE["width"])
    page.goto(refund("shipped").link)
    page.locator("summary", has_text="Cancel the refund").click()
    shows(page, "The refund is closed, and nothing is paid.")
    shows(page, "goods and money may both be lost")
    page.goto(refund("waiting").link)
    page.locator("summary", has_text="Cancel the refund").click()
    assert page.get_by_text("goods and money may both be lost").count() == 0


def test_a_link_that_ended_says_what_to_do_in_the_readers_language(stage):
    for language in LOCALES:
        page = stage.window(language=language, width=PHONE["width"])
        page.goto(f"{BASE}/b/lnk_none")
        shows(page, words(language)("trouble-link"))
    page.locator("summary").click()
    page.get_by_label("Language").select_option("zh-Hant")
    page.locator(".menu button").click()
    shows(page, words("zh-Hant")("trouble-link"))
