"""Contact sheets of puppets show their poses and mark what is wrong."""

import numpy as np
from numpy.testing import assert_array_equal

from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.render.contact_sheet import (
    CAPTION,
    WireframeView,
    contact_sheet,
    pose_track,
    wireframe_sheet,
    with_eyes_closed,
)
from talkinghead.render.puppet_rig import PuppetRig

from .pictures import PUPPET_SIZE, oval_puppet


def test_a_contact_sheet_shows_each_puppet_neutral_open_and_with_closed_eyes() -> None:
    puppet = oval_puppet()
    page = contact_sheet([puppet, puppet, puppet], tile=100)
    assert page.dtype == np.uint8
    assert page.shape == (2 * (100 + CAPTION) + 6, 2 * (3 * 100 + 12) + 6, 3)
    track = pose_track(puppet.closed, puppet.opened, with_eyes_closed(puppet))
    frames = CartoonRenderer(puppet, 100).render(track)
    for left, frame in zip((0, 106, 212), frames, strict=True):
        assert_array_equal(page[CAPTION : CAPTION + 100, left : left + 100], frame)


def test_a_wireframe_sheet_marks_wrong_points_and_triangles_in_red() -> None:
    rig = PuppetRig(oval_puppet())
    picture = np.full((PUPPET_SIZE, PUPPET_SIZE, 3), 128, np.uint8)

    def red_pixels(**wrong: frozenset[int]) -> int:
        view = WireframeView("egg", picture, rig.source, rig.triangles, **wrong)
        red, green, blue = np.moveaxis(wireframe_sheet([view], []).astype(int), 2, 0)
        return int(((red - green > 60) & (red - blue > 60)).sum())

    assert red_pixels() == 0
    assert red_pixels(wrong_points=frozenset({30})) > 100
    assert red_pixels(wrong_triangles=frozenset(range(len(rig.triangles)))) > 10_000


def test_notes_are_added_under_the_views() -> None:
    rig = PuppetRig(oval_puppet())
    picture = np.full((PUPPET_SIZE, PUPPET_SIZE, 3), 128, np.uint8)
    view = WireframeView("egg", picture, rig.source, rig.triangles)
    short = wireframe_sheet([view, view], [])
    long = wireframe_sheet([view, view], [("first", True), ("second", False)])
    assert short.shape[1] == long.shape[1]
    assert long.shape[0] == short.shape[0] + 24
