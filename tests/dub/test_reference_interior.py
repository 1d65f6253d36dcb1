"""The inside of the mouth comes from frames that show it about as wide open, and is not torn."""

import numpy as np
import pytest

from talkinghead.dub.mouth_painter import InteriorSource, MouthPainter, shift_mesh
from talkinghead.dub.mouth_warp import MouthWarp
from talkinghead.dub.reference_interior import InteriorChoice, ReferenceInterior, cheapest_path
from talkinghead.dub.tracked_face import measure_face
from talkinghead.geometry.masks import polygon_mask
from talkinghead.types import Array
from tests.dub.test_mouth_painter import opened, picture  # noqa: F401
from tests.dub.test_tracked_face import nod, person_track

COUNT = 40


def lips(
    height: float, width: float = 60.0, at: tuple[float, float] = (20, 40)
) -> tuple[Array, Array]:
    x = np.linspace(0, 1, 13)
    arc = np.sin(np.pi * x)
    middle = np.column_stack([at[0] + width * x, np.full(13, at[1])])
    upper, lower = middle.copy(), middle.copy()
    upper[:, 1] -= 0.3 * height * arc
    lower[:, 1] += 0.7 * height * arc
    return upper, lower


def striped() -> ReferenceInterior:
    """A mouth whose upper half is white and whose lower half is dark; red lips around it."""
    upper, lower = lips(20)
    image = np.full((80, 100, 3), (200, 0, 0), np.uint8)
    for row in range(80):
        inside = polygon_mask(np.concatenate([upper, lower[::-1]]), (0, 0, 100, 80)) > 0.5
        image[row][inside[row]] = 240 if row < 44 else 30
    return ReferenceInterior(image, upper, lower, np.full(3, 128.0))


def test_between_lips_like_its_own_it_is_the_frame():
    interior = striped()
    drawn = interior.draw(interior.upper, interior.lower, (0, 0, 100, 80))
    inside = (
        polygon_mask(np.concatenate([interior.upper, interior.lower[::-1]]), (0, 0, 100, 80)) > 0.99
    )
    inside[:, :26] = inside[:, 75:] = False  # the corners
    assert np.abs(drawn - interior.image)[inside].mean() < 8


@pytest.mark.parametrize("angle", [0.0, 0.4])
def test_between_other_lips_the_upper_teeth_stay_above_and_no_lip_is_dragged_in(angle):
    interior = striped()
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    upper, lower = (chain @ turn + (10, -5) for chain in lips(28, 80))
    drawn = interior.draw(upper, lower, (0, 0, 140, 120))
    down = turn[1]
    for share, low, high in ((0.25, 200, 256), (0.85, 0, 80)):
        middle = (1 - share) * upper[6] + share * lower[6]
        x, y = np.rint(middle).astype(int)
        pixel = drawn[y, x]
        assert low < pixel.mean() < high
        assert np.ptp(pixel) < 30  # not red
    assert down[1] > 0


def test_it_is_not_stretched_over_a_mouth_that_is_far_wider_open():
    interior = striped()
    assert interior.stretch(*lips(20), unit=150) == 1
    assert interior.stretch(*lips(10), unit=150) == 1
    assert 0 < interior.stretch(*lips(42), unit=150) < 1
    assert interior.stretch(*lips(70), unit=150) == 0


def test_frames_as_wide_open_as_the_words_are_chosen():
    opening = np.tile([0, 0.04, 0.08, 0.12], COUNT // 4)
    track = person_track(nod(COUNT), opening)
    face = measure_face(track, 1.0)  # nothing is smoothed away
    choice = InteriorChoice(face, track.shots, np.ones(COUNT))
    spoken = np.array([opened(amount) for amount in np.repeat([0.05, 0.13], 10)])
    chosen = choice.choose(np.arange(20), spoken)
    for number, group in enumerate(chosen):
        assert sum(share for _, share in group) == pytest.approx(1)
        if number in (9, 10):
            continue  # mixed
        [(frame, _)] = group
        assert opening[frame] == (0.04 if number < 10 else 0.12)
    assert len(chosen[9]) == len(chosen[10]) == 2


def test_closed_films_show_no_inside():
    track = person_track(nod(COUNT), np.zeros(COUNT))
    choice = InteriorChoice(measure_face(track, 25), track.shots, np.zeros(COUNT))
    assert choice.choose(np.arange(3), np.zeros((3, 68, 3))) == [[], [], []]


def test_a_path_changes_only_where_that_pays():
    cost = np.array([[0, 1], [0, 1], [1, 0.5], [0, 1], [3, 0], [3, 0]])
    assert cheapest_path(cost, 0.7).tolist() == [0, 0, 0, 0, 1, 1]
    assert cheapest_path(cost, 0.0).tolist() == [0, 0, 1, 0, 1, 1]


def test_a_green_mouth_of_another_frame_is_seen_between_the_new_lips(face, picture):  # noqa: F811
    warp = MouthWarp(face)
    painter = MouthPainter(warp)
    mesh = warp.place(0, opened(0.1), 1.0)
    x, y, width, height = painter.box(mesh, (240, 240))
    part = np.ascontiguousarray(picture[y : y + height, x : x + width])
    placed = shift_mesh(mesh, (x, y), 1.0)
    source = InteriorSource.from_frame(picture, warp.place(0, np.zeros((68, 3)), 0.0))
    green = np.full_like(picture, (0, 200, 0))
    mesh_of_source = warp.place(0, opened(0.1), 0.0)
    interior = ReferenceInterior.from_frame(
        green, mesh_of_source, painter.inner_lips, np.full(3, 128.0)
    )
    plain, filmed = (
        painter.paint(part, placed, source, None, found) for found in ((), [(interior, 1.0)])
    )
    outline = placed.spoken[face_outline(warp)]
    inside = polygon_mask(outline, (0, 0, width, height)) > 0.99
    assert (filmed - plain)[inside][:, 1].mean() > 40
    outside = polygon_mask(outline, (0, 0, width, height), 3) < 0.01
    assert np.abs(filmed - plain)[outside].max() < 1


def face_outline(warp: MouthWarp) -> Array:
    return warp.face.opening_outline("mouth")
