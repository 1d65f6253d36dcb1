"""How often `talkinghead cues` shows the right mouth, and shuts it for b, m and p.

In synthetic speech every phone is known in time (flite and espeak-ng, see
talkinghead/train/synthetic.py). Right is the shape that talkinghead/speech/mouth_shapes.py gives
the true phone of a frame, 50 frames a second: python benchmarks/cues.py
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from talkinghead.encoder import HALVING
from talkinghead.speech.cues import CueMaker
from talkinghead.speech.mouth_shapes import shape_weights
from talkinghead.speech.phones import PHONES, UNKNOWN, framewise
from talkinghead.speech.visemes import BILABIALS
from talkinghead.train.splits import split_of
from talkinghead.train.synthetic import Spoken, speak
from talkinghead.types import SHAPES, Array, MouthCue

FIGURES = {
    "right": "frames whose shape is right",
    "met": "b, m and p that the mouth shuts for",
    "meant": "closures that are one",
}
NEAR = 0.02  # seconds from a closure within which it is met


def true_shapes(one: Spoken) -> Array:
    """(t,) the place in SHAPES of each frame's true mouth, 50 a second; -1 where it is unknown."""
    phones = framewise(one.phones, one.wave.samples.size)[::HALVING]
    shapes = shape_weights(np.eye(len(PHONES), dtype=np.float32)[phones]).argmax(axis=1)
    return np.where(phones == UNKNOWN, -1, shapes)


def told_shapes(cues: Sequence[MouthCue], frames: int, fps: float) -> Array:
    """(t,) the place in SHAPES of what is shown in the middle of each frame."""
    starts = [cue.start for cue in cues]
    at = np.searchsorted(starts, np.arange(frames) / fps + 1e-6, side="right") - 1
    return np.array([SHAPES.index(cue.shape) for cue in cues])[at]


def near(cue: MouthCue, start: float, end: float) -> bool:
    """Whether a cue and a sound overlap, or nearly do."""
    return cue.start < end + NEAR and cue.end > start - NEAR


def main() -> None:
    """Print the figures of voices that no network was trained on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--utterances", type=int, default=300, help="spoken, of all voices")
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--split", choices=["validation", "test"], default="test")
    args = parser.parse_args()
    maker, fps = CueMaker(), 50
    found: dict[str, dict[str, list[Array]]] = defaultdict(lambda: defaultdict(list))
    times = np.zeros((len(SHAPES), len(SHAPES)), dtype=int)  # true, told
    count, seconds = 0, 0.0
    for one in speak(args.utterances, args.seed):
        if split_of(one.voice) != args.split:
            continue
        cues, true = maker(one.wave), true_shapes(one)
        told = told_shapes(cues, len(true), fps)
        known = true >= 0
        np.add.at(times, (true[known], told[known]), 1)
        shut = [cue for cue in cues if cue.shape == "A"]
        closures = [(a, b) for phone, a, b in one.phones if phone in BILABIALS]
        voice = found[one.voice]
        voice["right"].append((told == true)[known])
        voice["met"].append(np.array([any(near(c, *at) for c in shut) for at in closures]))
        voice["meant"].append(np.array([any(near(c, *at) for at in closures) for c in shut]))
        count, seconds = count + len(cues), seconds + one.wave.seconds
    print(f"{len(found)} strange voices, {seconds:.0f} s, {count / seconds:.1f} cues a second")
    print(
        f"the commonest shape alone would be right in {times.sum(axis=1).max() / times.sum():.1%}"
    )
    for name, what in FIGURES.items():
        each = [np.concatenate(voice[name]) for voice in found.values()]
        by_voice = np.mean([one.mean() for one in each if one.size])
        all_of = np.concatenate(each)
        print(f"{what}: {all_of.mean():.1%} of {all_of.size}, by voice {by_voice:.1%}")
    shares = times.diagonal() / np.maximum(times.sum(axis=1), 1)
    print("  ".join(f"{shape} {share:.0%}" for shape, share in zip(SHAPES, shares, strict=True)))


if __name__ == "__main__":
    main()
