"""What a seller's people may by their role, what they are told that others did, and their second factor."""

import base64
import hmac
import struct
import time

from playwright.sync_api import expect

from browse import LOCALES, PASSWORD, action, shows, told
from checks import axe_finds_nothing, is_in, nothing_scrolls_sideways, says_everything
from demo import BASE, Refund
from newcomers import Seller, added, at, card, comes_in

SECOND_FACTOR = f"{BASE}/people/own/second-factor"


def looked_at(stage, page, *addresses):
    """The same pages in each language, on a phone and on a desk."""
    state = page.context.storage_state()
    for language in LOCALES:
        for width in (320, 1280):
            window = stage.window(language=language, width=width, state=state)
            for address in addresses:
                window.goto(address)
                is_in(window, language)
                nothing_scrolls_sideways(window)
                says_everything(window)
                axe_finds_nothing(window)


def test_a_reader_sees_everything_and_is_offered_nothing(stage):
    seller = Seller()
    refund = Refund(seller=seller.id)
    page = comes_in(stage, added(stage, "Quiet reader", seller, "reader"))
    expect(page.get_by_role("checkbox")).to_have_count(0)
    page.goto(refund.page)
    shows(page, "Your role looks on.")
    expect(page.locator("main button")).to_have_count(0)
    at(page, "Settings")
    expect(page.get_by_label("Seller's name")).to_be_disabled()
    at(page, "People")
    expect(card(page, "Add somebody")).to_have_count(0)
    looked_at(stage, page, f"{BASE}/refunds", refund.page, f"{BASE}/settings", f"{BASE}/people",
              f"{BASE}/operator/webhooks")


def test_another_role_holds_at_once_and_is_told_until_it_is_seen(stage):
    seller = Seller()
    refund = Refund(seller=seller.id)
    page = comes_in(stage, added(stage, "Busy clerk", seller, "clerk"))
    page.goto(refund.page)
    message = action(page, "Write a message")
    message.get_by_label("Message").fill("Is it the large one?")
    row = at(stage.window("operator"), "People").get_by_role("row", name="Busy clerk")
    row.get_by_label("Role").select_option("reader")
    row.get_by_role("button", name="Change the role").click()
    message.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This is for another role")
    page.goto(refund.page)
    shows(page, "gave you the role: reader.")
    looked_at(stage, page, refund.page)
    page.get_by_role("button", name="I have seen it").click()
    expect(page).to_have_url(refund.page)
    expect(page.get_by_text("gave you the role")).to_have_count(0)


def code(secret, later=0):
    """What a phone with that secret shows, so many steps from now (RFC 6238)."""
    step = struct.pack(">Q", int(time.time()) // 30 + later)
    digest = hmac.digest(base64.b32decode(secret.replace("-", "")), step, "sha1")
    at_byte = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at_byte:at_byte + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def signs_in(page, name):
    page.goto(f"{BASE}/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_second_factor_is_set_up_asked_for_and_taken_off(stage):
    page = comes_in(stage, added(stage, "Careful owner", Seller()))
    at(page, "People").get_by_role("link", name="Second factor").click()
    looked_at(stage, page, SECOND_FACTOR)
    secret = page.locator("code").inner_text()
    stage.secrets.append(secret)
    expect(page.get_by_role("img", name="A square for an authenticator app")).to_be_visible()
    page.get_by_label("Code that the phone shows").fill("12345")
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_role("button", name="Set it up").click()
    told(page, "That code is not good")
    assert page.locator("code").inner_text() == secret, "the phone has read that square"
    page.get_by_label("Code that the phone shows").fill(code(secret))
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_role("button", name="Set it up").click()
    recovery = page.locator(".codes code")
    expect(recovery).to_have_count(10)
    first = recovery.first.inner_text()
    stage.secrets.append(first)
    nothing_scrolls_sideways(page)
    axe_finds_nothing(page)
    looked_at(stage, page, SECOND_FACTOR)

    elsewhere = stage.window(width=320)
    signs_in(elsewhere, "Careful owner")
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("One more thing")
    nothing_scrolls_sideways(elsewhere)
    axe_finds_nothing(elsewhere)
    elsewhere.get_by_label("Code that the phone shows").fill("000000")
    elsewhere.get_by_role("button", name="Sign in").click()
    told(elsewhere, "That code is not good")
    elsewhere.get_by_label("Code that the phone shows").fill(code(secret, 1))
    elsewhere.get_by_role("button", name="Sign in").click()
    expect(elsewhere).to_have_url(f"{BASE}/refunds")
    another = stage.window()
    signs_in(another, "Careful owner")
    another.get_by_label("Code that the phone shows").fill(first)
    another.get_by_role("button", name="Sign in").click()
    expect(another).to_have_url(f"{BASE}/refunds")

    row = at(stage.window("operator"), "People").get_by_role("row", name="Careful owner")
    row.get_by_role("button", name="Take the second factor off").click()
    # Whoever is signed out is led to signing in, by a page that is open too.
    expect(another).to_have_url(f"{BASE}/sign-in?back=%2Frefunds")
    signs_in(another, "Careful owner")
    shows(another, "took your second factor off.")
