"""The page in a real browser: a puppet speaks, and nothing is loaded from other servers."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from talkinghead.web import previews
from talkinghead.web.job import JobProgress
from tests.web.browser import browser as browser  # pytest finds fixtures by name
from tests.web.conftest import Client

pytestmark = pytest.mark.slow

DESKTOP = {"width": 1120, "height": 800}
PHONE = {"width": 390, "height": 844}
# Drops a file onto an element; true if the browser would leave the page.
DROP = """([selector, name, type, text]) => {
    const dropped = new DataTransfer();
    dropped.items.add(new File([text], name, {type}));
    const options = {bubbles: true, cancelable: true, dataTransfer: dropped};
    const target = document.querySelector(selector);
    return target.dispatchEvent(new DragEvent("dragover", options))
        || target.dispatchEvent(new DragEvent("drop", options));
}"""
IN_VIEW = """(selector) => {
    const {top, bottom} = document.querySelector(selector).getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
}"""
NAMED_ROLES = {
    "button", "link", "textbox", "slider", "spinbutton", "radio", "checkbox", "combobox",
    "radiogroup", "image", "progressbar", "region", "Video", "Audio",
}  # fmt: skip


@pytest.fixture
def open_page(browser: Any, client: Client) -> Iterator[Callable[..., Any]]:
    """Opens the page; a request to another server, and any error in the page, fails the test."""
    contexts, problems = [], []

    def start(viewport: dict[str, int] = DESKTOP, **options: Any) -> Any:
        context = browser.new_context(viewport=viewport, **options)
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
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
        return page

    yield start
    for context in contexts:
        context.close()
    assert problems == []


def choose(page: Any, audio: Any) -> None:
    """Choose a puppet, a small video and a recording."""
    page.get_by_text("Puppet", exact=True).click()
    page.locator("summary", has_text="Video").click()
    page.get_by_label("Size").select_option("512 pixels")
    page.get_by_label("Frames per second").fill("5")
    page.set_input_files("#audio", audio)


def create(page: Any) -> None:
    page.get_by_role("button", name="Create video").click()


def wait_until(page: Any, expression: str, argument: Any = None) -> None:
    """Wait for an expression of the page to be true; its rules forbid playwright's own way."""
    for _ in range(300):
        if page.evaluate(expression, argument):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {expression}")


def video_is_shown(page: Any) -> None:
    page.locator("#stage video").wait_for()
    wait_until(page, "document.querySelector('#stage video').readyState > 0")


def test_a_video_is_created_without_a_terminal(open_page, voice_file):
    page = open_page(PHONE)
    create(page)
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
    create(page)
    page.get_by_text("blink must lie in [0, 4], got 9").wait_for()
    page.get_by_label("Blinks").last.fill("0")
    page.locator("summary", has_text="Video").click()
    page.get_by_label("Crop to the head").check()
    page.get_by_label("Size").select_option("512 pixels")
    create(page)
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Cancelled.").first.wait_for()
    create(page)
    video_is_shown(page)
    assert page.get_by_role("link", name="Download").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_an_old_error_does_not_stay_beside_a_new_choice(open_page, voice_file):
    page = open_page()
    choose(page, {"name": "empty.wav", "mimeType": "audio/wav", "buffer": b"no sound"})
    for choose_again in (
        lambda: page.set_input_files("#audio", voice_file),
        lambda: page.get_by_role("button", name="Good morning, Bob.").click(),
        lambda: page.evaluate(DROP, ["#drop-audio", "a.wav", "audio/wav", "x"]),
        lambda: page.get_by_label("Frames per second").fill("6"),
    ):
        page.set_input_files(
            "#audio", {"name": "empty.wav", "mimeType": "audio/wav", "buffer": b"no sound"}
        )
        create(page)
        page.locator("#error", has_text="empty.wav").wait_for()
        choose_again()
        page.locator("#error").wait_for(state="hidden")


def test_the_stage_says_in_every_run_what_happens(open_page, voice_file):
    page = open_page()
    stage = page.locator("#stage")
    assert stage.inner_text() == "The video will appear here."
    choose(page, voice_file)
    create(page)
    video_is_shown(page)
    page.get_by_label("Frames per second").fill("500")
    create(page)
    page.locator("#error", has_text="fps must lie in").wait_for()
    assert stage.inner_text() == "There is no video yet."
    page.get_by_label("Frames per second").fill("60")
    create(page)
    page.get_by_text("The video is being made.").wait_for()
    page.get_by_role("button", name="Cancel").click()
    stage.get_by_text("Cancelled.").wait_for()


def test_a_file_that_is_dropped_anywhere_is_chosen_and_the_page_stays(open_page, client):
    page = open_page()
    page.get_by_text("Puppet", exact=True).click()
    leaves = page.evaluate(DROP, ["h1", "speech.mp3", "audio/mpeg", "x"])
    assert not leaves
    assert page.locator("#audio-name").inner_text() == "speech.mp3"
    assert not page.evaluate(DROP, ["#stage", "me.png", "image/png", "x"])
    page.get_by_text("me.png: is not a picture").wait_for()
    assert page.get_by_label("Image", exact=True).is_checked()
    assert not page.evaluate(DROP, ["body", "list.pdf", "application/pdf", "x"])
    page.get_by_text("list.pdf: drop it onto the box").wait_for()


def test_the_keyboard_alone_makes_a_video_and_never_loses_its_place(open_page, paused_worker):
    page = open_page()
    focused = "document.activeElement.id || document.activeElement.textContent"
    page.get_by_label("Image", exact=True).focus()
    page.keyboard.press("ArrowRight")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(focused) == "Hello, my name is Pam.":
            page.keyboard.press("Enter")
        if page.evaluate(focused) == "create":
            break
    page.keyboard.press("Enter")
    page.locator("#cancel").wait_for()
    assert page.evaluate(focused) == "create"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "cancel"
    page.keyboard.press("Enter")
    page.locator("#cancel").wait_for(state="hidden")
    assert page.evaluate(focused) == "create"


def test_on_a_phone_the_result_comes_into_view(open_page, voice_file):
    page = open_page(PHONE, reduced_motion="reduce")
    choose(page, voice_file)
    page.evaluate("scrollTo(0, 0)")
    assert not page.evaluate(IN_VIEW, "#stage")
    page.get_by_label("Frames per second").press("Enter")
    video_is_shown(page)
    wait_until(page, IN_VIEW, "#stage")
    page.evaluate("scrollTo(0, 0)")
    page.get_by_label("Frames per second").fill("500")
    page.get_by_label("Frames per second").press("Enter")
    page.locator("#error", has_text="fps").wait_for()
    wait_until(page, IN_VIEW, "#error")


def test_pictures_of_puppets_are_prepared(open_page, client, monkeypatch):
    """While a video is rendered, rendering a picture takes a second."""

    def rendered_again(*_: object) -> None:
        raise AssertionError("a picture is rendered again")

    client.previews.prepare()
    monkeypatch.setattr(previews, "CartoonRenderer", rendered_again)
    page = open_page()
    page.get_by_text("Puppet", exact=True).click()
    wait_until(
        page,
        """() => [...document.querySelectorAll("#puppets img")]
            .every((each) => each.complete && each.naturalWidth > 0)""",
    )


def test_notes_are_shown_while_the_video_is_made_and_afterwards(open_page, voice_file, monkeypatch):
    start = JobProgress.start

    def start_with_note(self: JobProgress, *arguments: Any, **fields: Any) -> None:
        self.note(f"{self.job.folder / 'file0'}: no speech was heard")
        start(self, *arguments, **fields)

    monkeypatch.setattr(JobProgress, "start", start_with_note)
    page = open_page()
    choose(page, voice_file)
    page.get_by_label("Frames per second").fill("60")
    create(page)
    page.locator("#notes", has_text="voice.wav: no speech was heard").wait_for()
    video_is_shown(page)
    assert page.get_by_role("list", name="Notes").inner_text() == "voice.wav: no speech was heard"


def test_every_option_has_a_field_and_every_control_a_name(open_page, client):
    page = open_page()
    page.get_by_role("button", name="astronaut").click()
    for summary in page.locator("summary").all():
        summary.click()
    options = client.send("GET", "/api/options").json()["options"]
    named = {option["name"] for option in options}
    names = named - {"face", "say"}  # chosen in the picture; a text, beside the recordings
    shown = page.eval_on_selector_all("[data-option]", "all => all.map(e => e.dataset.option)")
    assert set(shown) == names
    page.get_by_role("button", name="Hello, my name is Pam.").click()
    for command in ("Puppet", "Image"):
        page.get_by_text(command, exact=True).click()
        tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
        controls = [
            node for node in tree
            if not node["ignored"] and node["role"]["value"] in NAMED_ROLES
        ]  # fmt: skip
        assert len(controls) > 25
        assert [node for node in controls if not node["name"]["value"].strip()] == []


def test_a_double_click_makes_one_video(open_page, client, voice_file):
    page = open_page()
    choose(page, voice_file)
    page.get_by_role("button", name="Create video").dblclick()
    video_is_shown(page)
    assert len(client.queue._jobs) == 1


def test_a_page_that_was_left_shows_its_video_again(open_page, voice_file):
    page = open_page()
    choose(page, voice_file)
    create(page)
    page.wait_for_url("**/#*")
    page.goto("about:blank")
    page.go_back()
    video_is_shown(page)


def test_two_tabs_make_a_video_each(open_page, voice_file, paused_worker):
    pages = [open_page() for _ in range(2)]
    for page in pages:
        choose(page, voice_file)
        create(page)
        page.wait_for_url("**/#*")
    pages[1].locator("#message", has_text="waiting in the queue").wait_for()
    pages[1].get_by_role("button", name="Cancel").click()
    pages[1].get_by_text("Cancelled.").first.wait_for()
    paused_worker.set()
    video_is_shown(pages[0])


def test_a_service_that_answers_again_is_waited_for(open_page, voice_file, paused_worker):
    page = open_page()
    choose(page, voice_file)
    create(page)
    page.wait_for_url("**/#*")
    page.context.set_offline(True)
    page.get_by_text("the program does not answer; trying again").wait_for()
    page.context.set_offline(False)
    paused_worker.set()
    video_is_shown(page)
    page.context.set_offline(True)
    create(page)
    page.locator("#error", has_text="The program has stopped.").wait_for()
    assert not page.locator("#cancel").is_visible()


def test_a_cancelled_dialog_keeps_the_file_and_a_changed_file_can_be_chosen_again(
    open_page, voice_file, tmp_path
):
    page = open_page()
    own = tmp_path / "own.wav"
    own.write_bytes(voice_file.read_bytes())
    choose(page, own)
    page.evaluate("document.querySelector('#audio').dispatchEvent(new Event('change'))")
    assert page.locator("#audio-name").inner_text() == "own.wav"
    own.write_bytes(voice_file.read_bytes()[:-2000])
    create(page)
    page.locator("#error", has_text="own.wav was changed or removed").wait_for()
    page.set_input_files("#audio", own)
    create(page)
    video_is_shown(page)


def test_a_long_name_fits_the_smallest_screen(open_page, voice_file):
    page = open_page({"width": 320, "height": 568})
    audio = {"mimeType": "audio/wav", "buffer": voice_file.read_bytes()}
    choose(page, {"name": f"{'long' * 60}.wav", **audio})
    page.locator("summary", has_text="Motion").click()
    create(page)
    video_is_shown(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.get_by_text("Image", exact=True).click()
    page.set_input_files(
        "#image", {"name": f"{'long' * 60}.png", "mimeType": "image/png", "buffer": b"x"}
    )
    page.get_by_text("is not a picture").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
