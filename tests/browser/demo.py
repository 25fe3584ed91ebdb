"""The demo's server, called as programs call it: what a test needs to be there before it begins."""

import json
import os
import itertools
import urllib.error
import urllib.request

with open(os.environ["DEMO"], encoding="utf-8") as file:
    DEMO = json.load(file)

BASE = DEMO["base_url"]
SELLER = DEMO["seller_id"]
KEYS = DEMO["keys"]
HOUR = 3600

_orders = itertools.count(1)


def call(key, method, path, body=None, version=None):
    """What a call answers; a refusal is an error that says which."""
    headers = {"authorization": f"Bearer {KEYS[key]}", "content-type": "application/json"}
    if version is not None:
        headers["if-match"] = f'"{version}"'
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from None


def yuan(value):
    return {"currency": "CNY", "value": value}


class Refund:
    """A refund of its own for one test, opened by the marketplace."""

    def __init__(self, kind="RETURN_AND_REFUND", amount="20.00", title="Steel waste bin, 12 litres",
                 reason="The bin arrived with a dent.", seller=SELLER, beside=None, line="1"):
        self.order = beside.order if beside else f"B-{next(_orders):04}"
        opened = call("platform", "POST", "/v1/refunds", {
            "seller_id": seller, "buyer_id": f"buyer-{self.order}",
            "order_line": {"order_id": self.order, "line_id": line, "title": title, "category": "general",
                           "paid": yuan(amount), "shipped": True, "freight_insurance": True},
            "type": kind, "amount": yuan(amount), "reason": reason,
            "external_reference": f"after-sale/{self.order}",
            "metadata": {"channel": "app", "said_on_the_telephone": "العلبة منبعجة " * 8},
        })
        self.id = opened["id"]
        self.link = opened["buyer_link"]["url"]
        self.page = f"{BASE}/refunds/{self.id}"

    def now(self):
        return call("operator", "GET", f"/v1/refunds/{self.id}")

    @property
    def status(self):
        return self.now()["status"]

    def do(self, key, path, body=None):
        """One command, whatever the version is now; the refund itself, to go on with."""
        call(key, "POST", f"/v1/refunds/{self.id}/{path}", body or {}, self.now()["version"])
        return self

    def offer(self, amount="2.00", kind="REFUND_ONLY", message="Keep it, and take two yuan for the dent."):
        address = {"return_address_id": "south"} if kind == "RETURN_AND_REFUND" else {}
        return self.do("seller", "negotiation", {"type": kind, "amount": yuan(amount), "message": message, **address})

    def answer(self, how):
        return self.do("platform", f"negotiation/{how}", {"negotiation_id": self.now()["negotiation"]["id"]})

    def agree(self):
        return self.do("seller", "agree")

    def refuse(self):
        return self.do("seller", "refuse", {"reason": "It is as it was described."})

    def ship(self):
        return self.do("platform", "ship", {"carrier": "SF Express", "tracking_number": "SF-5550-0199"})

    def escalate(self):
        return self.do("platform", "escalate", {"reason": "We do not come to terms."})

    def refuse_receipt(self):
        return self.do("seller", "refuse-receipt", {"reason": "It came back used."})

    def says(self, text, key="platform", **note):
        body = {"text": text, **note}
        call(key, "POST", f"/v1/refunds/{self.id}/messages", body)
        return self


def advance(seconds):
    """Lets time pass, for everything in the demo."""
    call("operator", "POST", "/v1/test-clock/advance", {"seconds": seconds})


def first_of(seller, **filters):
    """The first refund in a seller's list that is so."""
    query = "&".join(f"{name}={value}" for name, value in {"seller_id": seller, **filters}.items())
    return call("operator", "GET", f"/v1/refunds?{query}")["items"][0]["id"]


def set_policy(**policy):
    """The first seller's own policy; it holds for what begins after it."""
    seller = call("operator", "GET", f"/v1/sellers/{SELLER}")
    kept = {name: seller[name] for name in ("name", "addresses")}
    call("operator", "PUT", f"/v1/sellers/{SELLER}", {**kept, "policy": policy})
