"""Labels follow the rate of the features, and a probe learns only what is linear."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.errors import InputError
from talkinghead.evaluate.speech_metrics import (
    EncodedUtterance,
    add_leak_ratio,
    conversion_margins,
    fit_probe,
    phoneme_metrics,
    resample_labels,
    speaker_leak_metrics,
)
from talkinghead.sample_rates import RATE
from talkinghead.speech.phonemes import UNKNOWN
from talkinghead.types import Array, Waveform


def test_labels_are_sampled_at_the_centres_of_frames():
    labels = np.arange(10)
    assert_allclose(resample_labels(labels, 10, 100), labels)
    assert_allclose(resample_labels(labels, 5, 50), [0, 2, 4, 6, 8])
    assert_allclose(resample_labels(labels, 21, 200)[::2][:10], labels)
    assert resample_labels(labels, 6, 50)[-1] == 9  # a frame beyond the labels has the last


def test_a_probe_learns_what_is_linear_and_nothing_else(rng: np.random.Generator):
    features = rng.normal(size=(600, 2))
    linear = (features @ [2.0, -1.0] > 0).astype(int)
    crossed = (features[:, 0] * features[:, 1] > 0).astype(int)
    assert np.mean(fit_probe(features, linear).predict(features) == linear) > 0.98
    assert np.mean(fit_probe(features, crossed).predict(features) == crossed) < 0.65


def encoded(speaker: str, phones: list[int], content: Array | None = None) -> EncodedUtterance:
    rows = np.zeros((len(phones), 2), np.float32) if content is None else content
    samples = np.full(RATE, ord(speaker), np.float32)
    return EncodedUtterance(speaker, "corpus", rows, rows, np.array(phones), samples)


def test_accuracy_counts_labelled_frames_only_and_once_without_silence():
    test = [encoded("a", [0, 0, 1, UNKNOWN]), encoded("b", [2, 2])]
    predicted = [np.array([0, 1, 1, 5]), np.array([2, 0])]
    metrics = phoneme_metrics(test, predicted, silence=0)
    assert metrics == {"phone_accuracy": 3 / 5, "phone_accuracy_speech": 2 / 3}
    assert all(np.isnan(value) for value in phoneme_metrics([], [], silence=0).values())


def test_features_that_name_the_speaker_leak_and_one_speaker_cannot(rng: np.random.Generator):
    def speaker_rows(number: int) -> Array:
        return np.full((80, 2), number) + rng.normal(0, 0.1, (80, 2))

    test = [encoded(name, [0] * 80, speaker_rows(i)) for i, name in enumerate("abc")]
    metrics = speaker_leak_metrics(test, "content", fps=10)
    assert metrics == {"leak_accuracy": 1.0, "leak_chance": pytest.approx(1 / 3)}
    assert np.isnan(speaker_leak_metrics(test[:1], "content", fps=10)["leak_accuracy"])


def test_the_leak_is_relative_to_that_of_log_mel():
    ours, mel = ({"leak_accuracy": a, "leak_chance": 0.2} for a in (0.4, 0.6))
    assert add_leak_ratio(ours, mel)["leak"] == pytest.approx(0.5)
    assert np.isnan(add_leak_ratio(ours, ours | {"leak_accuracy": 0.2})["leak"])


def test_a_conversion_counts_by_how_much_closer_the_target_is():
    def embed(wave: Waveform) -> Array:
        return np.eye(3)[int(wave.samples[0]) - ord("a")]

    test = [encoded(name, [0]) for name in "abc"]
    to_target = conversion_margins(test, lambda source, target: target, embed, pairs=4)
    assert to_target == [("corpus", 1.0)] * 4
    assert conversion_margins(test, lambda source, _: source, embed, 9) == [("corpus", -1.0)] * 6


def test_a_probe_without_labels_is_refused():
    with pytest.raises(InputError, match="needs labelled features"):
        fit_probe(np.zeros((0, 2)), np.zeros(0))
