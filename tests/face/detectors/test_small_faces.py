"""Windows cover the picture, and crops map back to it."""

import numpy as np
import pytest

from talkinghead.face.detectors.small_faces import CROP_SIDE, Box, crop_around, tiles


@pytest.mark.parametrize("size", [(600, 1100), (1100, 600), (1024, 1024)])
@pytest.mark.parametrize("parts", [1, 2, 4])
def test_tiles_cover_every_pixel(size: tuple[int, int], parts: int) -> None:
    covered = np.zeros(size, bool)
    for window in tiles(np.zeros((*size, 3), np.uint8), parts):
        left, top, right, bottom = (round(edge) for edge in window)
        assert 0 <= left < right <= size[1]
        assert 0 <= top < bottom <= size[0]
        covered[top:bottom, left:right] = True
    assert covered.all()


def test_a_small_picture_is_not_tiled() -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    assert len(list(tiles(image, 1))) == 1
    assert list(tiles(image, 2)) == []


def test_a_crop_maps_back_to_the_picture() -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    image[90:110, 140:160] = 255  # centre (150, 100), where landmarks count from pixel edges
    crop, scale, corner = crop_around(image, Box(130, 80, 170, 120))
    assert crop.shape == (CROP_SIDE, CROP_SIDE, 3)
    rows, columns = np.nonzero(crop[..., 0] > 127)
    centre = np.array([columns.mean() + 0.5, rows.mean() + 0.5]) / scale + corner[:2]
    np.testing.assert_allclose(centre, [150, 100], atol=0.2)


def test_a_box_is_centred_in_another() -> None:
    assert Box(10, 10, 20, 20).is_centred_in((0, 0, 16, 16))
    assert not Box(10, 10, 20, 20).is_centred_in((0, 0, 14, 14))
