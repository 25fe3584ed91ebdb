"""Every page that people can come to, one a line: who looks at it, and how they get there."""

from functools import cache
from itertools import count

from demo import BASE, DEMO, Refund, set_policy


def paid_through_an_adapter(refund):
    set_policy(payout="confirmed")
    refund.agree()
    set_policy()
    return refund


def with_messages(refund):
    refund.says("Where do I find the form?").says("It is on this page.", "seller")
    refund.says("A regular of ours.", "seller", internal=True)
    return refund.says("We know this shop.", "operator", for_operators=True)


names = count()

# Each state that a refund can be in, as far as its pages differ.
STATES = {
    "waiting": lambda: with_messages(Refund()),
    "offered": lambda: Refund().offer(),
    "offered a return": lambda: Refund("REFUND_ONLY").offer("20.00", "RETURN_AND_REFUND"),
    "rejected": lambda: Refund().offer().answer("reject"),
    "accepted": lambda: Refund().offer().answer("accept"),
    "refused": lambda: Refund().refuse(),
    "called in": lambda: Refund().refuse().escalate(),
    "returning": lambda: Refund().agree(),
    "shipped": lambda: Refund().agree().ship(),
    "not received": lambda: Refund().agree().ship().refuse_receipt(),
    "paying": lambda: paid_through_an_adapter(Refund("REFUND_ONLY")),
    "not paid": lambda: paid_through_an_adapter(Refund("REFUND_ONLY")).do(
        "platform", "payout", {"result": "failed", "reason": "The account is closed."}),
    "cancelled": lambda: Refund().do("platform", "cancel"),
}


@cache
def refund(state):
    return STATES[state]()


def at(path):
    """An address, and nothing to do there."""
    return lambda page: page.goto(path() if callable(path) else BASE + path)


def unfolded(go, which="main details"):
    """The same with everything unfolded that can be."""
    def come(page):
        go(page)
        for fold in page.locator(which).all():
            if fold.get_attribute("open") is None:
                fold.locator("summary").first.click()
    return come


def reviewed(page):
    page.goto(f"{refund('waiting').page}/offer")
    page.locator("[value=REFUND_ONLY]").check()
    page.locator("[name=amount]").fill("2.00")
    page.locator("[name=message]").fill("Keep it, and take two yuan for the dent.")
    page.locator("[value=review]").click()
    page.locator("[value=send]").wait_for()


def filled(page):
    page.goto(f"{refund('waiting').page}/offer?saved=small&language=en")
    page.locator("[name=amount][value='2.00']").wait_for()


def prepared_mistaken(page):
    page.goto(f"{BASE}/settings/offers")
    page.locator("[name=saved_name]").fill("Half of it")
    page.locator("[value=REFUND_ONLY]").check()
    page.locator("[value=paid]").check()
    page.locator("[name=percent]").fill("101")
    page.locator("main .primary").click()
    page.locator(".notice.bad").wait_for()


def prepared_in_bulk(page):
    first = Refund()
    Refund(beside=first, line="2", title="Bamboo tray", amount="0.05")
    page.goto(f"{BASE}/refunds?q={first.order}")
    for box in page.locator("[name=refund]").all():
        box.check()
    page.locator("#bulk summary").last.click()
    page.locator("#bulk [name=saved]").select_option("small en")
    page.locator("[value=make_offer]").click()
    page.locator("[value=confirmed]").wait_for()


def mistaken(page):
    page.goto(f"{refund('waiting').page}/offer")
    page.locator("[value=REFUND_ONLY]").check()
    page.locator("[name=amount]").fill("none")
    page.locator("[value=review]").click()
    page.locator(".notice.bad").wait_for()


def ruled(page):
    page.goto(f"{refund('called in').page}/ruling")
    page.locator("[value=REFUND]").check()
    page.locator("[name=amount]").fill("2.00")
    page.locator("[name=reason]").fill("The dent is plain to see.")
    page.locator("[value=review]").click()
    page.locator("[value=rule]").wait_for()


def forgotten(page):
    page.goto(f"{refund('called in').page}/erasure")
    page.locator("[name=what][value=text]").check()
    page.locator("[value=law]").check()
    page.locator("[name=reason]").fill("Letter 17")
    page.locator("[value=review]").click()
    page.locator("[value=erase]").wait_for()


def looked_at_in_bulk(page):
    first = Refund().offer()
    Refund(beside=first, line="2", title="Bamboo tray")
    page.goto(f"{BASE}/refunds?q={first.order}")
    for box in page.locator("[name=refund]").all():
        box.check()
    page.locator("[value=agree]").click()
    page.locator("[value=confirmed]").wait_for()
    return first


def offered_in_bulk(page):
    page.goto(f"{BASE}/refunds?q={refund('waiting').order}")
    page.locator("[name=refund]").check()
    page.locator("#bulk summary").last.click()
    page.locator("#bulk [name=amount]").fill("none")
    page.locator("[value=make_offer]").click()
    page.locator(".queue .no").wait_for()


def done_in_bulk(page):
    looked_at_in_bulk(page).agree()
    page.locator("[value=confirmed]").click()
    page.locator(".queue .yes").wait_for()


def closed_to_all(page):
    page.goto(f"{BASE}/operator/rollout")
    page.locator("[name=percentage]").fill("0")
    page.locator("[value=percentage]").click()
    page.locator("[value=save]").wait_for()


def refused_to_come_in(page):
    page.goto(f"{BASE}/sign-in")
    # One name is not tried without end.
    page.locator("[name=name]").fill(f"nobody-{next(names)}")
    page.locator("[name=password]").fill("nothing that opens")
    page.locator("main button").click()
    page.locator(".notice.bad").wait_for()


PAGES = {
    # The link that nobody has used yet: before anybody does.
    "one-time link": (None, at(lambda: DEMO["links"]["operator"])),
    "one-time link, over": (None, at("/sign-in/none")),
    "sign-in": (None, at("/sign-in")),
    "sign-in, wrong": (None, refused_to_come_in),
    "preferences open": (None, unfolded(at("/sign-in"), "details.menu")),
    "preferences open, signed in": ("seller", unfolded(at("/refunds"), "details.menu")),
    "not found": ("seller", at("/refunds/rfd_none")),
    "link that ended": (None, at("/b/lnk_none")),
    "queue": ("seller", unfolded(at("/refunds"))),
    "queue, nothing matches": ("seller", at("/refunds?q=none")),
    "queue, empty": ("operator", at("/refunds?seller=nobody")),
    "queue of the operator": ("operator", at("/refunds")),
    "offer": ("seller", at(lambda: f"{refund('waiting').page}/offer")),
    "offer, filled": ("seller", filled),
    "offer, mistaken": ("seller", mistaken),
    "offer, reviewed": ("seller", reviewed),
    "bulk, looked at": ("seller", looked_at_in_bulk),
    "bulk, offers that are not clear": ("seller", offered_in_bulk),
    "bulk, prepared offers": ("seller", prepared_in_bulk),
    "bulk": ("seller", done_in_bulk),
    "buyer, sure to accept": (None, at(lambda: f"{refund('offered').link}?ask=accept_offer")),
    "buyer, sure to reject": (None, at(lambda: f"{refund('offered').link}?ask=reject_offer")),
    "refund, called in, for the operator": ("operator", unfolded(at(lambda: refund("called in").page))),
    "ruling": ("operator", at(lambda: f"{refund('called in').page}/ruling")),
    "ruling, reviewed": ("operator", ruled),
    "erasure": ("operator", at(lambda: f"{refund('called in').page}/erasure")),
    "erasure, reviewed": ("operator", forgotten),
    "refund, not paid, for the operator": ("operator", unfolded(at(lambda: refund("not paid").page))),
    "statistics": ("operator", at("/stats")),
    "statistics of a seller": ("seller", at("/stats")),
    "people": ("operator", unfolded(at("/people"))),
    "people of a seller": ("seller", unfolded(at("/people"))),
    "a seller's settings": ("seller", unfolded(at("/settings"))),
    "prepared offers": ("seller", at("/settings/offers")),
    "prepared offers, mistaken": ("seller", prepared_mistaken),
    "a prepared offer": ("seller", unfolded(at("/settings/offers/small"))),
    "prepared offers, for the operator": ("operator", at("/operator/sellers/seller-homeware/offers")),
    "webhooks of a seller": ("seller", unfolded(at("/operator/webhooks"))),
    "webhooks": ("operator", unfolded(at("/operator/webhooks"))),
    "roll-out": ("operator", unfolded(at("/operator/rollout"))),
    "roll-out, a seller checked": ("operator", at("/operator/rollout?seller=seller-lights")),
    "roll-out, closing looked at": ("operator", closed_to_all),
    "policy": ("operator", unfolded(at("/operator/policy"))),
    "sellers": ("operator", unfolded(at("/operator/sellers"))),
    "a seller": ("operator", unfolded(at("/operator/sellers/seller-lights"))),
    "keys": ("operator", unfolded(at("/operator/keys"))),
    "audit": ("operator", at("/operator/audit")),
    "health": ("operator", at("/operator/health")),
    "first hour": ("operator", at("/operator/first-hour")),
    "mailbox": ("operator", at("/operator/mailbox")),
    **{f"refund, {state}": ("seller", unfolded(at(lambda state=state: refund(state).page))) for state in STATES},
    **{f"buyer, {state}": (None, unfolded(at(lambda state=state: refund(state).link))) for state in STATES},
}
