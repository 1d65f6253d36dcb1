"""How often lips close for b, m and p, and how far they open for wide vowels.

In synthetic speech every phone is known in time (flite and espeak-ng, see
talkinghead/train/synthetic.py): python benchmarks/bilabials.py
"""

import argparse

import numpy as np

from talkinghead import Animator, Style
from talkinghead.clock import FPS
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth, opening
from talkinghead.speech.visemes import BILABIALS
from talkinghead.train.splits import split_of
from talkinghead.train.synthetic import speak
from talkinghead.types import Array, FaceShape

WIDE = ("AA", "AE", "AO", "AW", "AY")
SHUT = 0.015  # face widths: no gap is seen


def spoken(track: Array, start: float, end: float, spare: int) -> Array:
    """The frames of a phone, and `spare` around it."""
    return track[max(0, int(start * FPS) - spare) : int(np.ceil(end * FPS)) + spare]


def main() -> None:
    """Print the figures of voices that no network was trained on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--utterances", type=int, default=300, help="spoken, of all voices")
    parser.add_argument("--seed", type=int, default=1000)
    args = parser.parse_args()
    animator = Animator()
    face = FaceShape(close_mouth(mean_face()).astype(np.float32))
    shut: list[float] = []
    wide: list[float] = []
    strangers = (s for s in speak(args.utterances, args.seed) if split_of(s.voice) == "test")
    voices = set()
    for one in strangers:
        voices.add(one.voice)
        still = Style(still=True, blink=0)
        track = opening(animator.move(animator.listen(one.wave), face, still).points)
        for phone, start, end in one.phones:
            if phone in BILABIALS and spoken(track, start, end, 1).size:
                shut.append(float(spoken(track, start, end, 1).min()))
            if phone in WIDE and spoken(track, start, end, 0).size:
                wide.append(float(spoken(track, start, end, 0).max()))
    print(f"{len(voices)} strange voices, {len(shut)} bilabials, {len(wide)} wide vowels")
    print(f"lips closed for {np.mean(np.array(shut) < SHUT):.1%} of b, m and p")
    print(f"opened to {100 * np.median(wide):.1f} % of the face's width (median) for wide vowels")


if __name__ == "__main__":
    main()
