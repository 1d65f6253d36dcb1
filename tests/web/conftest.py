"""A service with small networks, used over HTTP as programs use it."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from talkinghead.face.detectors import load_detector
from talkinghead.pipeline import Animator
from talkinghead.progress import Progress
from talkinghead.types import Array
from talkinghead.web.job import FINISHED, JobProgress
from talkinghead.web.job_queue import JobQueue, Limits
from talkinghead.web.previews import Previews
from talkinghead.web.routes import create_app
from talkinghead.web.sample_speech import SampleSpeech
from tests.web.serving import served

SMALL = {"puppet": "wilk", "size": 64, "fps": 10}  # fields of a form for a small video


class Client:
    """Sends requests to a service; fields of a form are files if they are tuples, else texts."""

    def __init__(self, port: int, queue: JobQueue, previews: Previews) -> None:
        self.root, self.queue, self.previews = f"http://127.0.0.1:{port}", queue, previews

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        return requests.request(method, f"{self.root}{path}", timeout=30, **options)

    def post(self, path: str = "/api/jobs", **fields: Any) -> requests.Response:
        parts = {
            name: value if isinstance(value, tuple) else (None, str(value))
            for name, value in fields.items()
        }
        return self.send("POST", path, files=parts)

    def status(self, job: str) -> dict[str, Any]:
        return self.send("GET", f"/api/jobs/{job}").json()

    def finished(self, job: str) -> dict[str, Any]:
        """The status of a job once it is finished."""
        for _ in range(600):
            if (status := self.status(job))["state"] in FINISHED:
                return status
            time.sleep(0.05)
        raise AssertionError(f"did not finish: {status}")

    def stored_files(self) -> list[Path]:
        """The files that the service keeps."""
        return [path for path in self.queue.folder.rglob("*") if path.is_file()]


def png(image: Array, name: str = "face.png") -> tuple[str, bytes]:
    """An image file as a form carries it: its name and its content."""
    out = io.BytesIO()
    Image.fromarray(image).save(out, "PNG")
    return name, out.getvalue()


@pytest.fixture(scope="module")
def animator(tiny_ckpt: Path) -> Animator:
    return Animator(ckpt=tiny_ckpt, device="cpu")


@pytest.fixture(scope="module")
def previews() -> Previews:
    """Shared by the services: it keeps the pictures of the puppets."""
    return Previews(lambda: load_detector("mediapipe", "cpu"))


@pytest.fixture
def start_service(
    animator: Animator, previews: Previews, tiny_ckpt: Path
) -> Iterator[Callable[..., Client]]:
    """Starts a service with some limits, by default those of the command."""
    running = ExitStack()

    def start(**limits: Any) -> Client:
        def make_animator(progress: Progress) -> Animator:
            animator.notify = progress.note  # one for all tests: networks load in seconds
            return animator

        chosen = Limits(**limits)
        queue = JobQueue(make_animator, chosen)
        running.callback(queue.close)
        app = create_app(queue, previews, chosen, SampleSpeech(ckpt=tiny_ckpt), tiny_ckpt)
        return Client(running.enter_context(served(app)), queue, previews)

    with running:
        yield start


@pytest.fixture
def client(start_service: Callable[..., Client]) -> Client:
    return start_service()


@pytest.fixture
def audio_part(voice_file: Path) -> tuple[str, bytes]:
    """A recording as a form carries it: the name of the file, and its content."""
    return "speech.wav", voice_file.read_bytes()


@pytest.fixture
def paused_worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Pauses workers before they render, until the event is set."""
    resume = threading.Event()
    stage = JobProgress.stage

    def wait(self: JobProgress, what: str) -> None:
        stage(self, what)
        resume.wait(20)

    monkeypatch.setattr(JobProgress, "stage", wait)
    yield resume
    resume.set()
