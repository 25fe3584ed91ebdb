"""Runs the tests of the pages: `run.py [--all] [WORD]…`, where a word is a part of a test's name.

Each `test_*` of the modules beside this one is a test, and each of the matrix' combinations another.
"""

import contextlib
import faulthandler
import importlib
import pathlib
import re
import sys
import time
import traceback

from playwright.sync_api import Error, sync_playwright

import matrix
from browse import People, Stage, launch

HERE = pathlib.Path(__file__).parent
# A test that waits for ever says where it does, and ends them all.
TOO_LONG = 120
SEEN = HERE.parent.parent / "target" / "browser-test"


def tests(whole):
    # The one-time link is looked at before anybody uses it.
    yield from matrix.tests(whole)
    for path in sorted(HERE.glob("test_*.py")):
        module = importlib.import_module(path.stem)
        for name, value in vars(module).items():
            if name.startswith("test_") and value.__module__ == path.stem:
                yield f"{path.stem[5:]}: {name[5:].replace('_', ' ')}", value


def play(name, test, stage):
    """Plays one; why it failed, if it did."""
    try:
        test(stage)
        stage.close()
    except Exception:  # Whatever goes wrong is the test's failure, and the next one is played.
        for number, page in enumerate(page for context in stage.contexts for page in context.pages):
            with contextlib.suppress(Error):  # A page that hangs can't be shown; the other tests are played all the same.
                page.screenshot(path=SEEN / f"{re.sub('[^a-zA-Z0-9]+', '-', name)}-{number}.png")
        complaints = "\n".join(stage.complaints)
        return f"{traceback.format_exc(limit=-4)}\n{complaints}".rstrip()
    finally:
        for context in stage.contexts:
            context.close()
    return None


def main(arguments):
    words = [word for word in arguments if word != "--all"]
    SEEN.mkdir(parents=True, exist_ok=True)
    for old in SEEN.glob("*.png"):
        old.unlink()
    passed, failed = 0, []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        people = People(browser)
        for name, test in tests("--all" in arguments):
            if not all(word in name for word in words):
                continue
            begun = time.perf_counter()
            faulthandler.dump_traceback_later(TOO_LONG, exit=True)
            why = play(name, test, Stage(browser, people))
            print(f"{'FAILED' if why else 'ok'}  {name}  {time.perf_counter() - begun:.1f} s", flush=True)
            if why:
                failed.append(name)
                print(why, flush=True)
            else:
                passed += 1
        browser.close()
        faulthandler.cancel_dump_traceback_later()
    for name in failed:
        print(f"failed: {name}")
    if failed:
        print(f"what the windows showed is under {SEEN.relative_to(HERE.parent.parent)}")
    print(f"{passed} passed, {len(failed)} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
