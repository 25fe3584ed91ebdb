"""Photos and documents: a buyer adds them on a phone, and the seller sees them."""

import struct
import zlib

from playwright.sync_api import expect

from browse import LOCALES, shows, sign_in, told
from checks import axe_finds_nothing, nothing_scrolls_sideways
from demo import Refund
from words import words


def picture(shade, side=600):
    """A PNG of one colour."""
    def part(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + bytes((shade, 90, 10)) * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")


def file(name, data, kind="image/png"):
    return {"name": name, "mimeType": kind, "buffer": data}


def add(page, say, *files):
    page.locator("summary", has_text=say("files-add")).click()
    page.locator("[name=files]").set_input_files(list(files))
    page.locator("form[data-files] button").click()


def are_seen(page, count):
    page.wait_for_function(
        "count => [...document.querySelectorAll('.files img')].filter(one => one.naturalWidth > 0).length === count",
        arg=count)


def test_a_buyer_adds_photos_accepts_and_the_seller_sees_them(stage):
    for language, scripts in [(language, scripts) for language in LOCALES for scripts in (True, False)]:
        say = words(language)
        refund = Refund()
        refund.offer()
        page = stage.window(language=language, width=390, scripts=scripts)
        page.goto(refund.link)
        add(page, say, file("dent.png", picture(200)), file("bin.png", picture(40)))
        told(page, say("done-files"))
        page.locator(".files img").last.scroll_into_view_if_needed()
        if scripts:
            are_seen(page, 2)
            axe_finds_nothing(page)
        shows(page, "dent.png")
        nothing_scrolls_sideways(page)
        assert refund.now()["status"] == "WAIT_SELLER_AGREE"
        seller = stage.window("seller", language=language, scripts=scripts)
        seller.goto(refund.page)
        seller.locator(".files img").last.scroll_into_view_if_needed()
        if scripts:
            are_seen(seller, 2)
        assert seller.locator(".files a").count() == 2


def test_what_is_too_large_is_told_before_it_is_sent(stage):
    refund, say = Refund(), words("en")
    page = stage.window(width=390)
    page.goto(refund.link)
    add(page, say, file("large.pdf", b"%PDF-1.7\n" + b" " * (10 * 1024 * 1024), "application/pdf"))
    shows(page, say("files-too-large-here"))
    assert "files" not in refund.now()
    page.locator("[name=files]").set_input_files([file("invoice.pdf", b"%PDF-1.7\nan invoice", "application/pdf")])
    page.locator("form[data-files] button").click()
    told(page, say("done-files"))
    shows(page, "invoice.pdf")


def test_what_is_no_photo_is_told_and_the_others_are_there(stage):
    for scripts in (True, False):
        refund, say = Refund(), words("en")
        page = stage.window(width=390, scripts=scripts)
        page.goto(refund.link)
        add(page, say, file("dent.png", picture(9)), file("page.png", b"<html><script>alert(1)</script>"))
        shows(page, "“page.png” can't be read")
        shows(page, "dent.png")
        assert len(refund.now()["files"]) == 1


def test_a_refusal_shows_what_it_says(stage):
    refund, say = Refund(), words("en")
    seller = stage.window("seller")
    seller.goto(refund.page)
    add(seller, say, file("worn.png", picture(77)))
    told(seller, say("done-files"))
    seller.locator("summary", has_text=say("action-refuse")).first.click()
    form = seller.locator("form[action*='act/refuse']").first
    form.locator("[name=reason]").fill("It was worn.")
    form.locator("[name=file]").check()
    form.locator("button").click()
    told(seller, say("done-refuse"))
    assert refund.now()["seller_refusal_files"] == [refund.now()["files"][0]["sha256"]]


def test_an_offer_shows_what_it_says_and_the_buyer_sees_it(stage):
    for language, scripts in [(language, scripts) for language in LOCALES for scripts in (True, False)]:
        refund, say = Refund(), words(language)
        seller = stage.window("seller", language=language, scripts=scripts)
        seller.goto(refund.page)
        add(seller, say, file("scratch.png", picture(77)))
        told(seller, say("done-files"))
        seller.goto(f"{refund.page}/offer")
        seller.locator("[name=type][value=REFUND_ONLY]").check()
        seller.locator("[name=amount]").fill("2")
        seller.locator("[name=file]").check()
        seller.locator("button[value=review]").click()
        shows(seller, say("offer-as-buyer-sees"))
        assert seller.locator(".shown img").get_attribute("alt") == "scratch.png"
        nothing_scrolls_sideways(seller)
        if scripts:
            axe_finds_nothing(seller)
        seller.locator("button[value=send]").click()
        told(seller, say("done-make-offer"))
        assert refund.now()["negotiation"]["offer"]["files"] == [refund.now()["files"][0]["sha256"]]
        page = stage.window(language=language, width=390, scripts=scripts)
        page.goto(refund.link)
        page.locator(".shown img").last.scroll_into_view_if_needed()
        assert page.locator(".moments .shown img").count() == 2
        assert page.locator(".first .shown img").count() == 1
        nothing_scrolls_sideways(page)
        if scripts:
            axe_finds_nothing(page)


def test_who_is_about_to_erase_a_file_stays_at_that_file(stage):
    refund, say = Refund(), words("en")
    buyer, operator = stage.window(), stage.window("operator")
    buyer.goto(refund.link)
    add(buyer, say, file("one.png", picture(10)), file("two.png", picture(20)))
    told(buyer, say("done-files"))
    operator.goto(refund.page)
    operator.locator("summary", has_text=say("files-erase")).last.click()
    operator.locator("button", has_text=say("files-erase-yes")).last.focus()
    stood_at = "document.activeElement.form && document.activeElement.form.getAttribute('action')"
    before = operator.evaluate(stood_at)
    add(buyer, say, file("zero.png", picture(30)))
    expect(operator.get_by_text("zero.png").first).to_be_attached()
    assert before and operator.evaluate(stood_at) == before
    assert operator.locator("details[open] > summary", has_text=say("files-erase")).count() == 1
