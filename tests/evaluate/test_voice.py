"""A perfect embedding scores 1, a constant one leaks nothing, the speaker's name leaks all."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.clock import HOP, RATE
from talkinghead.errors import InputError
from talkinghead.evaluate.confusion import confusion_matrix, plot_confusion, row_shares
from talkinghead.evaluate.heard import at_pace
from talkinghead.evaluate.probe import fit_probe
from talkinghead.evaluate.voice import Role, evaluate_voice
from talkinghead.types import Array, Waveform

NAMES = ("SIL", "AA", "IY", "UW")
SPEAKERS = 8
LOWEST = 3000  # Hz of the first speaker's whistle


@dataclass(frozen=True)
class Said:
    samples: Array
    phones: Array
    speaker: str
    source: str


def utterance(number: int, frames: int = 400, silent: bool = False) -> Said:
    """Phones in runs of 10 frames, each a tone; the speaker whistles a higher one throughout."""
    rng = np.random.default_rng(number)
    phones = np.repeat(rng.integers(0, len(NAMES), frames // 10), 10).astype(np.int8)
    hertz = np.repeat(np.array([0, 400, 1200, 2600])[phones], HOP)
    tone = 0.2 * np.sin(2 * np.pi * np.cumsum(hertz / RATE))
    whistle = 0.1 * np.sin(2 * np.pi * (LOWEST + 400 * number) / RATE * np.arange(tone.size))
    samples = tone + whistle
    family = "read" if number % 2 else "spoken"
    labels = np.full(frames, -1, np.int8) if silent else phones
    return Said(samples.astype(np.float32), labels, f"s{number}", f"corpus/{family}/{number}")


class Oracle:
    """An encoder made of what its maker says about a sound: its phones, or its speaker."""

    def __init__(self, answer: Callable[[Said], Array], said: list[Said], fps: int = 100):
        self.known = {one.samples.tobytes(): answer(one).astype(np.float32) for one in said}
        self.fps, self.channels, self.look_ahead = fps, 1, 0

    def __call__(self, wave: Waveform) -> Array:
        return self.known[wave.samples.tobytes()]


@pytest.fixture(scope="module")
def said() -> list[Said]:
    return [utterance(number) for number in range(SPEAKERS)]


def role(one: Said) -> Role | None:
    return "teach" if int(one.speaker[1:]) < SPEAKERS // 2 else "measure"


@pytest.mark.parametrize("fps", [50, 100])
def test_an_embedding_that_is_the_phone_scores_one_and_constant_ones_leak_nothing(
    said: list[Said], fps: int
):
    def phones(one: Said) -> Array:
        return np.eye(len(NAMES))[one.phones[:: 100 // fps]]

    report = evaluate_voice(said, role, Oracle(phones, said, fps), NAMES)
    assert report.mean["phone_accuracy"] == report.mean["phone_accuracy_speech"] == 1
    assert not (report.confusion - np.diag(np.diag(report.confusion))).any()
    flat = Oracle(lambda one: np.ones((len(one.phones) * fps // 100, 3)), said, fps)
    constant = evaluate_voice(said, role, flat, NAMES).mean
    assert constant["leak_accuracy"] == constant["leak_chance"] == 2 / SPEAKERS
    assert constant["leak"] == 0
    assert 0.1 < constant["phone_accuracy"] < 0.45


def test_the_speakers_name_leaks_everything_and_tells_no_phone(said: list[Said]):
    def name(one: Said) -> Array:
        return np.repeat(np.eye(SPEAKERS)[[int(one.speaker[1:])]], len(one.phones), axis=0)

    report = evaluate_voice(said, role, Oracle(name, said), NAMES)
    assert report.mean["leak_accuracy"] == 1
    assert report.mean["phone_accuracy"] < 0.45
    # What log-mel leaks is the measure: an encoder that leaks as much has a leak of 1.
    mel = report.baselines["mel"]
    assert mel["leak"] == 1
    assert report.mean["leak"] == pytest.approx(
        (1 - mel["leak_chance"]) / (mel["leak_accuracy"] - mel["leak_chance"])
    )


def test_voices_without_phones_count_for_the_leak_alone(said: list[Said]):
    mute = [utterance(number, silent=True) for number in range(SPEAKERS, SPEAKERS + 2)]
    flat = Oracle(lambda one: np.ones((len(one.phones), 3)), said + mute)
    before = evaluate_voice(said, role, flat, NAMES)
    after = evaluate_voice(said + mute, role, flat, NAMES)
    assert after.mean["phone_accuracy"] == before.mean["phone_accuracy"]
    assert after.confusion.sum() == before.confusion.sum()
    assert after.mean["leak_chance"] == 1 / (SPEAKERS // 2 + 2)


def test_a_conversion_that_returns_the_target_has_the_margin_between_the_voices(said: list[Said]):
    def voice(wave: Waveform) -> Array:
        spectrum = np.abs(np.fft.rfft(wave.samples[:RATE]))  # a bin is 1 Hz
        sharp = np.zeros(256)
        sharp[(int(np.argmax(spectrum[LOWEST - 100 :])) - 100) // 400] = 1
        return sharp

    flat = Oracle(lambda one: np.ones((len(one.phones), 3)), said)
    for convert, margin, share in (
        (lambda source, target: target, 1.0, 1.0),
        (lambda source, target: source, -1.0, 0.0),
    ):
        report = evaluate_voice(said, role, flat, NAMES, convert=convert, voice=voice)
        assert report.mean["conversion"] == margin
        assert report.mean["conversion_share"] == share


def test_the_report_is_json_and_a_table_with_every_source(said: list[Said]):
    flat = Oracle(lambda one: np.ones((len(one.phones), 3)), said)
    report = evaluate_voice(said, role, flat, NAMES)
    stored = json.loads(report.to_json())
    assert set(stored["by_source"]) == {"read", "spoken"} == set(stored["speakers"])
    assert stored["mean"].keys() >= {"phone_accuracy", "leak", "leak_accuracy"}
    table = report.to_table()
    assert all(word in table for word in ("read", "spoken", "mel", "phone_accuracy_speech"))


def test_nothing_held_out_and_nothing_taught_are_refused(said: list[Said]):
    flat = Oracle(lambda one: np.ones((len(one.phones), 3)), said)
    with pytest.raises(InputError, match="held-out"):
        evaluate_voice(said, lambda one: "teach", flat, NAMES)
    with pytest.raises(InputError, match="teach"):
        evaluate_voice(said, lambda one: "measure", flat, NAMES)


def test_labels_are_read_at_the_frames_centres():
    labels = np.arange(10)
    assert_allclose(at_pace(labels, 10, 100), labels)
    assert_allclose(at_pace(labels, 5, 50), [0, 2, 4, 6, 8])
    assert_allclose(at_pace(labels, 21, 200)[::2][:10], labels)
    assert at_pace(labels, 6, 50)[-1] == 9  # a frame beyond the labels has the last


def test_a_probe_learns_what_is_linear_and_nothing_else(rng: np.random.Generator):
    features = rng.normal(size=(600, 2))
    linear = (features @ [2.0, -1.0] > 0).astype(int)
    crossed = (features[:, 0] * features[:, 1] > 0).astype(int)
    assert np.mean(fit_probe(features, linear, 2)(features) == linear) > 0.98
    assert np.mean(fit_probe(features, crossed, 2)(features) == crossed) < 0.65


def test_rows_of_a_confusion_matrix_are_shares_and_its_picture_is_written(tmp_path: Path):
    counts = confusion_matrix(np.array([0, 0, 0, 2]), np.array([0, 0, 1, 2]), 4)
    assert counts[0].tolist() == [2, 1, 0, 0]
    assert row_shares(counts).sum(axis=1).tolist() == [1, 0, 1, 0]
    plot_confusion(counts, NAMES, tmp_path / "confusion.png", "four phones")
    assert (tmp_path / "confusion.png").read_bytes().startswith(b"\x89PNG")
