"""Laws every puppet that comes with the package keeps."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.app.checking import inspect
from talkinghead.geometry.mesh import signed_areas
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER, LOWER_LID, UPPER_LID
from talkinghead.puppet.store import find_puppet, list_puppets, load_puppet
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.render.layers import over, premultiplied
from talkinghead.render.rig import Rig
from talkinghead.types import Array, LandmarkTrack, Puppet

STILL = ("background", "body", "head", "pupils", "tusks")


@pytest.fixture(scope="module", params=list_puppets(Path(__file__).parents[2] / "puppets"))
def puppet(request: pytest.FixtureRequest) -> Puppet:
    return load_puppet(request.param)


def painted(puppet: Puppet, points: Array) -> Array:
    track = LandmarkTrack(np.concatenate([points, np.zeros((68, 1))], axis=1)[None], 25)
    return next(CartoonRenderer(puppet).render(track)).astype(int)


def test_the_folder_is_small(puppet: Puppet) -> None:
    folder = find_puppet(puppet.name)
    assert sum(file.stat().st_size for file in folder.iterdir() if file.is_file()) < 2.5e6


def test_the_check_finds_nothing_wrong(puppet: Puppet) -> None:
    assert [str(fault) for fault in inspect(puppet)[0]] == []


def test_at_rest_it_is_the_layers_laid_on_one_another(puppet: Puppet) -> None:
    if puppet.meta["drawn"] == "open":
        pytest.skip("the head is drawn in another pose than rest")
    picture = np.full_like(puppet.layers["head"].image, 255)
    for role in STILL:
        if role in puppet.layers:
            over(picture, premultiplied(puppet.layers[role].image))
    assert abs(painted(puppet, puppet.closed) - picture[..., :3]).max() <= 2


def test_the_shut_mouth_is_shut_and_the_open_one_open(puppet: Puppet) -> None:
    shut, wide = (p[INNER_LOWER, 1] - p[INNER_UPPER, 1] for p in (puppet.closed, puppet.opened))
    assert_allclose(shut, 0, atol=1)
    assert (wide > 10).all()


def test_the_eyes_are_open_at_rest(puppet: Puppet) -> None:
    assert (puppet.closed[LOWER_LID, 1] > puppet.closed[UPPER_LID, 1]).all()


def test_no_triangle_folds_between_shut_and_open(puppet: Puppet) -> None:
    rig = Rig(puppet)
    wide = rig.pose(puppet.opened)
    lips = wide.lips.astype(np.float32)
    centres = wide.vertices[rig.triangles].mean(axis=1)
    # Between the lips triangles vanish as they shut; what they carry is never seen.
    face = np.array([cv2.pointPolygonTest(lips, tuple(c), False) < 0 for c in centres])
    for amount in np.linspace(0, 1, 6):
        points = puppet.closed + amount * (puppet.opened - puppet.closed)
        vertices = rig.pose(points).vertices
        folded = face & (signed_areas(vertices, rig.triangles) < -1)
        assert not folded.any(), rig.triangles[folded]
