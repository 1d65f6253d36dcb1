"""A service with small networks, asked over the network as programs ask it."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests

from talkinghead.app.page.limits import Limits
from talkinghead.app.page.looks import Looks
from talkinghead.app.page.routes import Service
from talkinghead.app.page.shop import Shop
from talkinghead.app.progress import Progress
from talkinghead.face.detect import detector
from talkinghead.pipeline import Animator
from tests.app.serving import served

ENDED = ("done", "failed", "cancelled")


class Client:
    """Asks a service; texts and files of a form are told apart by their type."""

    def __init__(self, port: int, shop: Shop) -> None:
        self.root, self.shop = f"http://127.0.0.1:{port}", shop

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        return requests.request(method, f"{self.root}{path}", timeout=30, **more)

    def post(self, path: str = "/api/jobs", **fields: Any) -> requests.Response:
        parts = {
            name: value if isinstance(value, tuple) else (None, str(value))
            for name, value in fields.items()
        }
        return self.ask("POST", path, files=parts)

    def state(self, job: str) -> dict[str, Any]:
        return self.ask("GET", f"/api/jobs/{job}").json()

    def ended(self, job: str) -> dict[str, Any]:
        """Its state once it has ended."""
        for _ in range(600):
            if (told := self.state(job))["state"] in ENDED:
                return told
            time.sleep(0.05)
        raise AssertionError(f"did not end: {told}")


@pytest.fixture(scope="module")
def animator(tiny_ckpt: Path) -> Animator:
    return Animator(ckpt=tiny_ckpt, device="cpu")


@pytest.fixture
def opened(animator: Animator, tiny_ckpt: Path) -> Iterator[Callable[..., Client]]:
    """Opens a service with some limits; by default those of the command."""
    running = ExitStack()

    def start(**limits: Any) -> Client:
        def hire(report: Progress) -> Animator:
            animator._notify = report.note  # one for all tests: they load in seconds
            return animator

        taken = Limits(**limits)
        shop = Shop(hire, taken)
        service = Service(shop, Looks(lambda: detector("mediapipe", "cpu")), taken, tiny_ckpt)
        running.callback(shop.close)
        return Client(running.enter_context(served(service.application())), shop)

    with running:
        yield start


@pytest.fixture
def client(opened: Callable[..., Client]) -> Client:
    return opened()


@pytest.fixture
def voice_part(voice_file: Path) -> tuple[str, bytes]:
    """The voice as a form carries it, under a name of its owner's."""
    return "speech.wav", voice_file.read_bytes()
