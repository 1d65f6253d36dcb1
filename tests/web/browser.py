"""A real browser for the tests of the pages; they are skipped where there is none."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def find_browser() -> str | None:
    """The program named in TALKINGHEAD_BROWSER, else an installed Chromium."""
    installed = filter(None, map(shutil.which, COMMANDS))
    return os.environ.get("TALKINGHEAD_BROWSER") or next(installed, None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium that playwright drives."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: see requirements-dev.txt"
    )
    program = find_browser()
    if program is None:
        pytest.skip("no browser: install chromium, or name one in TALKINGHEAD_BROWSER")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()
