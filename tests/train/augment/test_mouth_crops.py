"""Augmented crops: shared by the images of a pair, with their landmarks."""

import numpy as np
from numpy.testing import assert_array_equal

from talkinghead.train.augment.mouth_crops import CropAugmentation, mirror_landmarks


def test_mirroring_twice_is_the_identity(rng):
    points = rng.normal(size=(68, 2))
    twice = mirror_landmarks(mirror_landmarks(points, 9), 9)
    np.testing.assert_allclose(twice, points)


def test_equal_images_stay_equal(rng):
    image = rng.integers(0, 256, size=(8, 8, 3), dtype=np.uint8)
    for _ in range(12):
        augmentation = CropAugmentation.sample(0, rng)
        (first, second), _ = augmentation.apply([image, image.copy()], [], 8)
        assert_array_equal(first, second)
        assert first.dtype == np.uint8


def test_without_a_generator_the_centre_is_taken_unchanged(rng):
    image = rng.integers(0, 256, size=(12, 12, 3), dtype=np.uint8)
    points = rng.normal(size=(68, 2)).astype(np.float32)
    (crop,), (moved,) = CropAugmentation.sample(4, None).apply([image], [points], 8)
    assert_array_equal(crop, image[2:10, 2:10])
    np.testing.assert_allclose(moved, points - 2, atol=1e-6)
