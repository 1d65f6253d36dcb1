"""Every kind of request becomes the file that it names, and reports its progress."""

from pathlib import Path

import numpy as np
import pytest

from talkinghead.config import RenderConfig
from talkinghead.media.audio import write_wav
from talkinghead.media.video_reader import probe_video
from talkinghead.pipeline import Animator
from talkinghead.progress import Progress
from talkinghead.requests.animation import CartoonRequest, PhotoRequest, VideoRequest
from talkinghead.requests.run import RenderedFile, load_animator, render_video
from talkinghead.requests.scene import SceneRequest
from talkinghead.sample_rates import RATE
from talkinghead.types import Waveform


class Log(Progress):
    """Collects what is reported."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.frames: list[int] = []

    def stage(self, description: str) -> None:
        self.stages.append(description)

    def start(self, total: int, unit: str, **fields: object) -> None:
        self.frames.append(total)

    def step(self, done: int, **fields: object) -> None:
        self.frames.append(done)


@pytest.fixture(scope="module")
def animator(tiny_ckpt: Path) -> Animator:
    return Animator(ckpt=tiny_ckpt, device="cpu")


@pytest.fixture
def short_file(voice: Waveform, tmp_path: Path) -> Path:
    """A fifth of a second of the voice."""
    path = tmp_path / "short.wav"
    write_wav(Waveform(voice.samples[RATE // 4 : RATE // 4 + RATE // 5], RATE), path)
    return path


def request_of(kind: str, audio: Path, output: Path) -> VideoRequest:
    render_config = RenderConfig(size=64, fps=10)
    if kind == "photo":
        return PhotoRequest(
            photo="astronaut", audio=audio, output=output, render_config=render_config
        )
    if kind == "faces":
        return PhotoRequest(
            photo="astronaut", faces={0: audio}, output=output, render_config=render_config
        )
    if kind == "cartoon":
        return CartoonRequest(
            puppet="wilk", audio=audio, output=output, render_config=render_config
        )
    scene = output.with_suffix(".yaml")
    scene.write_text(
        "{format: 1, canvas: [64, 64], end: 0, actors: {wolf: {puppet: wilk}},"
        f" lines: [{{actor: wolf, audio: '{audio}'}}]}}"
    )
    return SceneRequest(scene=scene, output=output, fps=10)


@pytest.mark.parametrize("kind", ["photo", "faces", "cartoon", "scene"])
def test_a_request_becomes_the_video_that_it_names(animator, short_file, tmp_path, kind):
    output, log = tmp_path / "out.mp4", Log()
    rendered = render_video(request_of(kind, short_file, output), animator, log)
    assert rendered == RenderedFile(output, 2, rendered.seconds)
    assert 0 < rendered.seconds < 60
    info = probe_video(output)
    assert (info.fps, max(info.size)) == (10, 64)
    assert log.frames == [2, 1, 2]
    assert log.stages


def test_a_puppet_needs_neither_detector_nor_refiner(short_file, tiny_ckpt, tmp_path):
    fields = {"puppet": "wilk", "audio": short_file, "ckpt": tiny_ckpt, "device": "cpu"}
    request = CartoonRequest.from_fields(fields | {"output": tmp_path / "o.mp4"})
    log = Log()
    animator = load_animator(request.models, log)
    assert animator.models.translator is None
    assert log.stages == ["loading the networks"]


def test_a_request_of_no_known_kind_is_a_fault_of_the_program(animator):
    with pytest.raises(TypeError, match="VideoRequest"):
        render_video(VideoRequest.model_construct(), animator, Progress())


def test_the_same_request_renders_the_same_frames(animator, short_file, tmp_path):
    videos = []
    for name in ("a", "b"):
        output = tmp_path / f"{name}.mp4"
        render_video(request_of("cartoon", short_file, output), animator, Progress())
        videos.append(np.frombuffer(output.read_bytes(), np.uint8))
    np.testing.assert_array_equal(*videos)
