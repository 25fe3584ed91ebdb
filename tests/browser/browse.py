"""Browsers as people have them, and what is listened for in every one of them."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from demo import BASE, DEMO, KEYS

CHROMIUM = "/usr/bin/chromium-headless-shell"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--hide-scrollbars"]
LOCALES = {"zh-Hant": "zh-TW", "zh-Hans": "zh-CN", "en": "en-GB"}
PERSON = "homeware-1"
PASSWORD = "a long enough password"
WITHIN_A_SECOND = 1_000

expect.set_options(timeout=5_000)


def launch(playwright):
    return playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


class People:
    """Those who can sign in. Each does so once, by the link; what their browser keeps is lent to every test."""

    def __init__(self, browser):
        self.browser = browser
        self.kept = {}

    def state(self, who):
        if who is None:
            return None
        if who not in self.kept:
            context = self.browser.new_context(locale="en-GB")
            page = context.new_page()
            page.goto(DEMO["links"][who])
            page.get_by_label("A password for the next time").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            expect(page).to_have_url(f"{BASE}/refunds")
            self.kept[who] = context.storage_state()
            context.close()
        return self.kept[who]


class Stage:
    """What one test plays on: its windows, and what was wrong in them."""

    def __init__(self, browser, people):
        self.browser = browser
        self.people = people
        self.contexts = []
        self.complaints = []
        self.secrets = [*KEYS.values(), PASSWORD]

    def window(self, who=None, language="en", scripts=True, width=1280, theme="light", zone="Asia/Shanghai", state=None,
               **more):
        """A browser of its own with one page in it; `state` is what somebody's own browser keeps."""
        context = self.browser.new_context(
            locale=LOCALES[language], java_script_enabled=scripts, color_scheme=theme, timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": 800}, storage_state=state or self.people.state(who), reduced_motion="reduce",
            **more)
        if zone:
            context.add_cookies([{"name": "zone", "value": zone.replace("/", "%2F"), "url": BASE}])
        self.secrets += [cookie["value"] for cookie in context.cookies() if cookie["name"] == "__Host-session"]
        context.set_default_timeout(5_000)
        context.on("console", self.heard)
        context.on("weberror", lambda error: self.complaints.append(f"an error of the page: {error.error}"))
        context.on("request", self.asked)
        self.contexts.append(context)
        return context.new_page()

    def heard(self, message):
        """The console is silent, but for a page that is itself a no: Chromium says so of each."""
        of_the_page = message.text.startswith("Failed to load resource") and urlsplit(
            message.location["url"]).path == urlsplit(message.page.url if message.page else "").path
        if message.type in ("error", "warning") and not of_the_page:
            self.complaints.append(f"{message.type} in the console of {message.page and message.page.url}: "
                                   f"{message.text}")

    def asked(self, request):
        """An address is seen by many: it holds no secret but the link's own, which is its path."""
        address = urlsplit(request.url)
        known = [secret for secret in self.secrets if secret in request.url]
        named = {"mark", "password", "username"} & set(parse_qs(address.query))
        token = "lnk_" in request.url and not (address.path.startswith("/b/") and "lnk_" not in address.query)
        if known or named or token:
            self.complaints.append(f"a secret in an address: {request.url}")
        if not request.url.startswith(BASE):
            self.complaints.append(f"a call to somebody else: {request.url}")

    def close(self):
        for context in self.contexts:
            context.close()
        assert not self.complaints, "\n".join(self.complaints)


def sign_in(page, where="/refunds", name=PERSON, password=PASSWORD):
    """As whoever wants to go there. The seller's person has a password once somebody used their link."""
    page.goto(BASE + where)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def looks_at(page, whether):
    """Whether somebody sees the page, or it waits behind another: without a screen every page is in front."""
    page.evaluate("""(whether) => {
        Object.defineProperty(document, "hidden", { value: !whether, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }""", whether)


def stays(page):
    """From here on the page must not be loaded anew: whatever it shows then it was told."""
    page.evaluate("document.documentElement.dataset.same = 'yes'")


def stayed(page):
    assert page.evaluate("document.documentElement.dataset.same") == "yes", "the page was loaded anew"


def shows(page, text, timeout=WITHIN_A_SECOND):
    expect(page.locator("main").get_by_text(text).filter(visible=True).first).to_be_visible(timeout=timeout)


def status_is(page, text, timeout=WITHIN_A_SECOND):
    """The status above everything else."""
    expect(page.locator("#live .pill").first).to_have_text(text, timeout=timeout)


def stands(page, situation, timeout=WITHIN_A_SECOND):
    """How the refund stands for its buyer, as the first thing on their page says."""
    expect(page.locator("#live .first")).to_have_attribute("data-situation", situation, timeout=timeout)


def action(page, name):
    """Unfolds what can be done under that name; what is in it."""
    section = page.locator("summary", has_text=name).locator("..").first
    if section.get_attribute("open") is None:
        section.locator("summary").first.click()
    return section


def told(page, text):
    """The page before it says what was done, or why not."""
    expect(page.locator("main .notice:visible").first).to_contain_text(text)


def at_once(page):
    """Holds the page at the moment in which it was opened: what is not to be pressed by a click that began on the page
    before."""
    page.evaluate("for (const one of document.getAnimations()) { one.pause(); one.currentTime = 0; }")


def after_a_moment(page):
    """Lets that moment be over."""
    page.evaluate("for (const one of document.getAnimations()) { one.finish(); }")


def press_where(page, button):
    """A click at the place of a button, whatever is there."""
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
