"""Laws of the puppet editor's server: who may ask, what is refused, what is saved."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import pytest
import yaml
from numpy.testing import assert_allclose

from talkinghead.app.editor.desk import Desk
from talkinghead.app.editor.routes import application
from talkinghead.app.editor.script import Script, first_sentence
from talkinghead.app.editor.studio import Studio
from talkinghead.app.web import listen
from talkinghead.errors import InputError
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER, MIRROR
from talkinghead.media.video import read_video
from talkinghead.pipeline import Animator
from talkinghead.puppet.author import draft, drawn_up, write_puppet
from talkinghead.puppet.store import load_puppet, save_puppet
from talkinghead.speech.styles import SpeakingStyle, user_file, write_styles
from talkinghead.types import Puppet, Waveform
from tests.app.serving import served
from tests.puppet.drawing import drawn_face, drawn_points

TOKEN = "right"


class Page:
    """Asks the editor as its page does."""

    def __init__(self, port: int, folder: Path) -> None:
        self.root, self.folder = f"http://127.0.0.1:{port}", folder

    def raw(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any, bytes]:
        request = Request(self.root + path, body, headers)
        try:
            with urlopen(request, timeout=60) as answer:
                return answer.status, answer.headers, answer.read()
        except HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def get(self, path: str) -> tuple[int, Any]:
        status, _, body = self.raw(f"/{TOKEN}/{path}")
        return status, json.loads(body)

    def post(self, path: str, **data: object) -> tuple[int, Any]:
        status, _, body = self.raw(f"/{TOKEN}/api/{path}", json.dumps(data).encode())
        return status, json.loads(body)

    def points(self) -> dict[str, Any]:
        _, state = self.get("api/state")
        return {key: state[key] for key in ("closed", "open", "revision")}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("puppets") / "dot"
    made = draft(drawn_face(), drawn_points())
    write_puppet(drawn_up("dot", made), made, folder)
    return folder


@pytest.fixture
def examples(tmp_path: Path, voice_file: Path) -> Path:
    folder = tmp_path / "examples"
    folder.mkdir()
    shutil.copy(voice_file, folder)
    return folder


@pytest.fixture
def own_style(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a style that the user saved."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    write_styles([SpeakingStyle("rosa", np.eye(256, dtype=np.float32)[2])], user_file())
    return "rosa"


@pytest.fixture
def opened(examples: Path, tiny_ckpt: Path) -> Iterator[Callable[[Path], Page]]:
    """Opens the editor on a puppet's folder."""
    running = ExitStack()

    def start(folder: Path) -> Page:
        desk = Desk(folder)
        script = Script(examples, tiny_ckpt)
        studio = Studio(desk, lambda: Animator(ckpt=tiny_ckpt, device="cpu"), script)
        running.callback(studio.close)
        return Page(running.enter_context(served(application(desk, studio, TOKEN))), folder)

    with running:
        yield start


@pytest.fixture
def page(opened: Callable[[Path], Page], original: Path, tmp_path: Path) -> Page:
    """The editor of a puppet that `puppet new` made."""
    return opened(shutil.copytree(original, tmp_path / "dot"))


@pytest.fixture
def own(opened: Callable[[Path], Page], original: Path, tmp_path: Path) -> Page:
    """The editor of a puppet whose layers somebody drew."""
    folder = tmp_path / "own"
    save_puppet(load_puppet(original), folder)
    record = folder / "puppet.yaml"
    record.write_text("# Drawn by me.\n" + record.read_text())
    return opened(folder)


@pytest.mark.parametrize(
    "path", ["/", "/api/state", "/wrong/", "/wrong/api/state", "/static/main.js"]
)
def test_nobody_comes_in_without_the_token(page, path):
    assert page.raw(path)[0] == 404


def test_a_page_that_calls_this_machine_by_another_name_is_refused(page):
    assert page.raw(f"/{TOKEN}/", Host="evil.example")[0] == 400


def test_the_page_may_load_nothing_from_elsewhere(page):
    status, headers, body = page.raw(f"/{TOKEN}/")
    assert status == 200
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert b"//" not in body.replace(b"<!doctype html>", b"")


@pytest.mark.parametrize(
    "path",
    [
        "static/../desk.py", "static/%2e%2e/desk.py", "static/..%2fdesk.py", "../../etc/passwd",
        "api/layer/..%2f..%2fpuppet.yaml", "api/layer/puppet.yaml", "api/layer/",
        "api/clip/..%2f..%2fetc%2fpasswd.mp4", "api/clip/nothing.mp4",
    ],
)  # fmt: skip
def test_no_other_file_can_be_read(page, path):
    status, _, body = page.raw(f"/{TOKEN}/{path}")
    assert status in (404, 422)
    assert b"import" not in body


def test_the_page_is_told_of_the_puppet(page):
    status, state = page.get("api/state")
    assert status == 200
    assert (state["name"], state["canvas"], state["drawn"]) == ("dot", [256, 256], "closed")
    assert state["mirror"] == MIRROR
    assert len(set(state["names"])) == 68
    assert state["sentences"] == [{"id": "voice", "text": "voice"}]
    for role in state["layers"]:
        status, headers, _ = page.raw(f"/{TOKEN}/api/layer/{role}")
        assert (status, headers["content-type"]) == (200, "image/webp")


def test_what_is_saved_is_in_the_folder(page):
    points = page.points()
    points["closed"][48][0] -= 4.5
    points["open"][48][0] -= 4.5
    status, answer = page.post("save", **points)
    assert status == 200
    saved = load_puppet(page.folder)
    assert_allclose(saved.closed, points["closed"], atol=0.01)
    assert_allclose(saved.opened, points["open"], atol=0.01)
    assert page.get("api/state")[1]["revision"] == answer["revision"]
    assert [path.name for path in page.folder.parent.glob("*dot*")] == ["dot"]


def test_layers_made_from_the_picture_follow_the_points(page):
    before = load_puppet(page.folder).layers["eyelids"].image
    points = page.points()
    for pose in ("closed", "open"):
        for number in range(36, 48):
            points[pose][number][1] += 12
    assert page.post("save", **points)[0] == 200
    after = load_puppet(page.folder).layers["eyelids"].image
    rows = [np.flatnonzero(layer[..., 3].any(axis=1)).mean() for layer in (before, after)]
    assert 9 < rows[1] - rows[0] < 15


def test_a_pose_that_is_painted_during_a_save_leaves_no_older_layers(
    original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = shutil.copytree(original, tmp_path / "dot")
    desk = Desk(folder)
    points: dict[str, Any] = {"pose": "open"}
    points |= {key: desk.state()[key] for key in ("closed", "open", "revision")}
    for pose in ("closed", "open"):
        for number in range(48, 68):
            points[pose][number][1] += 12

    def read_meanwhile(place: Path) -> Puppet:
        studio.pose(points)
        return load_puppet(place)

    with closing(Studio(desk, pytest.fail)) as studio:
        monkeypatch.setattr("talkinghead.app.editor.desk.load_puppet", read_meanwhile)
        desk.save(points)
        seen = studio.pose(points)
    monkeypatch.undo()
    with closing(Studio(Desk(folder), pytest.fail)) as fresh:
        assert seen == fresh.pose(points)


def test_of_layers_somebody_drew_only_the_points_change(own):
    kept = {file.name: file.read_bytes() for file in own.folder.iterdir()}
    points = own.points()
    points["open"][57][1] += 2
    assert own.post("save", **points)[0] == 200
    changed = {name for name, old in kept.items() if (own.folder / name).read_bytes() != old}
    assert changed == {"open.csv"}
    assert {file.name for file in own.folder.iterdir()} == set(kept)


def test_points_in_the_record_itself_are_saved_too(own):
    record = own.folder / "puppet.yaml"
    data = yaml.safe_load(record.read_text())
    data["points"]["closed"] = load_puppet(own.folder).closed.tolist()
    del data["points"]["open"]
    record.write_text(yaml.safe_dump(data))
    points = own.points()
    points["closed"][8][1] += 3
    assert own.post("save", force=True, **points)[0] == 200
    assert_allclose(load_puppet(own.folder).closed, points["closed"], atol=0.01)


@pytest.mark.parametrize(
    ("change", "pose", "point"),
    [
        (lambda points: points["closed"][3].__setitem__(0, 9000), "closed", 3),
        (lambda points: points["open"][60].__setitem__(1, float("nan")), "open", 60),
        (lambda points: points["open"].pop(), "open", None),
        (lambda points: points.pop("closed"), "closed", None),
        (lambda points: points.update(closed="many"), "closed", None),
        (lambda points: points["closed"].__setitem__(16, points["closed"][0]), "closed", 0),
    ],
)
def test_points_that_cannot_be_used_are_refused_by_name(page, change, pose, point):
    kept = {file.name: file.read_bytes() for file in page.folder.iterdir()}
    points = page.points()
    change(points)
    status, answer = page.post("save", **points)
    assert (status, answer["pose"], answer["point"]) == (422, pose, point)
    assert kept == {file.name: file.read_bytes() for file in page.folder.iterdir()}


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 400), (b" " * 70_000, 413)])
def test_requests_that_are_none_are_refused(page, body, status):
    assert page.raw(f"/{TOKEN}/api/save", body)[0] == status


def test_what_changed_meanwhile_is_not_overwritten_unasked(page):
    points = page.points()
    (page.folder / "closed.csv").write_text((page.folder / "closed.csv").read_text() + "\n")
    status, answer = page.post("save", **points)
    assert status == 409
    assert "changed" in answer["error"]
    assert page.post("save", force=True, **points)[0] == 200


def test_of_two_saves_at_once_one_is_kept(page):
    points = page.points()
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda: answers.append(page.post("save", **points)[0]))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409]


def test_a_suggested_closed_mouth_is_closed(page):
    _, answer = page.post("suggest", pose="closed", **page.points())
    points = np.array(answer["closed"])
    assert_allclose(points[INNER_UPPER], points[INNER_LOWER], atol=0.02)


def test_crossed_points_fold_triangles(page):
    points = page.points()
    assert page.post("mesh", pose="closed", **points)[1]["folded"] == []
    points["closed"][30], points["closed"][8] = points["closed"][8], points["closed"][30]
    assert page.post("mesh", pose="closed", **points)[1]["folded"] != []


def test_problems_are_listed_with_their_points(page):
    points = page.points()
    for number in INNER_LOWER:
        points["closed"][number][1] += 20
    _, answer = page.post("check", **points)
    assert any(set(found["points"]) & set(INNER_LOWER) for found in answer["problems"])


def test_the_pose_that_is_not_drawn_is_a_picture(page):
    status, headers, body = page.raw(
        f"/{TOKEN}/api/pose", json.dumps({"pose": "open", **page.points()}).encode()
    )
    assert (status, headers["content-type"], body[:4]) == (200, "image/webp", b"RIFF")


def test_the_page_speaks_without_saving(page):
    kept = (page.folder / "closed.csv").read_bytes()
    points = page.points()
    points["closed"][8][1] += 3
    status, answer = page.post("speak", sentence="voice", **points)
    assert status == 200
    path = f"/{TOKEN}/api/clip/{answer['clip']}.mp4"
    status, headers, body = page.raw(path)
    assert (status, headers["content-type"]) == (200, "video/mp4")
    film = page.folder.parent / "film.mp4"
    film.write_bytes(body)
    assert 20 < len(read_video(film).frames) <= 50
    assert page.raw(path, Range="bytes=0-9")[0] == 206
    assert (page.folder / "closed.csv").read_bytes() == kept


def test_the_page_speaks_in_a_stored_style(page, own_style):
    assert page.get("api/state")[1]["styles"][0] == own_style
    films = []
    for style in ("", own_style):
        status, answer = page.post("speak", sentence="voice", style=style, **page.points())
        assert status == 200
        films.append(page.raw(f"/{TOKEN}/api/clip/{answer['clip']}.mp4")[2])
    assert films[0] != films[1]
    status, answer = page.post("speak", style="/etc/passwd", **page.points())
    assert (status, "no style" in answer["error"]) == (422, True)


def test_a_sentence_ends_at_its_first_pause():
    rate = 1000
    samples = np.zeros(3 * rate, np.float32)
    samples[: rate + 200] = samples[2 * rate :] = 0.5
    assert 1.2 < first_sentence(Waveform(samples, rate)).seconds < 1.6


def test_a_port_that_is_taken_is_a_users_mistake():
    with listen(None) as taken, pytest.raises(InputError, match="--port"):
        listen(taken.getsockname()[1])


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is another thing there")
def test_ctrl_c_ends_the_editor_without_an_error(original):
    command = [sys.executable, "-m", "talkinghead", "puppet", "edit", str(original), "--no-browser"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        for _ in range(50):
            try:
                with urlopen(address, timeout=5) as answer:
                    assert answer.status == 200
                break
            except OSError:
                threading.Event().wait(0.1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in err
    assert len(err.splitlines()) == 2


def test_an_unknown_puppet_is_a_users_mistake(cli):
    status, _, err = cli("puppet", "edit", "nobody", "--no-browser")
    assert (status, len(err)) == (2, 1)
