"""A subject's neutral face lies on the pictured one, and its renderer has the requested size."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.errors import FaceError
from talkinghead.geometry.mouth import close_mouth, mouth_opening
from talkinghead.puppet.store import load_puppet
from talkinghead.subjects import cartoon_subject, limit_size, neutral_face, photo_subject
from talkinghead.types import Array, FaceTrack, Portrait, Puppet, Subject
from tests.motion.tracks import FACE


@pytest.fixture(scope="module")
def wilk() -> Puppet:
    return load_puppet("wilk")


def first_frame(subject: Subject) -> Array:
    """The subject with its neutral face."""
    track = FaceTrack(subject.face.points[None], np.zeros((1, 6), np.float32))
    return next(iter(subject.renderer.render(subject.frame.place(track))))


def portrait(size: int = 128) -> Portrait:
    """A grey picture with an open-mouthed face in its middle."""
    points = FACE.points * 0.4 * size + [size / 2, size / 2, 0]
    points[[65, 66, 67], 1] += 0.05 * size
    grey = np.full((size, size, 3), 128, np.uint8)
    return Portrait(grey, points.astype(np.float32), matte=np.ones((size, size), np.float32))


def test_the_neutral_face_is_the_pictured_face_with_its_mouth_closed() -> None:
    pictured = portrait()
    face, frame = neutral_face(pictured)
    assert mouth_opening(face.points[None])[0] == pytest.approx(0, abs=1e-5)
    assert_allclose(frame.to_pixels(face.points), close_mouth(pictured.landmarks), atol=1e-3)


def test_a_photo_is_rendered_at_the_requested_size() -> None:
    subject = photo_subject(portrait(), size=96)
    assert subject.renderer.size == (96, 96)
    assert first_frame(subject).shape == (96, 96, 3)


def test_the_error_for_a_small_face_names_the_picture_and_size() -> None:
    with pytest.raises(FaceError, match=r"couple\.jpg: at size 8 the face is 3 pixels wide"):
        photo_subject(portrait(), size=8, where="couple.jpg")


def test_a_cropped_puppet_is_square(wilk: Puppet) -> None:
    subject = cartoon_subject(wilk, size=80, crop=True)
    assert subject.renderer.size == (80, 80)
    assert first_frame(subject).shape == (80, 80, 3)


def test_a_transparent_puppet_has_an_alpha_channel(wilk: Puppet) -> None:
    frame = first_frame(cartoon_subject(wilk, size=64, transparent=True))
    assert frame.shape[2] == 4
    assert {0, 255} <= set(np.unique(frame[..., 3]))


def test_a_background_is_visible_only_where_the_puppet_is_transparent(wilk: Puppet) -> None:
    green = np.zeros((40, 40, 3), np.uint8)
    green[..., 1] = 255
    frame = first_frame(cartoon_subject(wilk, size=64, background=green))
    alpha = first_frame(cartoon_subject(wilk, size=64, transparent=True))[..., 3]
    assert_array_equal(frame[alpha == 0], [[0, 255, 0]] * int((alpha == 0).sum()))
    assert (frame[alpha == 255] != [0, 255, 0]).any(axis=1).mean() > 0.9


def test_a_large_picture_is_limited_unless_it_is_asked_for_in_full() -> None:
    heads = [portrait(3000).landmarks]
    wide = np.zeros((3024, 4032, 3), np.uint8)
    notes: list[str] = []
    assert limit_size(None, wide, [], "wide.jpg", notes.append) == 1920
    assert notes[0].startswith("wide.jpg: the video's longer side is 1920 pixels, of 4032")
    assert limit_size("full", wide, [], "wide.jpg", notes.append) is None
    assert limit_size(3000, wide, [], "wide.jpg", notes.append) == 3000
    assert limit_size(None, wide[:1080, :1920], [], "small.jpg", notes.append) is None
    assert limit_size(None, wide[:, :3000], heads, "head.jpg", notes.append) == 1920
    small = [portrait(1200).landmarks]
    assert limit_size(None, wide, small, "small head.jpg", notes.append) is None
    assert len(notes) == 2


def test_a_large_photo_keeps_its_shape() -> None:
    large = portrait(2000)
    tall = Portrait(large.image[:, 250:1750], large.landmarks - [250, 0, 0])
    subject = photo_subject(replace(tall, matte=np.ones((2000, 1500), np.float32)))
    assert subject.renderer.size == (1440, 1920)
