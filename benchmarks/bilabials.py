"""How often lips close for b, m and p, and how far they open for wide vowels.

    python benchmarks/bilabials.py

Measured on synthetic speech, whose phoneme times are known (talkinghead/train/data/synthetic.py).
"""

import argparse

import numpy as np

from talkinghead import Animator, MotionConfig
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth, mouth_opening
from talkinghead.sample_rates import FPS
from talkinghead.speech.lip_closure import BILABIALS
from talkinghead.train.data.splits import split_of
from talkinghead.train.data.synthetic import synthesize
from talkinghead.types import Array, FaceShape

WIDE = ("AA", "AE", "AO", "AW", "AY")
CLOSED = 0.015  # face widths: no visible gap


def phone_frames(track: Array, start: float, end: float, margin: int) -> Array:
    """The frames of a phone, with a margin in frames."""
    return track[max(0, int(start * FPS) - margin) : int(np.ceil(end * FPS)) + margin]


def main() -> None:
    """Print the metrics of voices that no network was trained on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--utterances", type=int, default=300, help="synthesised, of all voices")
    parser.add_argument("--seed", type=int, default=1000)
    args = parser.parse_args()
    animator = Animator()
    face = FaceShape(close_mouth(mean_face()).astype(np.float32))
    closed: list[float] = []
    wide: list[float] = []
    unknown = (s for s in synthesize(args.utterances, args.seed) if split_of(s.speaker) == "test")
    voices = set()
    for utterance in unknown:
        voices.add(utterance.speaker)
        still = MotionConfig(still=True, blink=0)
        track = mouth_opening(
            animator.predict_motion(animator.extract_features(utterance.wave), face, still).points
        )
        for phone, start, end in utterance.phones:
            if phone in BILABIALS and phone_frames(track, start, end, 1).size:
                closed.append(float(phone_frames(track, start, end, 1).min()))
            if phone in WIDE and phone_frames(track, start, end, 0).size:
                wide.append(float(phone_frames(track, start, end, 0).max()))
    print(f"{len(voices)} unknown voices, {len(closed)} bilabials, {len(wide)} wide vowels")
    print(f"lips closed for {np.mean(np.array(closed) < CLOSED):.1%} of b, m and p")
    print(f"opened to {100 * np.median(wide):.1f} % of the face's width (median) for wide vowels")


if __name__ == "__main__":
    main()
