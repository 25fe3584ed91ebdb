"""Sellers and people of a test's own, so that what is changed about them is nobody else's."""

from contextlib import contextmanager
from itertools import count

from playwright.sync_api import expect

from browse import PASSWORD
from demo import BASE, KEYS, call

_numbers = count(1)


class Seller:
    """A seller of its own for one test; `KEYS` has a key of it by its id."""

    def __init__(self):
        self.id = f"seller-new-{next(_numbers)}"
        address = {"id": "main", "recipient": "Returns desk", "phone": "0574-5550-0120",
                   "address": "7 Quay Street, Ningbo"}
        call("operator", "PUT", f"/v1/sellers/{self.id}", {"name": "Quay Street Goods", "addresses": [address]})
        made = call("operator", "POST", "/v1/keys", {"name": self.id, "role": "seller", "seller_id": self.id})
        KEYS[self.id] = made["secret"]

    def now(self):
        return call("operator", "GET", f"/v1/sellers/{self.id}")


def at(page, place):
    """Goes to a place by the links above every page."""
    page.goto(f"{BASE}/refunds")
    link = page.get_by_role("navigation", name="Places").get_by_role("link", name=place, exact=True)
    link.click()
    expect(link).to_have_attribute("aria-current", "page")
    return page


def card(page, heading):
    return page.get_by_role("region", name=heading)


def shown_once(page, place):
    """What the page shows this once, and not when the place is come to again."""
    shown = page.locator(".secret code").inner_text()
    page.goto(BASE + place)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text(shown)).to_have_count(0)
    return shown


def added(stage, name, seller=None, role="owner"):
    """Somebody new, added on the operator's page; the link that lets them in. A seller's have a role there."""
    page = at(stage.window("operator"), "People")
    form = card(page, "Add somebody")
    form.get_by_label("Name", exact=True).fill(name)
    form.get_by_role("radio", name="Seller" if seller else "Operator").check()
    if seller:
        form.get_by_label("Seller id").fill(seller.id)
        form.get_by_role("radio", name=role).check()
    form.get_by_role("button", name="Add, and make a link").click()
    return shown_once(page, "/people")


def comes_in(stage, link):
    """Their window, once the link has signed them in and they have chosen a password."""
    page = stage.window()
    page.goto(link)
    page.get_by_label("A password for the next time").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{BASE}/refunds")
    return page


@contextmanager
def put_back(path):
    """What a test sets for others too is afterwards as it was."""
    before = call("operator", "GET", path)
    try:
        yield before
    finally:
        call("operator", "PUT", path, before)
