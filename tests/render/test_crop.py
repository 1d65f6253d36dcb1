"""A crop shows the same pixels as the full frame."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.render.crop import CropRenderer, crop_portrait, cropped_photo, head_square
from talkinghead.render.photo import PhotoRenderer
from talkinghead.types import Portrait

from .pictures import SIZE, ColorRenderer, face_at, two_frames, wavy_picture


@pytest.mark.parametrize("x", [200.0, 30.0])
def test_a_cropped_photo_is_a_part_of_the_full_frame(x):
    points = face_at(x)
    portrait, track = Portrait(wavy_picture(), points), two_frames(points, 3)
    left, top, side, _ = head_square(points, SIZE)
    whole = list(PhotoRenderer(portrait).render(track))
    crops = list(cropped_photo(portrait).render(track))
    for crop, frame in zip(crops, whole, strict=True):
        part = frame[top : top + side, left : left + side].astype(int)
        assert np.abs(part - crop).mean() < 0.5


def test_a_cropped_photo_has_the_requested_size():
    assert cropped_photo(Portrait(wavy_picture(), face_at(200)), 96).size == (96, 96)


def test_cropping_a_portrait_keeps_its_landmarks_on_its_face():
    picture = wavy_picture()
    portrait = Portrait(picture, face_at(200))
    part = crop_portrait(portrait, (50, 20, 200, 150))
    assert_array_equal(part.image, picture[20:170, 50:250])
    assert_allclose(part.landmarks[:, :2] + [50, 20], portrait.landmarks[:, :2])


def test_a_crop_renderer_shows_its_box():
    renderer = CropRenderer(ColorRenderer((20, 10), (9, 8, 7)), (10, 2, 6, 4))
    assert renderer.size == (6, 4)
    frame = next(renderer.render(two_frames(face_at(0))))
    assert frame.shape == (4, 6, 3)
    assert (frame == (9, 8, 7)).all()
