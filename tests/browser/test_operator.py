"""What an operator sets: the roll-out, the policy, sellers and keys; and what they look at."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from browse import action, shows, stands, told
from checks import axe_finds_nothing, nothing_scrolls_sideways
from demo import BASE, KEYS, Refund, call
from newcomers import Seller, at, card, put_back, shown_once


def rollout():
    return call("operator", "GET", "/v1/rollout")


def is_open(seller):
    return call("operator", "POST", "/v1/rollout/check", {"seller_id": seller})["open"]


def looks_up(page, seller, why):
    """Asks the page whether a seller is in, and is told why."""
    card(page, "Is a seller in?").get_by_label("Seller").fill(seller)
    card(page, "Is a seller in?").get_by_role("button", name="Look").click()
    expect(card(page, "Is a seller in?").get_by_role("status")).to_contain_text(f"{seller} — {why}")


def open_to_nobody(page, before):
    """The roll-out before anybody is let in, and its page."""
    call("operator", "PUT", "/v1/rollout", {**before, "percentage": 0})
    return at(page, "Roll-out")


def test_a_batch_is_opened_and_closed(stage):
    with put_back("/v1/rollout") as before:
        page = open_to_nobody(stage.window("operator"), before)
        form = action(page, "Add a batch")
        form.get_by_label("Name of the batch").fill("The first two")
        form.get_by_label("Seller ids").fill("batch-1, batch-2")
        form.get_by_role("button", name="Add a batch").click()
        told(page, "Added.")
        assert not is_open("batch-2")
        batch = page.get_by_role("article", name="The first two")
        batch.get_by_role("button", name="Open now").click()
        told(page, "The batch is open.")
        assert is_open("batch-2") and not is_open("batch-3")
        looks_up(page, "batch-2", "it is in a batch that is open.")
        batch.get_by_role("button", name="Close").click()
        shows(page, "sellers can make no offers any more")
        assert is_open("batch-2")
        page.get_by_role("button", name="Make the change").click()
        told(page, "The batch is closed.")
        assert not is_open("batch-2")
        looks_up(page, "batch-2", "it is in nothing that is open.")


def test_a_batch_is_changed_and_removed(stage):
    with put_back("/v1/rollout") as before:
        batch = {"name": "Second", "sellers": ["batch-4", "batch-5"], "open": True, "opens_at": None}
        page = open_to_nobody(stage.window("operator"), {**before, "batches": [*before["batches"], batch]})
        sellers = action(page.get_by_role("article", name="Second"), "2 sellers")
        sellers.get_by_label("Seller ids").fill("batch-6")
        sellers.get_by_role("button", name="Put in").click()
        told(page, "Added.")
        sellers = action(page.get_by_role("article", name="Second"), "3 sellers")
        sellers.get_by_label("Seller ids").fill("batch-4")
        sellers.get_by_role("button", name="Take out").click()
        page.get_by_role("button", name="Make the change").click()
        told(page, "Taken out.")
        assert not is_open("batch-4") and is_open("batch-6")
        form = action(page.get_by_role("article", name="Second"), "Change")
        form.get_by_label("Name of the batch").fill("Third")
        form.get_by_label("Opens by itself at").fill("2040-02-29T08:30")
        form.get_by_role("button", name="Save").click()
        told(page, "Saved.")
        changed = rollout()["batches"][-1]
        assert (changed["name"], changed["opens_at"]) == ("Third", "2040-02-29T00:30:00.000Z"), changed
        form = action(page.get_by_role("article", name="Third"), "Change")
        form.get_by_role("button", name="Remove the batch").click()
        page.get_by_role("button", name="Make the change").click()
        told(page, "Removed.")
        assert rollout()["batches"] == before["batches"] and not is_open("batch-6")


def test_the_percentage_opens_negotiation_and_closes_it(stage):
    refund = Refund()
    with put_back("/v1/rollout"):
        for percentage, may_offer in [("0", False), ("100", True)]:
            page = at(stage.window("operator"), "Roll-out")
            card(page, "Percentage").get_by_label("Out of 100 sellers").fill(percentage)
            card(page, "Percentage").get_by_role("button", name="Save").click()
            if not may_offer:
                page.get_by_role("button", name="Make the change").click()
            told(page, "Saved.")
            assert rollout()["percentage"] == int(percentage)
            seller = stage.window("seller")
            seller.goto(refund.page)
            expect(seller.get_by_role("link", name="Negotiate: offer other terms")).to_have_count(int(may_offer))


def test_a_seller_is_let_in_and_shut_out_by_its_id(stage):
    with put_back("/v1/rollout") as before:
        page = open_to_nobody(stage.window("operator"), before)
        for name, button, why, then in [
                ("Always", "Put in", "it is on the list of those that always are.", True),
                ("Never", "Put in", "it is on the list of those that never are.", False),
                ("Never", "Take out", "it is on the list of those that always are.", True),
                ("Always", "Take out", "it is in nothing that is open.", False)]:
            card(page, name).get_by_label("Seller ids").fill("named-1")
            card(page, name).get_by_role("button", name=button).click()
            if not then:
                page.get_by_role("button", name="Make the change").click()
            told(page, "Added." if button == "Put in" else "Taken out.")
            assert is_open("named-1") is then
            looks_up(page, "named-1", why)


def policy():
    return call("operator", "GET", "/v1/policy")


def test_what_a_policy_will_mean_is_seen_before_it_is_made(stage):
    refund = Refund().offer()
    with put_back("/v1/policy") as before:
        page = at(stage.window("operator"), "Policy")
        page.get_by_label("Whether the seller may withdraw an offer by hand").select_option("Yes")
        page.get_by_role("button", name="See what this will mean").click()
        review = card(page, "What the change will mean")
        expect(review).to_contain_text("No → Yes")
        expect(review).to_contain_text("Every open offer, from then on. What was withdrawn stays withdrawn.")
        expect(review.get_by_role("listitem").filter(has_text="seller-lights")).to_contain_text("by hand")
        assert policy() == before
        review.get_by_role("button", name="Make the change").click()
        told(page, "Saved.")
        assert policy() == {**before, "allow_withdraw": True}
        refund.do("seller", "negotiation/withdraw")
        assert refund.now()["negotiation"]["status"] == "WITHDRAWN"


def test_a_length_of_time_in_the_policy_is_thought_over_and_changed(stage):
    with put_back("/v1/policy"):
        page = at(stage.window("operator"), "Policy")
        time = page.get_by_role("group", name="How long the seller has to decide")
        time.get_by_role("textbox").fill("4")
        time.get_by_label("Unit").select_option("days")
        page.get_by_role("button", name="See what this will mean").click()
        expect(card(page, "What the change will mean")).to_contain_text("36 hours → 4 days")
        page.get_by_role("button", name="Change it").click()
        expect(time.get_by_role("textbox")).to_have_value("4")
        time.get_by_role("textbox").fill("3")
        page.get_by_role("button", name="See what this will mean").click()
        page.get_by_role("button", name="Make the change").click()
        told(page, "Saved.")
        refund = Refund().now()
        opened, due = (datetime.fromisoformat(at) for at in (refund["opened_at"], refund["deadlines"][0]["at"]))
        assert due - opened == timedelta(days=3)


def test_a_policy_that_can_not_be_or_is_there_already_is_told(stage):
    page = at(stage.window("operator"), "Policy")
    before = policy()
    page.get_by_role("button", name="See what this will mean").click()
    told(page, "That is what the policy is already.")
    most = page.get_by_label("How many refunds an order line may ever have")
    most.fill("0")
    page.get_by_role("button", name="See what this will mean").click()
    told(page, "a whole number from 1 to 100 is expected.")
    expect(most).to_have_value("0")
    assert policy() == before


def test_a_seller_is_set_up_and_never_over_another(stage):
    page = at(stage.window("operator"), "Sellers")
    for notice in ("Saved.", "There is a seller of that id already."):
        form = action(at(page, "Sellers"), "Set up a seller")
        for label, value in [("Seller id", "seller-tea"), ("Seller's name", "Tea House"), ("Recipient", "Returns desk"),
                             ("Phone", "0571-5550-0121"), ("Address", "9 Leaf Lane, Hangzhou")]:
            form.get_by_label(label).fill(value)
        form.get_by_role("button", name="Set up a seller").click()
        told(page, notice)
    seller = call("operator", "GET", "/v1/sellers/seller-tea")
    assert (seller["name"], len(seller["addresses"])) == ("Tea House", 1), seller
    assert seller["addresses"][0]["address"] == "9 Leaf Lane, Hangzhou" and seller["addresses"][0]["default"]


def test_an_operator_changes_a_sellers_name_address_and_policy(stage):
    seller = Seller()
    page = at(stage.window("operator"), "Sellers")
    page.get_by_role("search").get_by_label("Seller id").fill(seller.id)
    page.get_by_role("button", name="Open", exact=True).click()
    page.get_by_label("Seller's name").fill("Quay Street & Daughters")
    page.get_by_role("group", name="main").get_by_label("Phone").fill("0574-5550-0122")
    most = page.get_by_role("group", name="How many refunds an order line may ever have")
    most.get_by_label("A value of its own").check()
    most.get_by_role("textbox").fill("1")
    page.get_by_role("button", name="Save").last.click()
    told(page, "Saved.")
    now = seller.now()
    assert (now["name"], now["policy"]) == ("Quay Street & Daughters", {"refunds_per_line_max": 1}), now
    assert now["addresses"][0]["phone"] == "0574-5550-0122", now


def test_a_seller_that_is_not_there_is_not_opened(stage):
    page = at(stage.window("operator"), "Sellers")
    page.get_by_role("search").get_by_label("Seller id").fill("seller-nobody")
    page.get_by_role("button", name="Open", exact=True).click()
    told(page, "There is no such seller.")


def may(key, method, path, body=None):
    """Whether a key opens that; if not, why not."""
    try:
        return bool(call(key, method, path, body))
    except AssertionError as refused:
        return str(refused).split(" ")[2]


def test_a_key_is_shown_once_opens_what_it_may_and_is_revoked(stage):
    seller = Seller()
    page = at(stage.window("operator"), "Keys")
    form = card(page, "Make a key")
    form.get_by_label("Name").fill("Stock program")
    form.get_by_label("Works for").select_option("Seller")
    form.get_by_label("Seller id").fill(seller.id)
    form.get_by_label("Good for").select_option("reading")
    form.get_by_role("button", name="Make a key").click()
    KEYS["stock"] = shown_once(page, "/operator/keys")
    stage.secrets.append(KEYS["stock"])
    assert may("stock", "GET", "/v1/refunds") is True
    assert may("stock", "POST", "/v1/webhooks", {"url": "http://127.0.0.1:9/"}) == "403"
    row = page.get_by_role("row", name="Stock program")
    expect(row).to_contain_text(f"Seller {seller.id}")
    action(row, "Revoke").get_by_role("button", name="Revoke").click()
    told(page, "The key opens nothing any more.")
    expect(row).to_contain_text("revoked")
    assert may("stock", "GET", "/v1/refunds") == "401"


def test_a_key_that_is_over_already_is_not_made(stage):
    page = at(stage.window("operator"), "Keys")
    form = card(page, "Make a key")
    form.get_by_label("Name").fill("Late program")
    form.get_by_label("Works for").select_option("Marketplace")
    form.get_by_label("Valid until").fill("2020-01-01T00:00")
    form.get_by_role("button", name="Make a key").click()
    told(page, "Valid until: that is past already.")
    expect(form.get_by_label("Name")).to_have_value("Late program")
    assert "Late program" not in [key["name"] for key in call("operator", "GET", "/v1/keys?limit=100")["items"]]


def now():
    """What the demo's clock says."""
    return datetime.fromisoformat(call("operator", "GET", "/v1/test-clock")["now"])


def test_statistics_are_of_the_days_that_are_chosen(stage):
    seller = Seller()
    refund = Refund(seller=seller.id)
    refund.do(seller.id, "negotiation", {"type": "REFUND_ONLY", "amount": {"currency": "CNY", "value": "2.00"}})
    refund.answer("accept")
    page = at(stage.window("operator"), "Statistics")
    chosen = page.get_by_role("search")
    today, before = now().date(), now().date() - timedelta(days=1)

    def choose(first, last):
        chosen.get_by_label("Seller").fill(seller.id)
        chosen.get_by_label("From").fill(first.isoformat())
        chosen.get_by_label("To").fill(last.isoformat())
        chosen.get_by_role("button", name="Show").click()

    choose(before, today)
    for name, number in [("Offers made", "1"), ("Accepted", "1"), ("Rejected", "0"), ("Asked for", "CN¥20.00"),
                         ("Kept", "CN¥18.00")]:
        tile = page.locator(".tiles div").filter(has=page.get_by_text(name, exact=True))
        expect(tile.locator("dd").first).to_have_text(number)
    expect(page.locator("#numbers tbody tr")).to_have_count(1)
    choose(before, before)
    shows(page, "Nothing was counted on these days.")
    choose(today, before)
    told(page, "From: at most 366 days are taken, the first one first.")


def test_statistics_are_sorted_and_compared_at_every_width(stage):
    for width in (390, 1280):
        page = stage.window("operator", width=width)
        page.goto(f"{BASE}/stats")
        presets = page.get_by_role("navigation", name="Which days")
        presets.get_by_role("link", name="7 days").click()
        expect(presets.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
        sellers = page.locator("table.sorts")
        sellers.get_by_role("link", name="Seller", exact=True).click()
        expect(sellers.locator("[aria-sort]")).to_have_text("Seller")
        expect(sellers.locator("[aria-sort]")).to_have_attribute("aria-sort", "ascending")
        sellers.get_by_role("link", name="Seller", exact=True).click()
        expect(sellers.locator("[aria-sort]")).to_have_attribute("aria-sort", "descending")
        nothing_scrolls_sideways(page)
        with page.expect_download() as loaded:
            page.get_by_role("link", name="Sellers as CSV").click()
        assert loaded.value.suggested_filename.startswith("refund-sellers-")


def test_a_buyer_gets_a_new_link(stage):
    refund = Refund()
    page = stage.window("operator", width=390)
    page.goto(refund.page)
    action(page, "Buyer's link").get_by_role("button", name="Make a new link").click()
    link = page.locator(".secret code").inner_text()
    nothing_scrolls_sideways(page)
    axe_finds_nothing(page)
    buyer = stage.window(width=390)
    buyer.goto(link)
    stands(buyer, "seller-decides")
    buyer.goto(refund.link)
    expect(buyer.locator("#live")).to_have_count(0)


def test_mails_that_say_the_same_are_told_apart(stage):
    with put_back("/v1/policy") as before:
        call("operator", "PUT", "/v1/policy", {**before, "notices": True})
        for refund in (Refund(), Refund()):
            refund.offer()
    page = at(stage.window("operator"), "Mailbox")
    expect(page.get_by_role("article", name="Other terms offered: Steel waste bin, 12 litres").nth(1)).to_be_visible()
    axe_finds_nothing(page)


def test_health_says_how_the_server_fares(stage):
    page = at(stage.window("operator"), "Health")
    told(page, "The server carries commands out.")
    for check in ("Store", "The machine's clock", "Space on the disk"):
        expect(page.get_by_role("row", name=check)).to_contain_text("well")
    there = now().astimezone(ZoneInfo("Asia/Shanghai"))
    expect(card(page, "Clocks")).to_contain_text(f"{there.day} {there:%b %Y, %H:%M} (UTC+8) test clock")
