"""Cues tile the sound, rest in silence, shut for every likely closure, and never flicker."""

from itertools import pairwise, product

import numpy as np
import pytest

from talkinghead.clock import FRAME, RATE
from talkinghead.media.audio import read_audio
from talkinghead.speech import cues as subject
from talkinghead.speech.cues import CHANGE, DOUBT, LEAD, SHORTEST, CueMaker, cues_of, held
from talkinghead.types import SHAPES, MouthCue

FPS = 50


def told(shapes: str, sure: float = 1.0, active: np.ndarray | None = None) -> list[MouthCue]:
    """The cues where these shapes, one a frame, are heard as surely as that."""
    weights = np.full((len(shapes), len(SHAPES)), (1 - sure) / (len(SHAPES) - 1))
    weights[np.arange(len(shapes)), [SHAPES.index(shape) for shape in shapes]] = sure
    active = np.ones(-(-len(shapes) // 2)) if active is None else active
    return cues_of(weights, active, FPS, len(shapes) / FPS)


def tiles(cues: list[MouthCue], seconds: float) -> bool:
    """Whether cues follow one another from 0 to the end, each with another shape."""
    joined = all(a.end == b.start and a.shape != b.shape for a, b in pairwise(cues))
    return joined and cues[0].start == 0 and cues[-1].end == seconds


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 200])
def test_cues_tile_the_sound_and_none_is_shorter_than_a_video_frame(rng, frames):
    weights = rng.dirichlet(np.full(len(SHAPES), 0.1), size=frames)
    cues = cues_of(weights, np.ones(frames), FPS, frames / FPS)
    assert tiles(cues, frames / FPS)
    shortest = SHORTEST / FPS - LEAD
    assert all(cue.end - cue.start > shortest - 1e-9 for cue in cues) or frames < SHORTEST


def test_the_path_is_the_best_of_all(rng):
    shapes = range(4)
    weights = rng.dirichlet(np.full(len(shapes), 0.3), size=6)

    def worth(path: tuple[int, ...]) -> float:
        edges = np.flatnonzero(np.diff(path, prepend=-1, append=-1))
        if np.diff(edges).min() < SHORTEST:
            return -np.inf
        fit = np.log(weights + DOUBT)[np.arange(len(path)), path].sum()
        return float(fit - CHANGE * (len(edges) - 2))

    best = max(product(shapes, repeat=len(weights)), key=worth)
    np.testing.assert_array_equal(held(weights), best)


def test_a_shape_of_one_frame_is_no_cue():
    assert [cue.shape for cue in told("BBBBCBBBB", sure=0.8)] == ["B"]


def test_a_closure_of_one_frame_is_a_cue_however_unsure():
    assert [cue.shape for cue in told("CCCCACCCC", sure=0.45)] == ["C", "A", "C"]


def test_a_shape_comes_half_a_frame_ahead_of_its_sound():
    assert told("BBBBBCCCCC")[1].start == pytest.approx(5 / FPS - LEAD)


def test_where_nobody_speaks_the_mouth_rests():
    active = np.r_[np.ones(5), np.zeros(5)]
    assert [cue.shape for cue in told("C" * 20, active=active)] == ["C", "X"]


@pytest.fixture
def maker(monkeypatch):
    """A maker that hears A in every sound, if anybody speaks."""
    monkeypatch.setattr(subject, "load_voice", lambda path, device: None)
    monkeypatch.setattr(subject, "SpeakerEncoder", lambda device: None)
    monkeypatch.setattr(
        subject.VoiceContent, "__init__", lambda self, net, voices: setattr(self, "net", net)
    )
    monkeypatch.setattr(
        subject.VoiceContent, "__call__",
        lambda self, wave: np.zeros((-(-wave.samples.size // 320), 4)),
    )  # fmt: skip
    monkeypatch.setattr(subject, "phone_shares", lambda net, content: np.zeros((len(content), 40)))
    monkeypatch.setattr(subject, "shape_weights", lambda shares: np.eye(9)[[0] * len(shares)])
    return CueMaker()


@pytest.mark.parametrize("samples", [1, FRAME - 1, FRAME + 1, 3 * RATE])
def test_silence_is_rest_alone(maker, samples):
    from talkinghead.types import Waveform

    wave = Waveform(np.zeros(samples, np.float32), RATE)
    assert maker(wave) == [MouthCue("X", 0.0, samples / RATE)]


def test_speech_is_not(maker, voice):
    assert [cue.shape for cue in maker(voice)][:2] != ["X"]
    assert tiles(maker(voice), voice.seconds)


@pytest.mark.weights
def test_every_sentence_of_the_example_shuts_and_rests():
    cues = CueMaker()(read_audio("examples/hello_slt.wav"))
    shapes = "".join(cue.shape for cue in cues)
    assert shapes.startswith("X")
    assert shapes.endswith("X")
    # "my name is Pam" has four closures; "open a book about the moon and hop over" six.
    hello, book = shapes[1:-1].rsplit("X", 1)[0], shapes
    assert hello.count("A") >= 3
    assert book.count("A") >= 9
