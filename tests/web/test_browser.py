"""The page in a real browser: a puppet speaks, and nothing is loaded from other servers."""

import re

import pytest

from tests.web.browser import browser as browser  # pytest finds fixtures by name

pytestmark = pytest.mark.slow


def test_a_video_is_created_without_a_terminal(browser, client, voice_file):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(30_000)
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "request",
        lambda request: (
            re.match(r"(http://127\.0\.0\.1|blob:|data:)", request.url)
            or problems.append(request.url)
        ),
    )
    page.goto(client.root)
    page.wait_for_selector("body[data-ready]")
    page.get_by_role("button", name="Create video").click()
    assert page.get_by_role("alert").filter(has_text="Choose an image first").is_visible()
    notes = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"hello"}
    page.set_input_files("#image", notes)
    page.get_by_text("notes.txt: is not a picture").wait_for()
    page.get_by_text("Puppet", exact=True).click()
    page.get_by_label("wilk:").focus()
    page.keyboard.press("Space")
    page.set_input_files("#audio", voice_file)
    page.locator("summary", has_text="Motion").click()
    page.get_by_label("Blinks").last.fill("9")
    page.get_by_role("button", name="Create video").click()
    page.get_by_text("blink must lie in [0, 4], got 9").wait_for()
    page.get_by_label("Blinks").last.fill("0")
    page.locator("summary", has_text="Video").click()
    page.get_by_label("Crop to the head").check()
    page.get_by_label("Size").select_option("512 pixels")
    page.get_by_role("button", name="Create video").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Cancelled.").first.wait_for()
    page.get_by_role("button", name="Create video").click()
    page.locator("#stage video").wait_for()
    assert page.get_by_role("link", name="Download").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    context.close()
    assert problems == []
