"""Upper teeth are fixed to the skull, and the inside of the mouth moves with the head."""

import numpy as np
from numpy.testing import assert_allclose

from talkinghead.appearance.colors import estimate_photo_colors
from talkinghead.appearance.mouth_interior import MouthInterior
from talkinghead.geometry.align import mean_face
from tests.appearance.faces import plain_face


def portrait(unit=100.0, level=170):
    points = np.array(mean_face()) * unit + [100, 80, 0]
    rng = np.random.default_rng(0)
    image = np.clip(rng.normal(level, 4, size=(220, 200, 3)), 0, 255).astype(np.uint8)
    return image, points


def test_upper_teeth_stay_while_the_jaw_moves():
    image, points = portrait()
    interior = MouthInterior(image, points, estimate_photo_colors(image, points))
    box = (70, 100, 60, 60)
    mask = np.ones((60, 60), np.float32)
    # The picture's own mouth, which is slightly open, has faded out in both.
    shut, wide = (
        interior.render(mask, box, np.eye(2, 3), np.array([0.0, drop])) for drop in (4.0, 20.0)
    )
    line = round(points[[61, 62, 63, 65, 66, 67], 1].mean() - box[1])
    assert_allclose(shut[line - 4 : line - 1], wide[line - 4 : line - 1], atol=3)
    assert np.abs(shut[line + 6 : line + 20] - wide[line + 6 : line + 20]).mean() > 20


def test_the_inside_of_the_mouth_moves_with_the_head():
    image, points = portrait()
    interior = MouthInterior(image, points, estimate_photo_colors(image, points))
    mask, jaw = np.ones((60, 60), np.float32), np.array([0.0, 12.0])
    still = interior.render(mask, (70, 100, 60, 60), np.eye(2, 3), jaw)
    shift = np.array([[1.0, 0, 7], [0, 1.0, -5]])
    shifted = interior.render(mask, (77, 95, 60, 60), shift, jaw)
    assert_allclose(still, shifted, atol=1e-3)


def test_a_drawing_in_flat_colours_has_one_row_of_teeth_that_is_one_shape():
    image, points = plain_face()
    noise = np.random.default_rng(0).normal(scale=3, size=image.shape)
    noisy = np.clip(image + noise, 0, 255).astype(np.uint8)
    middle = points[[61, 62, 63, 65, 66, 67], :2].mean(axis=0)
    box = (round(middle[0]) - 16, round(middle[1]) - 10, 32, 40)
    mask, jaw = np.ones((40, 32), np.float32), np.array([0.0, 18.0])
    drawn, photo = (
        MouthInterior(picture, points, estimate_photo_colors(picture, points)).render(
            mask, box, np.eye(2, 3), jaw
        )
        for picture in (image, noisy)
    )
    row = np.s_[11, 2:-2]  # between the line of the lips and the free edge of the upper teeth
    assert drawn[row].std(axis=0).max() < 0.4 * photo[row].std(axis=0).max()
    redness = [(mouth[24:32, 8:24, 0] - mouth[24:32, 8:24, 1]).mean() for mouth in (drawn, photo)]
    assert redness[0] > redness[1]  # a tongue, where photos show lower teeth
