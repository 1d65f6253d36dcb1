"""Takes the screenshot of the web page in README: a portrait, a recording and the finished video.

python scripts/screenshot.py -o docs/page.png

Needs playwright (requirements-dev.txt) and an installed Chromium.
"""

import argparse
import io
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WINDOW = {"width": 1120, "height": 950}
SHOWN_SECOND = 1.75  # of the video: the mouth is open
COLORS = 256  # of the palette, which keeps the file small


@contextmanager
def serve() -> Iterator[str]:
    """The address of a running web page."""
    command = [sys.executable, "-m", "talkinghead", "serve", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGINT)


def create_video(page: Page, portrait: str, sentence: str) -> None:
    """Choose a portrait and a recording, wait for the video, and seek to SHOWN_SECOND."""
    page.wait_for_selector("body[data-ready]")
    page.get_by_role("button", name=portrait).click()
    page.get_by_role("button", name=sentence).click()
    page.get_by_role("button", name="Create video").click()
    page.locator("#stage video").wait_for()
    page.evaluate(
        """(second) => new Promise((resolve) => {
            const video = document.querySelector("#stage video");
            video.onseeked = resolve;
            video.currentTime = second;
        })""",
        SHOWN_SECOND,
    )
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(500)


def main() -> None:
    """Serve the page, create a video and save a screenshot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("-o", "--output", required=True, type=Path)
    parser.add_argument("--portrait", default="astronaut", help="name of a sample portrait")
    parser.add_argument(
        "--sentence", default="Hello, my name is Pam.", help="sentence of a sample recording"
    )
    args = parser.parse_args()
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        parser.error("no browser; install chromium")
    with serve() as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        context = chromium.new_context(viewport=WINDOW, color_scheme="light")
        context.set_default_timeout(300_000)
        page = context.new_page()
        page.goto(address)
        create_video(page, args.portrait, args.sentence)
        picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
        chromium.close()
    picture.quantize(COLORS).save(args.output, optimize=True)
    print(f"{args.output}: {args.output.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
