"""The pages' texts by their names, as the locales' files have them: what a reader of a language looks for."""

import re
from functools import cache
from pathlib import Path

LOCALES = Path(__file__).parents[2] / "crates" / "refund-api" / "locales"


@cache
def texts(language):
    """Those that are one line, by their names."""
    lines = "\n".join(file.read_text("utf-8") for file in (LOCALES / language).glob("*.ftl"))
    return dict(re.findall(r"^([a-z0-9-]+) = (.+)$", lines, re.MULTILINE))


def words(language):
    """Says a text of that language by its name, with its places filled in."""
    def say(name, **places):
        return re.sub(r"\{ \$(\w+) \}", lambda place: places[place[1]], texts(language)[name])
    return say
