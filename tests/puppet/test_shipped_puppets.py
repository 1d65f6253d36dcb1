"""Every shipped puppet is small, valid, and renders its composited layers in the closed pose."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.editor.validation import validate
from talkinghead.geometry.mesh import signed_areas
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER, LOWER_LID, UPPER_LID
from talkinghead.puppet.store import find_puppet, list_puppets, load_puppet
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.render.compositor import blend_over, premultiply
from talkinghead.render.puppet_rig import PuppetRig
from talkinghead.types import Array, LandmarkTrack, Puppet

STILL = ("background", "body", "head", "pupils", "tusks")


@pytest.fixture(scope="module", params=list_puppets(Path(__file__).parents[2] / "puppets"))
def puppet(request: pytest.FixtureRequest) -> Puppet:
    return load_puppet(request.param)


def render_pose(puppet: Puppet, points: Array) -> Array:
    track = LandmarkTrack(np.concatenate([points, np.zeros((68, 1))], axis=1)[None], 25)
    return next(CartoonRenderer(puppet).render(track)).astype(int)


def test_the_folder_is_small(puppet: Puppet) -> None:
    folder = find_puppet(puppet.name)
    assert sum(file.stat().st_size for file in folder.iterdir() if file.is_file()) < 2.5e6


def test_validation_finds_no_issue(puppet: Puppet) -> None:
    assert [str(issue) for issue in validate(puppet)[0]] == []


def test_the_closed_pose_renders_the_composited_layers(puppet: Puppet) -> None:
    if puppet.meta["drawn"] == "open":
        pytest.skip("the head is drawn in the open pose")
    picture = np.full_like(puppet.layers["head"].image, 255)
    for role in STILL:
        if role in puppet.layers:
            blend_over(picture, premultiply(puppet.layers[role].image))
    assert abs(render_pose(puppet, puppet.closed) - picture[..., :3]).max() <= 2


def test_the_mouth_is_closed_in_one_pose_and_open_in_the_other(puppet: Puppet) -> None:
    shut, wide = (p[INNER_LOWER, 1] - p[INNER_UPPER, 1] for p in (puppet.closed, puppet.opened))
    assert_allclose(shut, 0, atol=1)
    assert (wide > 10).all()


def test_the_eyes_are_open_in_the_closed_pose(puppet: Puppet) -> None:
    assert (puppet.closed[LOWER_LID, 1] > puppet.closed[UPPER_LID, 1]).all()


def test_no_triangle_folds_between_the_poses(puppet: Puppet) -> None:
    rig = PuppetRig(puppet)
    wide = rig.pose(puppet.opened)
    lips = wide.lips.astype(np.float32)
    centres = wide.vertices[rig.triangles].mean(axis=1)
    # Triangles between the lips vanish as the lips close; they are never visible.
    face = np.array([cv2.pointPolygonTest(lips, tuple(c), False) < 0 for c in centres])
    for amount in np.linspace(0, 1, 6):
        points = puppet.closed + amount * (puppet.opened - puppet.closed)
        vertices = rig.pose(points).vertices
        folded = face & (signed_areas(vertices, rig.triangles) < -1)
        assert not folded.any(), rig.triangles[folded]
