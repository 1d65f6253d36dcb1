"""Several in one picture: each moves only what is its own, and a stage shows what stands on it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth
from talkinghead.render.close_up import CloseUp, cut, moving, photo_close_up, square
from talkinghead.render.ensemble import Faces, apart, territory
from talkinghead.render.group import Sketches, faces_close_up
from talkinghead.render.photo import PhotoRenderer
from talkinghead.render.stage import Place, Stage
from talkinghead.types import Array, LandmarkTrack, Portrait

SIZE = (420, 260)  # width, height
UNIT = 60.0


@pytest.fixture(scope="module")
def picture() -> Array:
    """Smooth blobs: every motion shows."""
    x, y = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
    waves = [np.sin(x / 5 + k) * np.cos(y / (6 + k)) for k in range(3)]
    return (127 + 90 * np.dstack(waves)).astype(np.uint8)


def face(x: float, y: float = 110, unit: float = UNIT) -> Array:
    return (close_mouth(mean_face()) * unit + [x, y, 0]).astype(np.float32)


def track(points: Array, right: float = 0.0) -> LandmarkTrack:
    """Two frames: at rest, then the whole head to the right, and lips apart."""
    moved = points + np.array([right, 0, 0], np.float32)
    if right:
        moved[65:68, 1] += 0.05 * UNIT
    return LandmarkTrack(np.stack([points, moved]), 25.0)


def test_a_face_far_from_others_moves_as_if_alone(picture):
    one, other = face(90), face(330)
    frames = list(Faces([Portrait(picture, one)], [other]).render([track(one, 4)]))
    alone = list(PhotoRenderer(Portrait(picture, one)).render(track(one, 4)))
    assert_array_equal(frames[0], alone[0])
    assert np.abs(frames[1].astype(int) - alone[1]).mean() < 0.2
    assert np.abs(frames[1].astype(int) - frames[0]).max() > 20


def test_two_that_move_are_the_sum_of_each(picture):
    left, right = face(90), face(330)
    both = Faces([Portrait(picture, left), Portrait(picture, right)])
    _, frame = both.render([track(left, 4), track(right, -4)])
    _, first = Faces([Portrait(picture, left)], [right]).render([track(left, 4)])
    _, second = Faces([Portrait(picture, right)], [left]).render([track(right, -4)])
    half = SIZE[0] // 2
    assert_array_equal(frame[:, :half], first[:, :half])
    assert_array_equal(frame[:, half:], second[:, half:])


def test_a_silent_neighbour_keeps_its_face(picture):
    speaker, neighbour = face(150), face(245)
    _, frame = Faces([Portrait(picture, speaker)], [neighbour]).render([track(speaker, 5)])
    change = np.abs(frame.astype(int) - picture).max(axis=2)
    x, y = neighbour[:, 0], neighbour[:, 1]
    kept = change[int(y.min()) : int(y.max()), int(x.min()) : int(x.max())]
    assert kept.max() == 0
    assert change[:, :190].max() > 20


def test_beside_one_portrait_alone_the_others_of_its_picture_stand_still(picture):
    speaker, neighbour = face(150), face(245)
    portrait = apart(Portrait(picture, speaker, others=(neighbour,)))
    assert portrait.others == ()
    _, frame = PhotoRenderer(portrait).render(track(speaker, 5))
    change = np.abs(frame.astype(int) - picture).max(axis=2)
    x, y = neighbour[:, 0], neighbour[:, 1]
    assert change[int(y.min()) : int(y.max()), int(x.min()) : int(x.max())].max() <= 1
    assert change[:, :190].max() > 20


def test_nobody_near_leaves_a_portrait_as_it_is(picture):
    portrait = apart(Portrait(picture, face(90), others=(face(330),)))
    assert portrait.matte is None


def test_shares_of_all_faces_add_up_to_at_most_one():
    faces = [face(120), face(210, unit=40), face(290)]
    box = (0, 0, *SIZE)
    shares = [territory(each, faces[:i] + faces[i + 1 :], box) for i, each in enumerate(faces)]
    assert all(share is not None for share in shares)
    total = np.sum(shares, axis=0)
    assert total.max() < 1.02
    assert shares[0][110, 120] == 1
    assert shares[0][110, 290] == 0


def test_nobody_near_leaves_all_to_one_face():
    points = face(100)
    assert territory(points, [face(900)], moving(points, SIZE)) is None


def test_a_resized_ensemble_is_the_ensemble_of_its_size(picture):
    one, other = face(90), face(330)
    faces = Faces([Portrait(picture, one), Portrait(picture, other)], size=210)
    assert faces.size == (210, 130)
    rest, moved = faces.render([track(one, 4), track(other)])
    assert rest.shape == (130, 210, 3)
    change = np.abs(moved.astype(int) - rest).max(axis=2)
    assert change[:, :105].max() > 10
    assert change[:, 105:].max() == 0


@pytest.mark.parametrize("x", [200.0, 30.0])
def test_a_crop_is_a_part_of_the_whole_frame(picture, x):
    points = face(x)
    portrait = Portrait(picture, points)
    left, top, side, _ = square(points, SIZE)
    whole = list(PhotoRenderer(portrait).render(track(points, 3)))
    crops = list(photo_close_up(portrait).render(track(points, 3)))
    for crop, frame in zip(crops, whole, strict=True):
        part = frame[top : top + side, left : left + side].astype(int)
        assert np.abs(part - crop).mean() < 0.5


def test_a_crop_of_several_is_the_part_of_the_whole_that_holds_their_heads(picture):
    left, right, silent = face(90, unit=40), face(230, 130, unit=40), face(380, unit=40)
    portraits = [Portrait(picture, left), Portrait(picture, right)]
    tracks = [track(left, 3), track(right, -3)]
    close = faces_close_up(portraits, [silent])
    (x, top, side, _), (other, low, *_) = square(left, SIZE), square(right, SIZE)
    assert close.size == (other + side - x, low + side - top)
    whole = list(Faces(portraits, [silent]).render(tracks))
    for crop, frame in zip(close.render(tracks), whole, strict=True):
        part = frame[top : low + side, x : other + side].astype(int)
        assert np.abs(part - crop).mean() < 0.5
    assert faces_close_up(portraits, [silent], 80).size == (80, round(80 * (20 + 100) / 240))


def test_all_who_speak_are_drawn_where_they_stand(picture):
    one, other = face(90), face(330)
    sketches = Sketches((200, 200))
    rest, moved = sketches.render([track(one, 6), track(other)])
    assert rest.shape == (200, 200, 3)
    change = np.abs(moved.astype(int) - rest).max(axis=2)
    assert change[:, :100].max() > 50
    assert change[:, 100:].max() == 0
    assert rest[:, 100:].min() < 200  # who does not move is drawn, too


def test_a_crop_has_the_size_asked_for(picture):
    assert photo_close_up(Portrait(picture, face(200)), 96).size == (96, 96)


def test_a_cut_portrait_keeps_its_face_in_place(picture):
    portrait = Portrait(picture, face(200))
    near = cut(portrait, (50, 20, 200, 150))
    assert_array_equal(near.image, picture[20:170, 50:250])
    assert_allclose(near.landmarks[:, :2] + [50, 20], portrait.landmarks[:, :2])


class Board:
    """A renderer of one colour whose red counts the frames."""

    def __init__(self, size: tuple[int, int], colour: tuple[int, ...]):
        self.size, self._colour = size, colour

    def render(self, track):
        for number in range(len(track)):
            frame = np.zeros((self.size[1], self.size[0], len(self._colour)), np.uint8)
            frame[...] = self._colour
            frame[:, : self.size[0] // 2, 0] = number
            yield frame


def shown(places, transparent=False, canvas=(10, 20, 30, 255)):
    behind = np.zeros((20, 40, 4), np.uint8)
    behind[...] = canvas
    stage = Stage(behind, places, transparent)
    tracks = [track(face(0))] * len(places)
    return list(stage.render(tracks))


def test_actors_stand_where_they_are_put_and_later_ones_in_front():
    back = Place(Board((20, 10), (200, 1, 1)), (-5, 5))
    front = Place(Board((8, 8), (200, 2, 2, 255)), (10, 10), mirror=True)
    _, frame = shown([back, front])
    assert frame.shape == (20, 40, 3)
    assert tuple(frame[0, 0]) == (10, 20, 30)
    assert tuple(frame[6, 0]) == (1, 1, 1)
    assert tuple(frame[6, 8]) == (200, 1, 1)
    assert tuple(frame[12, 11]) == (200, 2, 2)
    assert tuple(frame[12, 16]) == (1, 2, 2)  # mirrored: what counts is on the right
    assert tuple(frame[19, 30]) == (10, 20, 30)


def test_a_transparent_stage_keeps_what_nobody_covers_clear():
    veil = Place(Board((10, 10), (0, 100, 50, 128)), (0, 0))
    _, frame = shown([veil], transparent=True, canvas=(0, 0, 0, 0))
    assert frame.shape == (20, 40, 4)
    assert_allclose(frame[5, 8], (0, 100, 50, 128), atol=1)
    assert frame[15, 30, 3] == 0


def test_a_close_up_follows_its_box():
    board = CloseUp(Board((20, 10), (9, 8, 7)), (10, 2, 6, 4))
    assert board.size == (6, 4)
    frame = next(board.render(track(face(0))))
    assert frame.shape == (4, 6, 3)
    assert (frame == (9, 8, 7)).all()
