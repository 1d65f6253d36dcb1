"""Metrics of content embeddings and voice conversion, by linear probes and speaker embeddings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Protocol

import numpy as np

from talkinghead.errors import InputError
from talkinghead.models.mel import log_mel
from talkinghead.sample_rates import MEL_FPS, RATE
from talkinghead.speech.content_encoder import ContentEncoder
from talkinghead.speech.phonemes import UNKNOWN
from talkinghead.types import Array, Waveform

MAX_CONVERTED = 6 * RATE  # samples of an utterance used for conversion
PROBE_FRAMES = 100_000  # training frames of the phoneme probe, drawn at random
SEGMENT = 2.0  # seconds of content averaged for the speaker probe
MAX_SEGMENTS = 12  # per speaker
MAX_ITERATIONS = 1000  # of L-BFGS

Converter = Callable[[Waveform, Waveform], Waveform]  # source speech, target speaker
Embedder = Callable[[Waveform], Array]  # (256,) speaker embedding of unit norm


class LabelledUtterance(Protocol):
    """An utterance with phoneme labels."""

    @property
    def samples(self) -> Array:
        """(n,) float32 at RATE."""
        ...

    @property
    def phones(self) -> Array:
        """(t,) int8 phoneme classes at MEL_FPS, t = ceil(n / HOP); UNKNOWN where unlabelled."""
        ...

    @property
    def speaker(self) -> str:
        """The speaker."""
        ...

    @property
    def source(self) -> str:
        """Path of the recording; its folder names the corpus."""
        ...


@dataclass(frozen=True)
class EncodedUtterance:
    """Content embedding, log-mel and labels of an utterance, at the encoder's frame rate."""

    speaker: str
    corpus: str
    content: Array  # (t, channels) float32
    mel: Array  # (t, bands) float32
    phones: Array  # (t,) classes
    samples: Array  # (n,) the first MAX_CONVERTED samples at RATE; empty if not to be converted

    def features(self, kind: str) -> Array:
        """The features `content` or `mel`, (t, d)."""
        return self.content if kind == "content" else self.mel


def corpus_of(source: str) -> str:
    """The corpus of a recording: the name of its folder."""
    return PurePosixPath(source).parent.name or source


def resample_labels(rows: Array, frames: int, fps: float) -> Array:
    """Rows at MEL_FPS, sampled at the centres of `frames` frames at `fps`; the last is repeated."""
    indices = np.round(np.arange(frames) * (MEL_FPS / fps)).astype(int)
    return np.asarray(rows[np.minimum(indices, len(rows) - 1)])


def encode_utterance(
    utterance: LabelledUtterance, encoder: ContentEncoder, *, keep_samples: bool = False
) -> EncodedUtterance:
    """Encode an utterance."""
    wave = Waveform(utterance.samples, RATE)
    content = encoder(wave)
    mel, phones = (
        resample_labels(rows, len(content), encoder.fps)
        for rows in (log_mel(wave), utterance.phones)
    )
    samples = utterance.samples[: MAX_CONVERTED if keep_samples else 0]
    corpus = corpus_of(utterance.source)
    return EncodedUtterance(utterance.speaker, corpus, content, mel, phones, samples)


def fit_probe(features: Array, labels: Array) -> Any:
    """A linear probe: multinomial logistic regression on standardised (n, d) features.

    Unit Gaussian prior on the weights (C = 1). Its `predict` returns the most likely class of each
    row. Raises InputError without training data.
    """
    from sklearn.dummy import DummyClassifier  # of the extra 'train': no video needs it
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if not len(features) or len(features) != len(labels):
        raise InputError(f"a probe needs labelled features, got {len(features)}, {len(labels)}")
    several = len(np.unique(labels)) > 1
    classifier = LogisticRegression(max_iter=MAX_ITERATIONS) if several else DummyClassifier()
    probe = make_pipeline(StandardScaler(), classifier)
    return probe.fit(np.asarray(features, np.float32), labels)


def predict_phonemes(
    train: Sequence[EncodedUtterance], test: Sequence[EncodedUtterance], kind: str, seed: int = 0
) -> list[Array]:
    """(t,) classes of each of `test`, predicted by a linear probe trained on `train`."""
    features = np.concatenate([item.features(kind)[item.phones != UNKNOWN] for item in train])
    labels = np.concatenate([item.phones[item.phones != UNKNOWN] for item in train])
    if len(labels) > PROBE_FRAMES:
        chosen = np.random.default_rng(seed).choice(len(labels), PROBE_FRAMES, replace=False)
        features, labels = features[chosen], labels[chosen]
    probe = fit_probe(features, labels)
    return [np.asarray(probe.predict(item.features(kind))) for item in test]


def phoneme_metrics(
    test: Sequence[EncodedUtterance], predicted: Sequence[Array], silence: int | None
) -> dict[str, float]:
    """Phoneme accuracy on labelled frames: of all frames, and without silence."""
    truth = np.concatenate([np.zeros(0, np.int64), *(item.phones for item in test)])
    right = np.concatenate([np.zeros(0, np.int64), *predicted]) == truth
    labelled = truth != UNKNOWN
    return {
        "phone_accuracy": mean_or_nan(right[labelled]),
        "phone_accuracy_speech": mean_or_nan(right[labelled & (truth != silence)]),
    }


def speaker_leak_metrics(
    test: Sequence[EncodedUtterance], kind: str, fps: float
) -> dict[str, float]:
    """Accuracy of a linear speaker probe on content averaged over SEGMENT seconds.

    It is trained on the first half of the segments of each speaker and tested on the second;
    accuracy is the mean over speakers, so chance is 1 / speakers. Speakers with fewer than two
    segments are excluded; NaN for fewer than two speakers.
    """
    size = round(SEGMENT * fps)
    segments: dict[str, list[Array]] = {}
    for item in test:
        rows = item.features(kind)
        means = segments.setdefault(item.speaker, [])
        means += [rows[i * size : (i + 1) * size].mean(axis=0) for i in range(len(rows) // size)]
    speakers = [means[:MAX_SEGMENTS] for _, means in sorted(segments.items()) if len(means) > 1]
    if len(speakers) < 2:
        return {"leak_accuracy": float("nan"), "leak_chance": float("nan")}
    first = [means[: len(means) // 2] for means in speakers]
    labels = np.repeat(np.arange(len(first)), [len(means) for means in first])
    probe = fit_probe(np.stack([row for means in first for row in means]), labels)
    accuracies = [
        float(np.mean(probe.predict(np.stack(means[len(means) // 2 :])) == label))
        for label, means in enumerate(speakers)
    ]
    return {"leak_accuracy": float(np.mean(accuracies)), "leak_chance": 1 / len(speakers)}


def add_leak_ratio(ours: dict[str, float], mel: dict[str, float]) -> dict[str, float]:
    """Add `leak`: accuracy above chance, divided by that of log-mel."""
    excess, reference = (row["leak_accuracy"] - row["leak_chance"] for row in (ours, mel))
    return {"leak": excess / reference if reference > 0 else float("nan"), **ours}


def conversion_margins(
    test: Sequence[EncodedUtterance], convert: Converter, embed: Embedder, pairs: int, seed: int = 0
) -> list[tuple[str, float]]:
    """The source's corpus and the margin of each conversion between two speakers.

    The margin is the cosine similarity of the converted speech's speaker embedding to the target
    minus that to the source: positive if the target is closer.
    """
    first: dict[str, EncodedUtterance] = {}
    for item in test:
        if item.samples.size >= RATE:
            first.setdefault(item.speaker, item)
    voices = [first[name] for name in sorted(first)]
    waves = [Waveform(item.samples, RATE) for item in voices]
    count = len(voices)
    ordered = [(a, b) for a in range(count) for b in range(count) if a != b]
    chosen = np.random.default_rng(seed).permutation(len(ordered))[:pairs]
    margins = []
    for source, target in (ordered[i] for i in chosen):
        converted = embed(convert(waves[source], waves[target]))
        to_target, to_source = embed(waves[target]), embed(waves[source])
        margins.append((voices[source].corpus, float(converted @ (to_target - to_source))))
    return margins


def mean_or_nan(values: Array) -> float:
    """Mean of (n,) bool; NaN for n = 0."""
    return float(np.mean(values)) if values.size else float("nan")
