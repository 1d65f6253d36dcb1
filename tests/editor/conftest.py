"""The editor of a puppet, used over HTTP as its page uses it."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import pytest

from talkinghead.editor.document import PuppetDocument
from talkinghead.editor.preview import PreviewRenderer
from talkinghead.editor.routes import create_app
from talkinghead.pipeline import Animator
from talkinghead.puppet.author import build_puppet, draft_puppet, write_puppet
from talkinghead.puppet.store import load_puppet, save_puppet
from talkinghead.speech.speaking_styles import SpeakingStyle, user_file, write_styles
from talkinghead.web.sample_speech import SampleSpeech
from tests.puppet.drawing import drawn_face, drawn_points
from tests.web.serving import served

TOKEN = "right"


class Page:
    """Sends requests to the editor as its page does."""

    def __init__(self, port: int, folder: Path) -> None:
        self.root, self.folder = f"http://127.0.0.1:{port}", folder

    def raw(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any, bytes]:
        request = Request(self.root + path, body, headers)
        try:
            with urlopen(request, timeout=60) as response:
                return response.status, response.headers, response.read()
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
def built_puppet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("puppets") / "dot"
    draft = draft_puppet(drawn_face(), drawn_points())
    write_puppet(build_puppet("dot", draft), draft, folder)
    return folder


@pytest.fixture
def examples(tmp_path: Path, voice_file: Path) -> Path:
    folder = tmp_path / "examples"
    folder.mkdir()
    shutil.copy(voice_file, folder)
    return folder


@pytest.fixture
def saved_style(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a style that the user saved."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    write_styles([SpeakingStyle("rosa", np.eye(256, dtype=np.float32)[2])], user_file())
    return "rosa"


@pytest.fixture
def open_editor(examples: Path, tiny_ckpt: Path) -> Iterator[Callable[[Path], Page]]:
    """Starts the editor of a puppet's folder."""
    running = ExitStack()

    def start(folder: Path) -> Page:
        document = PuppetDocument(folder)
        speech = SampleSpeech(examples, tiny_ckpt)
        preview = PreviewRenderer(document, lambda: Animator(ckpt=tiny_ckpt, device="cpu"), speech)
        running.callback(preview.close)
        app = create_app(document, preview, TOKEN)
        return Page(running.enter_context(served(app)), folder)

    with running:
        yield start


@pytest.fixture
def page(open_editor: Callable[[Path], Page], built_puppet: Path, tmp_path: Path) -> Page:
    """The editor of a puppet that `puppet new` built."""
    return open_editor(shutil.copytree(built_puppet, tmp_path / "dot"))


@pytest.fixture
def hand_drawn(open_editor: Callable[[Path], Page], built_puppet: Path, tmp_path: Path) -> Page:
    """The editor of a puppet with hand-drawn layers."""
    folder = tmp_path / "own"
    save_puppet(load_puppet(built_puppet), folder)
    record = folder / "puppet.yaml"
    record.write_text("# Drawn by hand.\n" + record.read_text())
    return open_editor(folder)
