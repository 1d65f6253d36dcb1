"""How often l, th, f and v show tongue and teeth: teeth on the lower lip, the tongue in the gap.

    python benchmarks/articulation.py

Measured on synthetic speech, whose phoneme times are known (talkinghead/train/data/synthetic.py).
"""

import argparse

import numpy as np

from talkinghead import Animator, MotionConfig
from talkinghead.appearance.dentition import UPPER_ARCH
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth
from talkinghead.landmarks import INNER_BOTTOM, INNER_TOP
from talkinghead.sample_rates import FPS
from talkinghead.train.data.splits import split_of
from talkinghead.train.data.synthetic import synthesize
from talkinghead.types import ARTICULATIONS, Array, FaceShape, FaceTrack

SOUNDS = {"l": ("L",), "th": ("TH", "DH"), "f": ("F",), "v": ("V",)}
PLACES = {"l": "tip", "th": "dental", "f": "labiodental", "v": "labiodental"}
RECOGNISED = 0.5  # confidence of the articulation from which it is drawn clearly
LEAST_GAP = 0.02  # face widths: least gap in which a raised tongue is seen behind the teeth
MARGIN = 1  # motion frames before and after a sound in which it may be shown


def visible(track: FaceTrack, face: FaceShape, sound: str) -> Array:
    """(t,) bool: the frames that show a sound."""
    assert track.articulation is not None
    recognised = track.articulation[:, ARTICULATIONS.index(PLACES[sound])] > RECOGNISED
    line = face.points[[INNER_TOP, INNER_BOTTOM], 1].mean()
    top, bottom = (track.points[:, point, 1] - line for point in (INNER_TOP, INNER_BOTTOM))
    if sound == "l":
        shown = bottom - top > LEAST_GAP
    elif sound == "th":
        shown = bottom > UPPER_ARCH.edge
    else:
        shown = (bottom < UPPER_ARCH.edge) & (bottom - top > LEAST_GAP)
    return np.asarray(recognised & shown)


def main() -> None:
    """Print the share of each sound, of voices that no network was trained on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--utterances", type=int, default=300, help="synthesised, of all voices")
    parser.add_argument("--seed", type=int, default=1000)
    args = parser.parse_args()
    animator = Animator(refine=False)
    face = FaceShape(close_mouth(mean_face()).astype(np.float32))
    shown: dict[str, list[bool]] = {sound: [] for sound in SOUNDS}
    elsewhere: dict[str, list[float]] = {sound: [] for sound in SOUNDS}
    for utterance in synthesize(args.utterances, args.seed):
        if split_of(utterance.speaker) != "test":
            continue
        features = animator.extract_features(utterance.wave)
        track = animator.predict_motion(features, face, MotionConfig(still=True, blink=0))
        for sound, phones in SOUNDS.items():
            frames = visible(track, face, sound)
            other = np.ones(len(frames), dtype=bool)
            for phone, start, end in utterance.phones:
                if phone in phones:
                    part = slice(
                        max(0, int(start * FPS) - MARGIN), int(np.ceil(end * FPS)) + MARGIN
                    )
                    shown[sound].append(bool(frames[part].any()))
                    other[part] = False
            elsewhere[sound].append(float(frames[other].mean()))
    for sound, found in shown.items():
        if not found:
            continue
        false = np.mean(elsewhere[sound])
        print(f"{sound}: {np.mean(found):.0%} of {len(found)} shown; {false:.1%} of other frames")


if __name__ == "__main__":
    main()
