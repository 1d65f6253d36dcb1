"""Accuracy of `talkinghead cues`: frames with the right shape, closures for b, m and p.

    python benchmarks/cues.py

Measured on synthetic speech, whose phoneme times are known (talkinghead/train/data/synthetic.py).
The right shape is that of the true phoneme in talkinghead/speech/visemes.py, at 50 frames/s.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from talkinghead.models.conv_encoder import SUBSAMPLING
from talkinghead.speech.lip_closure import BILABIALS
from talkinghead.speech.mouth_cues import MouthCueExtractor
from talkinghead.speech.phonemes import PHONES, UNKNOWN, frame_labels
from talkinghead.speech.visemes import viseme_probabilities
from talkinghead.train.data.splits import split_of
from talkinghead.train.data.synthetic import SyntheticUtterance, synthesize
from talkinghead.types import MOUTH_SHAPES, Array, MouthCue

METRICS = {
    "accuracy": "frames with the right shape",
    "recall": "b, m and p with a closed mouth",
    "precision": "closures that are b, m or p",
}
TOLERANCE = 0.02  # seconds between a cue and a closure


def true_shapes(utterance: SyntheticUtterance) -> Array:
    """(t,) index in MOUTH_SHAPES of each frame's true shape, 50 per second; -1 if unknown."""
    phones = frame_labels(utterance.phones, utterance.wave.samples.size)[::SUBSAMPLING]
    shapes = viseme_probabilities(np.eye(len(PHONES), dtype=np.float32)[phones]).argmax(axis=1)
    return np.where(phones == UNKNOWN, -1, shapes)


def predicted_shapes(cues: Sequence[MouthCue], frames: int, fps: float) -> Array:
    """(t,) index in MOUTH_SHAPES of the cue in the middle of each frame."""
    starts = [cue.start for cue in cues]
    at = np.searchsorted(starts, np.arange(frames) / fps + 1e-6, side="right") - 1
    return np.array([MOUTH_SHAPES.index(cue.shape) for cue in cues])[at]


def overlaps(cue: MouthCue, start: float, end: float) -> bool:
    """Whether a cue and a phoneme overlap, with TOLERANCE."""
    return cue.start < end + TOLERANCE and cue.end > start - TOLERANCE


def main() -> None:
    """Print the metrics of voices that no network was trained on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--utterances", type=int, default=300, help="synthesised, of all voices")
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--split", choices=["validation", "test"], default="test")
    args = parser.parse_args()
    extractor, fps = MouthCueExtractor(), 50
    results: dict[str, dict[str, list[Array]]] = defaultdict(lambda: defaultdict(list))
    frames = np.zeros((len(MOUTH_SHAPES), len(MOUTH_SHAPES)), dtype=int)  # true, predicted
    count, seconds = 0, 0.0
    for utterance in synthesize(args.utterances, args.seed):
        if split_of(utterance.speaker) != args.split:
            continue
        cues, true = extractor(utterance.wave), true_shapes(utterance)
        predicted = predicted_shapes(cues, len(true), fps)
        labelled = true >= 0
        np.add.at(frames, (true[labelled], predicted[labelled]), 1)
        closed = [cue for cue in cues if cue.shape == "A"]
        closures = [(a, b) for phone, a, b in utterance.phones if phone in BILABIALS]
        voice = results[utterance.speaker]
        voice["accuracy"].append((predicted == true)[labelled])
        voice["recall"].append(np.array([any(overlaps(c, *at) for c in closed) for at in closures]))
        voice["precision"].append(
            np.array([any(overlaps(c, *at) for at in closures) for c in closed])
        )
        count, seconds = count + len(cues), seconds + utterance.wave.seconds
    print(f"{len(results)} unknown voices, {seconds:.0f} s, {count / seconds:.1f} cues a second")
    print(f"most frequent shape alone: {frames.sum(axis=1).max() / frames.sum():.1%}")
    for name, description in METRICS.items():
        by_voice = [np.concatenate(voice[name]) for voice in results.values()]
        voice_mean = np.mean([item.mean() for item in by_voice if item.size])
        pooled = np.concatenate(by_voice)
        print(f"{description}: {pooled.mean():.1%} of {pooled.size}, by voice {voice_mean:.1%}")
    shares = frames.diagonal() / np.maximum(frames.sum(axis=1), 1)
    print(
        "  ".join(f"{shape} {share:.0%}" for shape, share in zip(MOUTH_SHAPES, shares, strict=True))
    )


if __name__ == "__main__":
    main()
