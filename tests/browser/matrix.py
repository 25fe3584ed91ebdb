"""Each page in each language, with scripts and without, narrow and wide, light and dark: every pair of these
together, or with --all everything."""

from itertools import combinations, product

from browse import LOCALES
from checks import axe_finds_nothing, is_in, nothing_scrolls_sideways, says_everything
from pages import PAGES

FACTORS = {
    "page": list(PAGES),
    "language": list(LOCALES),
    "scripts": [True, False],
    "width": [320, 1280],
    "theme": ["light", "dark"],
}


def pairs(row):
    """The pairs that a combination has."""
    return set(combinations(enumerate(row), 2))


def every_pair():
    found = set()
    for one, other in combinations(range(len(FACTORS)), 2):
        values = list(FACTORS.values())
        found |= {((one, first), (other, second)) for first, second in product(values[one], values[other])}
    return found


def pairwise():
    """Combinations that have every pair: each page as often as there are languages, with what is missing most."""
    missing, rows = every_pair(), []
    for page in FACTORS["page"]:
        while any((0, page) in pair for pair in missing):
            others = product(*list(FACTORS.values())[1:])
            row = max(((page, *rest) for rest in others), key=lambda row: len(pairs(row) & missing))
            missing -= pairs(row)
            rows.append(row)
    return rows


def look(page_name, language, scripts, width, theme):
    who, come = PAGES[page_name]

    def test(stage):
        page = stage.window(who, language, True, width, theme)
        if not scripts:
            # axe is a script too, so that they can't be switched off whole: the page has empty ones.
            page.route("**/assets/*.js?*", lambda route: route.fulfill(content_type="text/javascript", body=""))
        come(page)
        is_in(page, language)
        nothing_scrolls_sideways(page)
        says_everything(page)
        axe_finds_nothing(page)
    return test


def covers_every_pair(rows):
    def test(_):
        missing = every_pair() - {pair for row in rows for pair in pairs(row)}
        assert not missing, f"{len(missing)} pairs are in no combination, such as {min(missing, key=str)}"
    return test


def tests(whole):
    rows = list(product(*FACTORS.values())) if whole else pairwise()
    yield "matrix: every pair is in it", covers_every_pair(rows)
    for row in rows:
        page, language, scripts, width, theme = row
        name = f"matrix: {page} · {language} · {'scripts' if scripts else 'no scripts'} · {width} px · {theme}"
        yield name, look(*row)
