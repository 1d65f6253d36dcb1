"""Cuts are found; motion, noise and flashes are none."""

import numpy as np

from talkinghead.dub.shots import ShotDetector
from tests.dub.videos import drifting


def cuts(frames: list[np.ndarray]) -> list[int]:
    detector = ShotDetector()
    return [i for i, frame in enumerate(frames) if detector.is_cut(frame)]


def test_a_cut_is_found_where_it_is(portrait_image):
    other = np.ascontiguousarray(portrait_image[::-1, ::-1])
    frames = [*drifting(portrait_image, 6), *drifting(other, 6), *drifting(portrait_image, 3)]
    assert cuts(frames) == [6, 12]


def test_motion_noise_and_flashes_are_no_cuts(portrait_image, rng):
    panned = drifting(portrait_image, 8, (9, 4))
    noisy = [
        (frame + rng.normal(0, 12, frame.shape)).clip(0, 255).astype(np.uint8) for frame in panned
    ]
    lit = (portrait_image.astype(int) * 3 // 5 + 90).clip(0, 255).astype(np.uint8)
    assert cuts(noisy) == []
    assert cuts([portrait_image, portrait_image, lit, portrait_image]) == []
