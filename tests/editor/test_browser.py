"""The editor in a real browser: points are moved by mouse, keyboard and touch."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from PIL import Image

from talkinghead.cli.puppet_new import new_main
from talkinghead.puppet.store import load_puppet
from tests.puppet.drawing import drawn_face
from tests.web.browser import browser as browser  # pytest finds fixtures by name

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A puppet built from an image by the command; a box gives the place of the face."""
    root = tmp_path_factory.mktemp("new")
    Image.fromarray(drawn_face()).resize((512, 512)).save(root / "rosa.png")
    words = [root / "rosa.png", "--out", root / "puppets", "--box", "132,120,240,250", "--quiet"]
    assert new_main([str(word) for word in words]) == 0
    return root / "puppets" / "rosa"


@pytest.fixture(scope="module")
def address(folder: Path, tiny_ckpt: Path) -> Iterator[str]:
    """Where `talkinghead puppet edit` serves the puppet."""
    command = [sys.executable, "-m", "talkinghead", "puppet", "edit", str(folder)]
    with subprocess.Popen(
        [*command, "--no-browser", "--ckpt", str(tiny_ckpt)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0


@pytest.fixture
def open_page(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Opens the page; a request to another server, and any error in the page, fails the test."""
    contexts, problems = [], []

    def start(**options: Any) -> Any:
        context = browser.new_context(**options)
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: is_problem(message) and problems.append(message.text))
        page.on(
            "request",
            lambda request: (
                re.match(r"(http://127\.0\.0\.1|blob:)", request.url)
                or problems.append(request.url)
            ),
        )
        page.goto(address)
        page.wait_for_selector("body[data-ready]")
        return page

    yield start
    for context in contexts:
        context.close()
    assert problems == []


def is_problem(message: Any) -> bool:
    """Whether a line on the console reports an error that the page did not expect."""
    return message.type == "error" and not re.search(r"status of (409|422)", message.text)


def state(page: Any) -> Any:
    return page.evaluate("fetch('api/state').then((answer) => answer.json())")


def place(page: Any, point: list[float]) -> tuple[float, float]:
    """Where a point of the picture is on the screen."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    scale, x, y = map(float, page.get_attribute("#canvas", "data-view").split())
    box = page.locator("#canvas").bounding_box()
    return box["x"] + point[0] * scale + x, box["y"] + point[1] * scale + y


def drag(page: Any, point: list[float], by: tuple[int, int]) -> None:
    x, y = place(page, point)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0], y + by[1], steps=3)
    page.mouse.up()


def fields(page: Any) -> list[float]:
    return [float(page.input_value(field)) for field in ("#x", "#y")]


def test_from_an_image_to_a_puppet_that_speaks(open_page, folder):
    page = open_page(viewport={"width": 1280, "height": 800})
    before = state(page)
    corner = before["closed"][48]

    drag(page, corner, (-24, 0))
    moved = fields(page)
    assert moved[0] < corner[0] - 2
    assert page.inner_text("#pointname").startswith("48")
    assert page.is_visible("#unsaved")

    page.keyboard.press("Control+z")
    assert_allclose(fields(page), corner, atol=0.01)
    page.keyboard.press("Control+Shift+z")
    assert_allclose(fields(page), moved, atol=0.01)
    page.keyboard.press("Control+z")

    page.focus("#canvas")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowDown")
    assert_allclose(fields(page), np.add(corner, (-1, 10)), atol=0.01)
    page.keyboard.press("Tab")
    assert page.inner_text("#pointname").startswith("49")

    page.keyboard.press("Control+s")
    page.wait_for_selector("#unsaved", state="hidden")
    saved = load_puppet(folder)
    assert_allclose(saved.closed[48], np.add(corner, (-1, 10)), atol=0.02)
    # Its partner moved alike on the other side of an upright face, in both poses.
    assert_allclose(saved.closed[54], np.add(before["closed"][54], (1, 10)), atol=0.3)
    assert_allclose(saved.opened[48], np.add(before["open"][48], (-1, 10)), atol=0.02)

    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert_allclose(state(page)["closed"][48], saved.closed[48], atol=0.01)

    page.select_option("#style", "lively")
    page.click("#speak")
    page.wait_for_selector("#video:not([hidden])")
    page.evaluate(
        """new Promise((done) => {
            video.ontimeupdate = () => video.currentTime > 0.2 && done();
            video.play();
        })"""
    )
    assert page.evaluate("video.error") is None
    size = page.evaluate("[video.videoWidth, video.videoHeight]")
    assert size == [448, 448]


def test_an_error_is_shown_at_its_point(open_page, folder):
    page = open_page(viewport={"width": 1280, "height": 800})
    page.click("#next")
    page.fill("#x", "90000")
    page.press("#x", "Enter")
    page.click("#save")
    page.wait_for_selector("#pointerror:not([hidden])")
    assert "far outside" in page.inner_text("#pointerror")
    assert page.get_attribute("#x", "aria-invalid") == "true"
    page.click("#undo")
    assert page.is_hidden("#pointerror")


def test_a_save_names_triangles_that_fold_over(open_page, folder):
    page = open_page(viewport={"width": 1280, "height": 800})
    page.click("#check")
    page.wait_for_selector("#problems > *")
    before = page.inner_text("#problems")
    page.click("[data-pose=open]")
    for _ in range(58):
        page.click("#next")
    y = fields(page)[1]
    page.fill("#y", str(y + 120))  # the lower lip below the chin
    page.press("#y", "Enter")
    page.click("#save")
    page.wait_for_selector("#unsaved", state="hidden")
    page.wait_for_selector("#status.error")
    assert re.match(r"Saved, but it has \d errors?: ", page.inner_text("#status"))
    listed = page.locator("#problems .serious").all_inner_texts()
    assert any(re.search("fold over in the closed pose, near .*57", line) for line in listed)
    page.click("#undo")
    page.click("#save")
    page.wait_for_selector("#unsaved", state="hidden")
    page.locator("#problems", has_text="57").wait_for(state="detached")
    assert page.inner_text("#problems") == before


def test_a_change_in_another_window_opens_a_dialog(open_page):
    pages = [open_page(viewport={"width": 1280, "height": 800}) for _ in range(2)]
    for page in pages:
        page.click("#next")
        page.focus("#canvas")
        page.keyboard.press("ArrowUp")
        page.click("#save")
        page.wait_for_selector("#unsaved, dialog[open]", state="attached")
        if page is pages[0]:
            page.wait_for_selector("#unsaved", state="hidden")
    pages[1].wait_for_selector("dialog[open]")
    pages[1].click("dialog button[value=force]")
    pages[1].wait_for_selector("#unsaved", state="hidden")


def test_leaving_with_unsaved_points_opens_a_dialog(open_page):
    page = open_page(viewport={"width": 1280, "height": 800})
    page.click("#next")
    page.focus("#canvas")
    page.keyboard.press("ArrowUp")
    with page.expect_event("dialog") as dialog:
        page.close(run_before_unload=True)
    assert dialog.value.type == "beforeunload"
    dialog.value.accept()


def test_points_are_moved_by_touch_on_a_phone(open_page):
    page = open_page(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True,
        device_scale_factor=2,
    )  # fmt: skip
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    small = page.evaluate(
        """[...document.querySelectorAll('button, select, input, label')]
        .filter((each) => each.offsetParent && !each.closest('label:not(:scope)'))
        .map((each) => each.getBoundingClientRect())
        .filter(({ width, height }) => width < 24 || height < 24).length"""
    )
    assert small == 0
    point = state(page)["open"][8]
    page.click("[data-pose=open]")
    x, y = place(page, point)
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": px, "y": py, "id": n} for n, (px, py) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", (x + 8, y + 6))
    finger("touchMove", (x + 8, y + 20))
    finger("touchMove", (x + 8, y + 30))
    finger("touchEnd")
    assert page.inner_text("#pointname").startswith("8 ")
    down = fields(page)[1] - point[1]
    assert down > 3

    before = place(page, point)
    finger("touchStart", (120, 300), (240, 300))
    finger("touchMove", (100, 300), (260, 300))
    finger("touchMove", (60, 300), (300, 300))
    finger("touchEnd")
    assert place(page, point) != before
    assert_allclose(fields(page)[1] - point[1], down, atol=0.01)
