"""Mouth cues: gapless, idle in silence, closed for every likely closure, free of flicker."""

from itertools import pairwise, product

import numpy as np
import pytest

from talkinghead.media.audio import read_audio
from talkinghead.sample_rates import FRAME_SAMPLES, RATE
from talkinghead.speech import mouth_cues as subject
from talkinghead.speech.mouth_cues import (
    CHANGE_COST,
    LEAD,
    MIN_FRAMES,
    SMOOTHING,
    MouthCueExtractor,
    crossfade_weights,
    decode_cues,
    restrict_shapes,
    shape_changes,
    viterbi_path,
)
from talkinghead.types import MOUTH_SHAPES, MouthCue, Waveform

FPS = 50


def cues_for(
    shapes: str, probability: float = 1.0, active: np.ndarray | None = None
) -> list[MouthCue]:
    """The cues of these shapes, one per frame, each of this probability."""
    weights = np.full((len(shapes), len(MOUTH_SHAPES)), (1 - probability) / (len(MOUTH_SHAPES) - 1))
    weights[np.arange(len(shapes)), [MOUTH_SHAPES.index(shape) for shape in shapes]] = probability
    active = np.ones(-(-len(shapes) // 2)) if active is None else active
    return decode_cues(weights, active, FPS, len(shapes) / FPS)


def is_gapless(cues: list[MouthCue], seconds: float) -> bool:
    """Whether cues follow one another from 0 to the end, each with another shape."""
    joined = all(a.end == b.start and a.shape != b.shape for a, b in pairwise(cues))
    return joined and cues[0].start == 0 and cues[-1].end == seconds


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 200])
def test_cues_are_gapless_and_none_is_shorter_than_a_video_frame(rng, frames):
    weights = rng.dirichlet(np.full(len(MOUTH_SHAPES), 0.1), size=frames)
    cues = decode_cues(weights, np.ones(frames), FPS, frames / FPS)
    assert is_gapless(cues, frames / FPS)
    shortest = MIN_FRAMES / FPS - LEAD
    assert all(cue.end - cue.start > shortest - 1e-9 for cue in cues) or frames < MIN_FRAMES


def test_the_viterbi_path_is_the_best_of_all_paths(rng):
    shapes = range(4)
    weights = rng.dirichlet(np.full(len(shapes), 0.3), size=6)

    def path_score(path: tuple[int, ...]) -> float:
        edges = np.flatnonzero(np.diff(path, prepend=-1, append=-1))
        if np.diff(edges).min() < MIN_FRAMES:
            return -np.inf
        fit = np.log(weights + SMOOTHING)[np.arange(len(path)), path].sum()
        return float(fit - CHANGE_COST * (len(edges) - 2))

    best = max(product(shapes, repeat=len(weights)), key=path_score)
    np.testing.assert_array_equal(viterbi_path(weights), best)


def test_a_shape_of_one_frame_is_no_cue():
    assert [cue.shape for cue in cues_for("BBBBCBBBB", probability=0.8)] == ["B"]


def test_a_likely_closure_of_one_frame_is_a_cue():
    assert [cue.shape for cue in cues_for("CCCCACCCC", probability=0.45)] == ["C", "A", "C"]


def test_a_shape_precedes_its_sound_by_half_a_frame():
    assert cues_for("BBBBBCCCCC")[1].start == pytest.approx(5 / FPS - LEAD)


def test_the_mouth_is_idle_where_nobody_speaks():
    active = np.r_[np.ones(5), np.zeros(5)]
    assert [cue.shape for cue in cues_for("C" * 20, active=active)] == ["C", "X"]


@pytest.fixture
def extractor(monkeypatch):
    """An extractor that recognises A in all speech."""
    monkeypatch.setattr(subject, "load_content_voice", lambda path, device: None)
    monkeypatch.setattr(subject, "SpeakerEncoder", lambda device: lambda wave: None)
    monkeypatch.setattr(
        subject.ContentVoiceEncoder, "__init__", lambda self, net, _: setattr(self, "net", net)
    )
    monkeypatch.setattr(
        subject.ContentVoiceEncoder, "encode",
        lambda self, mel, speaker: np.zeros((-(-len(mel) // 2), 4)),
    )  # fmt: skip
    monkeypatch.setattr(
        subject, "phone_probabilities", lambda net, content: np.zeros((len(content), 40))
    )
    monkeypatch.setattr(
        subject, "viseme_probabilities", lambda shares, _: np.eye(9)[[0] * len(shares)]
    )
    return MouthCueExtractor()


@pytest.mark.parametrize("samples", [1, FRAME_SAMPLES - 1, FRAME_SAMPLES + 1, 3 * RATE])
def test_silence_is_one_idle_cue(extractor, samples):
    wave = Waveform(np.zeros(samples, np.float32), RATE)
    assert extractor(wave) == [MouthCue("X", 0.0, samples / RATE)]


def test_speech_is_not_idle(extractor, voice):
    assert [cue.shape for cue in extractor(voice)][:2] != ["X"]
    assert is_gapless(extractor(voice), voice.seconds)


@pytest.mark.weights
def test_the_sentences_of_the_example_begin_and_end_idle_and_close_for_their_bilabials():
    cues = MouthCueExtractor()(read_audio("examples/hello_slt.wav"))
    shapes = "".join(cue.shape for cue in cues)
    assert shapes.startswith("X")
    assert shapes.endswith("X")
    # "my name is Pam" has four closures; "open a book about the moon and hop over" six.
    greeting, whole = shapes[1:-1].rsplit("X", 1)[0], shapes
    assert greeting.count("A") >= 3
    assert whole.count("A") >= 9


def spell(shapes: str, each: float = 0.1) -> list[MouthCue]:
    """Cues of these shapes, all of the same length."""
    return [MouthCue(s, at * each, (at + 1) * each) for at, s in enumerate(shapes)]


def test_shapes_that_are_not_drawn_are_replaced_and_merged():
    cues = restrict_shapes(spell("XAGBHCX"), "")
    assert "".join(cue.shape for cue in cues) == "ABCA"
    assert (cues[0].start, cues[0].end, cues[-1].end) == (0, pytest.approx(0.3), pytest.approx(0.7))


def test_shapes_that_are_drawn_stay():
    assert restrict_shapes(spell("XAGBHCX"), "GHX") == spell("XAGBHCX")


@pytest.mark.parametrize("fps", [12, 24, 25, 60])
def test_crossfade_weights_sum_to_one_and_are_one_inside_a_shape(fps):
    weights = crossfade_weights(spell("XABX", 0.5), fps)
    assert weights.shape == (2 * fps, len(MOUTH_SHAPES))
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    assert weights.min() >= 0
    assert weights[round(0.75 * fps), MOUTH_SHAPES.index("A")] == pytest.approx(1)


def test_a_change_in_the_middle_of_a_frame_has_equal_weights():
    weights = crossfade_weights([MouthCue("B", 0, 0.1), MouthCue("C", 0.1, 0.2)], 5)
    np.testing.assert_allclose(weights[0, [1, 2]], 0.5)


@pytest.mark.parametrize("fps", [24, 25, 30, 60])
@pytest.mark.parametrize("start", np.linspace(0.1, 0.15, 11))
def test_no_closure_is_lost_between_two_frames(fps, start):
    cues = [
        MouthCue("B", 0, start),
        MouthCue("A", start, start + 0.04),
        MouthCue("C", start + 0.04, 1),
    ]
    assert "A" in [shape for _, shape in shape_changes(cues, fps)]
