"""What has to be so on every page, whoever looks at it and with what."""

import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

LOCALES = Path(__file__).parents[2] / "crates" / "refund-api" / "locales" / "en"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NAMES = {line.split(" =")[0] for file in LOCALES.glob("*.ftl") for line in file.read_text("utf-8").splitlines()
         if re.match(r"[a-z0-9]+(-[a-z0-9]+)+ =", line)}


def nothing_scrolls_sideways(page):
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= seen, f"{page.url} is {wide} px wide in a window of {seen}"


def is_in(page, language):
    assert page.locator("html").get_attribute("lang") == language, page.url


def says_everything(page):
    """A text that is missing is shown by its name."""
    words = set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", page.locator("html").inner_text()))
    assert not words & NAMES, f"texts are missing: {words & NAMES}"


def axe_finds_nothing(page):
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}).response["violations"]
    told = [f"{one['id']}: {one['help']}: {node['html'][:200]} {node['failureSummary']}"
            for one in found for node in one["nodes"]]
    assert not told, "\n".join(told)
