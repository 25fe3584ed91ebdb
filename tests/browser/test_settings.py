"""What people set for themselves and for their seller: who may come in, passwords, addresses, webhooks."""

import json
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from playwright.sync_api import expect

from browse import PASSWORD, action, sign_in, told
from demo import BASE, KEYS, Refund, call
from newcomers import Seller, added, at, card, comes_in, shown_once

ANOTHER_PASSWORD = "another that is long enough"
NOBODY_LISTENS = "http://127.0.0.1:9/hook"
# How often something is looked at that is to be so in a moment.
LOOKS_MAX = 1_000


def heading(page, text):
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_somebody_comes_in_by_a_link_and_is_let_in_no_more(stage):
    link = added(stage, "Quay clerk", Seller())
    theirs = comes_in(stage, link)
    expect(theirs.locator(".who")).to_contain_text("Quay clerk")
    other = stage.window()
    other.goto(link)
    told(other, "This link was used already, or has ended.")
    page = at(stage.window("operator"), "People")
    page.get_by_role("search").get_by_label("Name").fill("quay clerk")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(2)
    row = page.get_by_role("row", name="Quay clerk")
    expect(row).to_contain_text("can sign in")
    row.get_by_role("button", name="Let in no more").click()
    told(page, "They can't sign in any more, and are signed out.")
    heading(theirs, "Sign in")
    sign_in(theirs, name="Quay clerk")
    told(theirs, "Name and password don't fit each other.")
    row.get_by_role("button", name="Let in again").click()
    told(page, "They can sign in again.")
    sign_in(theirs, name="Quay clerk")
    heading(theirs, "Refunds")


def test_another_link_is_made_for_somebody_who_lost_theirs(stage):
    first = added(stage, "Forgetful clerk", Seller())
    page = at(stage.window("operator"), "People")
    page.get_by_role("row", name="Forgetful clerk").get_by_role("button", name="New link").click()
    second = shown_once(page, "/people")
    other = stage.window()
    other.goto(first)
    told(other, "This link was used already, or has ended.")
    comes_in(stage, second)


def test_an_operator_is_added_and_nobody_twice(stage):
    theirs = comes_in(stage, added(stage, "Night operator"))
    at(theirs, "Policy")
    form = card(at(theirs, "People"), "Add somebody")
    form.get_by_label("Name", exact=True).fill("Night operator")
    form.get_by_role("radio", name="Operator").check()
    form.get_by_role("button", name="Add, and make a link").click()
    told(theirs, "Somebody else is called that, or something that looks the same.")
    expect(theirs.get_by_role("row", name="Night operator")).to_have_count(1)


def test_a_sellers_people_add_their_own_and_see_nobody_else(stage):
    page = at(comes_in(stage, added(stage, "Deck clerk", Seller())), "People")
    form = card(page, "Add somebody")
    form.get_by_label("Name", exact=True).fill("Deck clerk 2")
    form.get_by_role("radio", name="clerk").check()
    form.get_by_role("button", name="Add, and make a link").click()
    second = comes_in(stage, shown_once(page, "/people"))
    rows = at(second, "People").get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(3)
    expect(card(second, "Add somebody")).to_have_count(0)
    expect(rows.filter(has_text="you").get_by_role("button", name="Let in no more")).to_have_count(0)


def changes_password(page, old, new):
    form = card(page, "Your own signing in")
    form.get_by_label("Present password").fill(old)
    form.get_by_label("New password").fill(new)
    form.get_by_role("button", name="Change the password").click()


def test_somebody_changes_their_own_password(stage):
    stage.secrets.append(ANOTHER_PASSWORD)
    page = comes_in(stage, added(stage, "Careful clerk", Seller()))
    elsewhere = stage.window()
    sign_in(elsewhere, name="Careful clerk")
    heading(elsewhere, "Refunds")
    changes_password(at(page, "People"), "not the present one", ANOTHER_PASSWORD)
    told(page, "The present password is not that.")
    changes_password(page, PASSWORD, ANOTHER_PASSWORD)
    told(page, "You have a new password. Everywhere else you are signed out.")
    heading(elsewhere, "Sign in")
    sign_in(elsewhere, name="Careful clerk")
    told(elsewhere, "Name and password don't fit each other.")
    sign_in(elsewhere, name="Careful clerk", password=ANOTHER_PASSWORD)
    heading(elsewhere, "Refunds")


def test_somebody_signs_out_everywhere(stage):
    page = comes_in(stage, added(stage, "Travelling clerk", Seller()))
    elsewhere = stage.window()
    sign_in(elsewhere, name="Travelling clerk")
    heading(elsewhere, "Refunds")
    at(page, "People").get_by_role("button", name="Sign out everywhere").click()
    heading(page, "Sign in")
    heading(elsewhere, "Sign in")


def test_a_sellers_people_change_its_name_and_addresses(stage):
    seller = Seller()
    page = at(comes_in(stage, added(stage, "Yard clerk", seller)), "Settings")
    page.get_by_label("Seller's name").fill("Quay Street & Sons")
    page.get_by_role("group", name="main").get_by_label("Remove").check()
    page.get_by_role("button", name="Save").last.click()
    told(page, "Default: exactly one address that stays has to be the default.")
    another = page.get_by_role("group", name="Another address")
    for label, value in [("Recipient", "Yard"), ("Phone", "0574-5550-0123"),
                         ("Address", "Gate 2, 7 Quay Street, Ningbo")]:
        another.get_by_label(label).fill(value)
    another.get_by_label("Default").check()
    page.get_by_role("button", name="Save").last.click()
    told(page, "Saved.")
    now = seller.now()
    assert now["name"] == "Quay Street & Sons", now
    assert [(one["recipient"], one["default"]) for one in now["addresses"]] == [("Yard", True)], now
    refund = Refund(seller=seller.id).do(seller.id, "agree").now()
    assert refund["effective"]["return_address"]["address"] == "Gate 2, 7 Quay Street, Ningbo", refund


def test_statistics_of_a_seller_are_its_own(stage):
    seller = Seller()
    refund = Refund(seller=seller.id)
    refund.do(seller.id, "negotiation", {"type": "REFUND_ONLY", "amount": {"currency": "CNY", "value": "3.00"}})
    refund.answer("reject")
    page = at(comes_in(stage, added(stage, "Counting clerk", seller)), "Statistics")
    expect(page.get_by_label("Seller")).to_have_count(0)
    tile = page.locator(".tiles div").filter(has=page.get_by_text("Rejected", exact=True))
    expect(tile.locator("dd").first).to_have_text("1")


def hook(key, url):
    """The endpoint that whoever has the key has there, if there is one."""
    there = [one for one in call(key, "GET", "/v1/webhooks")["items"] if one["url"] == url]
    return there[0] if there else None


def made(stage, page, url):
    """Adds an endpoint on the page; from here on its secret is one."""
    form = card(page, "Add an endpoint")
    form.get_by_label("Address").fill(url)
    form.get_by_label("refund.opened").check()
    form.get_by_role("button", name="Add an endpoint").click()
    stage.secrets.append(shown_once(page, "/operator/webhooks"))


def test_an_endpoint_is_made_tried_switched_off_and_removed(stage):
    page = at(stage.window("operator"), "Webhooks")
    made(stage, page, NOBODY_LISTENS)
    page.get_by_role("link", name=NOBODY_LISTENS).click()
    page.get_by_role("button", name="Send a test message").click()
    told(page, "No answer (")
    page.get_by_role("button", name="Switch off").click()
    told(page, "The endpoint is off.")
    assert hook("operator", NOBODY_LISTENS)["disabled"]["because"] == "asked"
    page.get_by_role("button", name="Switch on").click()
    told(page, "The endpoint is on.")
    there = hook("operator", NOBODY_LISTENS)
    assert (there["disabled"], there["types"]) == (None, ["refund.opened"]), there
    action(page, "New secret").get_by_role("button", name="New secret").click()
    assert shown_once(page, f"/operator/webhooks/{there['id']}") not in stage.secrets
    assert hook("operator", NOBODY_LISTENS)["both_secrets_until"]
    form = card(page, "Where it is, and what it is told of")
    form.get_by_label("Description").fill("Nobody listens there")
    form.get_by_role("button", name="Save").click()
    told(page, "Saved.")
    assert hook("operator", NOBODY_LISTENS)["description"] == "Nobody listens there"
    action(page, "Remove").get_by_role("button", name="Remove").click()
    told(page, "Removed.")
    assert hook("operator", NOBODY_LISTENS) is None


@contextmanager
def receiver(*answers):
    """Somebody who answers one message after the other so; where they are, and what they were sent."""
    left, sent = list(answers), []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            sent.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(left.pop(0))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Nothing: the tests tell what they have to."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hook", sent
        finally:
            server.shutdown()


@contextmanager
def tried(key, webhook):
    """How each delivery to an endpoint stands once it was tried, from here on."""
    headers = {"authorization": f"Bearer {KEYS[key]}"}
    request = urllib.request.Request(f"{BASE}/v1/webhooks/{webhook}/deliveries/stream", headers=headers)
    with urllib.request.urlopen(request, timeout=10) as stream:
        yield (line.decode().split()[1] for line in stream if line.startswith(b"event:"))


def chooses(page, state):
    """Shows what was sent and stands so."""
    page.get_by_role("search").get_by_label("State").select_option(state)
    page.get_by_role("button", name="Show").click()


def test_what_did_not_get_through_is_sent_again(stage):
    seller = Seller()
    page = at(comes_in(stage, added(stage, "Wire clerk", seller)), "Webhooks")
    with receiver(410, 200, 200) as (url, sent):
        made(stage, page, url)
        with tried(seller.id, hook(seller.id, url)["id"]) as states:
            refund = Refund(seller=seller.id)
            assert next(states) == "failed"
            # Whoever says that they are gone is switched off a moment later.
            assert any(hook(seller.id, url)["disabled"] for _ in range(LOOKS_MAX))
            page.get_by_role("link", name=url).click()
            expect(card(page, "State")).to_contain_text("it answered that it is gone for ever")
            row = page.get_by_role("row", name=refund.id)
            expect(action(row, "1")).to_contain_text("Answered with 410")
            page.get_by_role("button", name="Switch on").click()
            told(page, "The endpoint is on.")
            page.get_by_role("button", name="Send all again that failed").click()
            told(page, "It is sent again.")
            assert next(states) == "succeeded"
            chooses(page, "delivered")
            expect(action(row, "2")).to_contain_text("Answered with 200")
            row.get_by_role("button", name="Send again").click()
            told(page, "It is sent again.")
            assert next(states) == "succeeded"
        chooses(page, "failed")
        expect(page.get_by_text("Nothing was sent.")).to_be_visible()
    assert [one["data"]["refund_id"] for one in sent] == [refund.id] * 3, sent
