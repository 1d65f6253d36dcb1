"""A perfect embedding scores 1, a constant one leaks nothing, the name of the speaker all."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.evaluate.speech import Role, evaluate_speech
from talkinghead.sample_rates import HOP, RATE
from talkinghead.types import Array, Waveform

NAMES = ("SIL", "AA", "IY", "UW")
SPEAKERS = 8
LOWEST = 3000  # Hz of the first speaker's whistle


@dataclass(frozen=True)
class Utterance:
    samples: Array
    phones: Array
    speaker: str
    source: str


def make_utterance(number: int, frames: int = 400, silent: bool = False) -> Utterance:
    """Phones in runs of 10 frames, each a tone; the speaker whistles a higher one throughout."""
    rng = np.random.default_rng(number)
    phones = np.repeat(rng.integers(0, len(NAMES), frames // 10), 10).astype(np.int8)
    hertz = np.repeat(np.array([0, 400, 1200, 2600])[phones], HOP)
    tone = 0.2 * np.sin(2 * np.pi * np.cumsum(hertz / RATE))
    whistle = 0.1 * np.sin(2 * np.pi * (LOWEST + 400 * number) / RATE * np.arange(tone.size))
    samples = tone + whistle
    family = "read" if number % 2 else "spoken"
    labels = np.full(frames, -1, np.int8) if silent else phones
    return Utterance(samples.astype(np.float32), labels, f"s{number}", f"corpus/{family}/{number}")


class Oracle:
    """An encoder that returns a function of the utterance, such as its phones or its speaker."""

    def __init__(
        self, answer: Callable[[Utterance], Array], utterances: list[Utterance], fps: int = 100
    ):
        self.features = {
            utterance.samples.tobytes(): answer(utterance).astype(np.float32)
            for utterance in utterances
        }
        self.fps, self.channels, self.look_ahead = fps, 1, 0

    def __call__(self, wave: Waveform) -> Array:
        return self.features[wave.samples.tobytes()]


@pytest.fixture(scope="module")
def utterances() -> list[Utterance]:
    return [make_utterance(number) for number in range(SPEAKERS)]


def role(utterance: Utterance) -> Role | None:
    return "train" if int(utterance.speaker[1:]) < SPEAKERS // 2 else "test"


@pytest.mark.parametrize("fps", [50, 100])
def test_an_embedding_that_is_the_phone_scores_one_and_constant_ones_leak_nothing(
    utterances: list[Utterance], fps: int
):
    def phones(utterance: Utterance) -> Array:
        return np.eye(len(NAMES))[utterance.phones[:: 100 // fps]]

    report = evaluate_speech(utterances, role, Oracle(phones, utterances, fps), NAMES)
    assert report.mean["phone_accuracy"] == report.mean["phone_accuracy_speech"] == 1
    assert not (report.confusion - np.diag(np.diag(report.confusion))).any()
    flat = Oracle(
        lambda utterance: np.ones((len(utterance.phones) * fps // 100, 3)), utterances, fps
    )
    constant = evaluate_speech(utterances, role, flat, NAMES).mean
    assert constant["leak_accuracy"] == constant["leak_chance"] == 2 / SPEAKERS
    assert constant["leak"] == 0
    assert 0.1 < constant["phone_accuracy"] < 0.45


def test_the_name_of_the_speaker_leaks_everything_and_predicts_no_phone(
    utterances: list[Utterance],
):
    def name(utterance: Utterance) -> Array:
        return np.repeat(
            np.eye(SPEAKERS)[[int(utterance.speaker[1:])]], len(utterance.phones), axis=0
        )

    report = evaluate_speech(utterances, role, Oracle(name, utterances), NAMES)
    assert report.mean["leak_accuracy"] == 1
    assert report.mean["phone_accuracy"] < 0.45
    # What log-mel leaks is the measure: an encoder that leaks as much has a leak of 1.
    mel = report.baselines["mel"]
    assert mel["leak"] == 1
    assert report.mean["leak"] == pytest.approx(
        (1 - mel["leak_chance"]) / (mel["leak_accuracy"] - mel["leak_chance"])
    )


def test_speakers_without_phones_count_for_the_leak_only(utterances: list[Utterance]):
    mute = [make_utterance(number, silent=True) for number in range(SPEAKERS, SPEAKERS + 2)]
    flat = Oracle(lambda utterance: np.ones((len(utterance.phones), 3)), utterances + mute)
    before = evaluate_speech(utterances, role, flat, NAMES)
    after = evaluate_speech(utterances + mute, role, flat, NAMES)
    assert after.mean["phone_accuracy"] == before.mean["phone_accuracy"]
    assert after.confusion.sum() == before.confusion.sum()
    assert after.mean["leak_chance"] == 1 / (SPEAKERS // 2 + 2)


def test_a_conversion_that_returns_the_target_has_the_margin_between_the_voices(
    utterances: list[Utterance],
):
    def voice(wave: Waveform) -> Array:
        spectrum = np.abs(np.fft.rfft(wave.samples[:RATE]))  # a bin is 1 Hz
        sharp = np.zeros(256)
        sharp[(int(np.argmax(spectrum[LOWEST - 100 :])) - 100) // 400] = 1
        return sharp

    flat = Oracle(lambda utterance: np.ones((len(utterance.phones), 3)), utterances)
    for convert, margin, share in (
        (lambda source, target: target, 1.0, 1.0),
        (lambda source, target: source, -1.0, 0.0),
    ):
        report = evaluate_speech(utterances, role, flat, NAMES, convert=convert, embed=voice)
        assert report.mean["conversion"] == margin
        assert report.mean["conversion_share"] == share


def test_the_report_is_json_and_a_table_with_every_source(utterances: list[Utterance]):
    flat = Oracle(lambda utterance: np.ones((len(utterance.phones), 3)), utterances)
    report = evaluate_speech(utterances, role, flat, NAMES)
    stored = json.loads(report.to_json())
    assert set(stored["by_source"]) == {"read", "spoken"} == set(stored["speakers"])
    assert stored["mean"].keys() >= {"phone_accuracy", "leak", "leak_accuracy"}
    table = report.to_table()
    assert all(word in table for word in ("read", "spoken", "mel", "phone_accuracy_speech"))


def test_data_without_test_speakers_or_without_training_speakers_is_refused(
    utterances: list[Utterance],
):
    flat = Oracle(lambda utterance: np.ones((len(utterance.phones), 3)), utterances)
    with pytest.raises(InputError, match="held-out"):
        evaluate_speech(utterances, lambda utterance: "train", flat, NAMES)
    with pytest.raises(InputError, match="train"):
        evaluate_speech(utterances, lambda utterance: "measure", flat, NAMES)
