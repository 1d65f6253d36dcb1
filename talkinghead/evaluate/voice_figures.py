"""The figures of hearing: phones a probe reads off, voices it tells apart, conversions."""

from collections.abc import Callable, Sequence

import numpy as np

from talkinghead.clock import RATE
from talkinghead.evaluate.heard import Heard
from talkinghead.evaluate.probe import fit_probe
from talkinghead.speech.phones import UNKNOWN
from talkinghead.types import Array, Waveform

FRAMES = 100_000  # that the phone probe learns from, drawn from all those taught
SEGMENT = 2.0  # seconds of content averaged for the speaker probe
SEGMENTS = 12  # of one speaker, at most

Converter = Callable[[Waveform, Waveform], Waveform]  # source speech, target voice
Embedder = Callable[[Waveform], Array]  # (256,) of unit norm


def phone_answers(
    taught: Sequence[Heard], held: Sequence[Heard], of: str, classes: int, seed: int = 0
) -> list[Array]:
    """What a linear probe learnt on `taught` hears in each of `held`: (t,) classes."""
    features = np.concatenate([one.features(of)[one.phones != UNKNOWN] for one in taught])
    labels = np.concatenate([one.phones[one.phones != UNKNOWN] for one in taught])
    if len(labels) > FRAMES:
        chosen = np.random.default_rng(seed).choice(len(labels), FRAMES, replace=False)
        features, labels = features[chosen], labels[chosen]
    probe = fit_probe(features, labels, classes)
    return [probe(one.features(of)) for one in held]


def phone_figures(
    held: Sequence[Heard], answers: Sequence[Array], silence: int | None
) -> dict[str, float]:
    """Share of the labelled frames that are right: of all, and of those not silent."""
    truth = np.concatenate([np.zeros(0, np.int64), *(one.phones for one in held)])
    right = np.concatenate([np.zeros(0, np.int64), *answers]) == truth
    known = truth != UNKNOWN
    return {
        "phone_accuracy": share(right[known]),
        "phone_accuracy_speech": share(right[known & (truth != silence)]),
    }


def leak_figures(held: Sequence[Heard], of: str, fps: float) -> dict[str, float]:
    """How well a linear probe names the speaker by content averaged over SEGMENT seconds.

    It learns from the first half of each speaker's segments and is asked about the second;
    the accuracy is the mean over speakers, so that chance is one in their number. Speakers
    with fewer than two segments do not count; NaN with fewer than two speakers.
    """
    size = round(SEGMENT * fps)
    segments: dict[str, list[Array]] = {}
    for one in held:
        rows = one.features(of)
        own = segments.setdefault(one.speaker, [])
        whole = len(rows) // size
        own += [rows[i * size : (i + 1) * size].mean(axis=0) for i in range(whole)]
    several = [own[:SEGMENTS] for _, own in sorted(segments.items()) if len(own) > 1]
    if len(several) < 2:
        return {"leak_accuracy": float("nan"), "leak_chance": float("nan")}
    first = [own[: len(own) // 2] for own in several]
    names = np.repeat(np.arange(len(first)), [len(own) for own in first])
    probe = fit_probe(np.stack([row for own in first for row in own]), names, len(first))
    shares = [
        float(np.mean(probe(np.stack(own[len(own) // 2 :])) == name))
        for name, own in enumerate(several)
    ]
    return {"leak_accuracy": float(np.mean(shares)), "leak_chance": 1 / len(several)}


def with_ratio(ours: dict[str, float], mel: dict[str, float]) -> dict[str, float]:
    """Leak figures with `leak`: what is above chance, as a share of what is in log-mel's."""
    above, reference = (row["leak_accuracy"] - row["leak_chance"] for row in (ours, mel))
    return {"leak": above / reference if reference > 0 else float("nan"), **ours}


def margins(
    held: Sequence[Heard], convert: Converter, voice: Embedder, pairs: int, seed: int = 0
) -> list[tuple[str, float]]:
    """The source's family and the margin of each conversion between two speakers.

    The margin is the cosine of the converted speech's speaker embedding to the target's less
    that to the source's: positive where it sounds more like the target.
    """
    first: dict[str, Heard] = {}
    for one in held:
        if one.samples.size >= RATE:
            first.setdefault(one.speaker, one)
    voices = [first[name] for name in sorted(first)]
    waves = [Waveform(one.samples, RATE) for one in voices]
    count = len(voices)
    ordered = [(a, b) for a in range(count) for b in range(count) if a != b]
    chosen = np.random.default_rng(seed).permutation(len(ordered))[:pairs]
    found = []
    for source, target in (ordered[i] for i in chosen):
        converted = voice(convert(waves[source], waves[target]))
        to_target, to_source = voice(waves[target]), voice(waves[source])
        found.append((voices[source].family, float(converted @ (to_target - to_source))))
    return found


def share(right: Array) -> float:
    """Mean of what is right or wrong; NaN of nothing."""
    return float(np.mean(right)) if right.size else float("nan")
