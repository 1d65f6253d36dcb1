"""How near a stream comes to a recording: python benchmarks/stream_likeness.py [RECORDING ...]

Without recordings, of those in examples/ and of synthetic voices that no network was trained on
(talkinghead/train/synthetic.py), each saying several sentences.
"""

import argparse
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np

from talkinghead import Animator, Style, read_audio
from talkinghead.clock import FPS, FRAME, RATE
from talkinghead.geometry.mouth import opening
from talkinghead.stream import FaceStream
from talkinghead.train.splits import split_of
from talkinghead.train.synthetic import speak
from talkinghead.types import Array, Subject, Waveform

EXAMPLES = Path(__file__).parents[1] / "examples"
LEARNING = 2 * FPS  # frames in which a stream learns how loud, whose and how open


def streamed(animator: Animator, subject: Subject, wave: Waveform) -> Array:
    """(t, 68, 3) points of a stream that hears a waveform at RATE block by block."""
    face = FaceStream(animator.models, subject, Style(), FPS, None)
    blocks = np.split(wave.samples, range(FRAME, wave.samples.size, FRAME))
    parts = [*(face.hear(block[None]) for block in blocks), face.end()]
    return np.concatenate([part.points for part in parts if part is not None])


def strangers(utterances: int, least: float) -> list[Waveform]:
    """What voices left out of training say, joined to at least so many seconds each."""
    said: dict[str, list[Array]] = defaultdict(list)
    for one in speak(utterances, seed=1000):
        if split_of(one.voice) == "test":
            said[one.voice].append(one.wave.samples)
    joined = (Waveform(np.concatenate(parts), RATE) for parts in said.values())
    return [wave for wave in joined if wave.seconds >= least]


def main() -> None:
    """Print how alike openings and speeds are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recordings", nargs="*", type=Path)
    parser.add_argument("--utterances", type=int, default=300, help="spoken, of all voices")
    args = parser.parse_args()
    waves = [read_audio(path) for path in args.recordings or sorted(EXAMPLES.glob("*.wav"))]
    if not args.recordings:
        waves += strangers(args.utterances, least=6)
    animator = Animator()
    subject = animator.cartoon("wilk", size=64)
    alike, faster = [], []
    for wave in waves:
        whole = animator.move(animator.listen(wave), subject.face, Style(), subject.lip_gain).points
        moved = streamed(animator, subject, wave)[: len(whole)]
        said, heard = (opening(points)[LEARNING : len(moved)] for points in (whole, moved))
        alike.append(np.corrcoef(said, heard)[0, 1])
        fastest, here = (
            max(np.abs(after - before).max() for before, after in pairwise(points))
            for points in (whole, moved)
        )
        faster.append(here / fastest)
    print(f"{len(waves)} recordings, {sum(wave.seconds for wave in waves):.0f} s")
    print(f"opening, from the third second on: r {np.median(alike):.2f}, at worst {min(alike):.2f}")
    print(f"fastest movement of a point: {np.median(faster):.2f}, at most {max(faster):.2f} times")


if __name__ == "__main__":
    main()
