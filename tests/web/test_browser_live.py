"""The Live tab in a real browser: picture and sound in step, and a lost connection that returns."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from talkinghead.pipeline import Animator
from talkinghead.requests.live import LiveRequest
from talkinghead.speech import synthesis
from talkinghead.web import live
from talkinghead.web.live import LiveFaces
from talkinghead.web.live_routes import create_live_app
from tests.web.browser import browser as browser  # pytest finds fixtures by name
from tests.web.serving import served

pytestmark = pytest.mark.slow

DRAWN = "document.querySelector('#live-canvas')?.dataset.shown > 12"
PATIENCE = 90  # seconds, for machines that do other work, too
STATS = "({...document.querySelector('#live-canvas').dataset})"
MOVED = """() => {
    const canvas = document.querySelector('#live-canvas');
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Uint32Array(data.buffer)
        .reduce((sum, pixel) => (sum * 31 + pixel) | 0, 7);
}"""


def wait_until(page: Any, expression: str) -> None:
    for _ in range(20 * PATIENCE):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {expression}")


@pytest.fixture
def faces(animator: Animator) -> Iterator[LiveFaces]:
    made = LiveFaces(lambda: animator)
    made.open(LiveRequest(subject="wilk", size=64))
    [id] = made._shown
    made.add(made._shown.pop(id), "live")
    yield made
    made.close()


@pytest.fixture
def open_page(browser: Any, faces: LiveFaces) -> Iterator[Callable[[], Any]]:
    problems: list[str] = []
    context = browser.new_context(viewport={"width": 800, "height": 800})
    context.set_default_timeout(60_000)
    with served(create_live_app(faces)) as port:

        def start() -> Any:
            page = context.new_page()
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.goto(f"http://127.0.0.1:{port}/")
            page.wait_for_selector("body[data-ready]")
            page.get_by_role("button", name="Start").click()
            wait_until(page, DRAWN)
            return page

        yield start
        context.close()
    assert problems == []


def test_the_picture_is_shown_when_its_sound_is_heard(open_page, faces, monkeypatch, voice):
    monkeypatch.setattr(live, "synthesize_speech", lambda text: voice)
    page = open_page()
    page.get_by_label("Text to say").fill("Hello")
    page.get_by_role("button", name="Say").click()
    session = faces.find("live").session
    for _ in range(20 * PATIENCE):
        if session.played > 10_000 and page.evaluate(DRAWN.replace("12", "25")):
            break
        page.wait_for_timeout(50)
    assert session.played > 10_000
    assert float(page.evaluate(STATS)["average"]) < 45  # milliseconds


def test_two_viewers_see_it_and_a_lost_connection_returns(open_page, faces):
    first, second = open_page(), open_page()
    assert faces.find("live").viewers == 2
    before = first.evaluate(MOVED)
    first.evaluate("document.querySelector('#live-canvas').dataset.shown = 0")
    wait_until(first, DRAWN)
    assert first.evaluate(MOVED) != before or second.evaluate(MOVED) != before  # it breathes
    second.close()
    first.evaluate("window.livePlayer.socket.close()")
    wait_until(first, "document.querySelector('#live-canvas').dataset.connections == 2")
    assert "Live." in first.inner_text("#live-state")


def test_a_text_that_cannot_be_said_is_told_on_the_page(open_page, monkeypatch):
    def refuse(text: str) -> None:
        synthesis.check_text("...")

    monkeypatch.setattr(live, "synthesize_speech", refuse)
    page = open_page()
    page.get_by_label("Text to say").fill("...")
    page.get_by_role("button", name="Say").click()
    page.get_by_text("the text to say is empty").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Start").wait_for()
