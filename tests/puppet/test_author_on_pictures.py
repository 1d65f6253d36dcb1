"""Any picture becomes a puppet: photos, variants of them, drawings, and one without a face.

With `talkinghead puppet new`, `main_gen_new_puppet.py`, and a save in the editor.
"""

import runpy
import shutil
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.cli.main import main
from talkinghead.editor.document import EditedPoints, PuppetDocument
from talkinghead.geometry.masks import polygon_pixels
from talkinghead.geometry.mouth import face_width
from talkinghead.landmarks import INNER_LIP, MOUTH
from talkinghead.media.image import read_rgba, write_image
from talkinghead.puppet.author import read_source
from talkinghead.puppet.store import load_puppet
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.render.contact_sheet import pose_track
from talkinghead.types import Array, Puppet
from tests.puppet.pictures import PICTURES

SCRIPT = Path(__file__).parents[2] / "main_gen_new_puppet.py"
LAYERS = {"head", "mouth", "jaw", "teeth", "eyelids"}


@pytest.fixture(scope="module", params=PICTURES)
def picture(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file: Path = tmp_path_factory.mktemp("pictures") / f"{request.param.replace(' ', '_')}.png"
    write_image(PICTURES[request.param](), file)
    return file


@pytest.fixture(scope="module")
def folder(picture: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `puppet new` makes."""
    parent = tmp_path_factory.mktemp("puppets")
    assert main(["puppet", "new", str(picture), "made", "--out", str(parent), "--quiet"]) == 0
    return parent / "made"


def poses(puppet: Puppet) -> tuple[Array, Array]:
    closed, opened = CartoonRenderer(puppet).render(pose_track(puppet.closed, puppet.opened))
    return closed.astype(int), opened.astype(int)


def test_puppet_new_makes_a_puppet_whose_mouth_opens(picture: Path, folder: Path) -> None:
    puppet = load_puppet(folder)
    assert set(puppet.layers) >= LAYERS
    assert puppet.layers["head"].image.shape == read_rgba(picture).shape
    assert face_width(puppet.closed) > 20
    closed, opened = poses(puppet)
    lips = puppet.opened[INNER_LIP]
    (left, top), (right, bottom) = lips.min(axis=0).astype(int), lips.max(axis=0).astype(int) + 1
    assert np.abs(closed - opened)[top:bottom, left:right].mean() > 3


def test_in_the_pose_of_the_picture_the_face_is_unchanged(picture: Path, folder: Path) -> None:
    puppet = load_puppet(folder)
    closed, opened = poses(puppet)
    is_open = puppet.meta["drawn"] == "open"
    points = (puppet.opened if is_open else puppet.closed).astype(np.float32)
    original = read_rgba(picture)[..., :3].astype(int)
    face = polygon_pixels(original.shape, cv2.convexHull(points)[:, 0])
    mouth = polygon_pixels(original.shape, cv2.convexHull(points[MOUTH])[:, 0])  # which is drawn
    difference = np.abs((opened if is_open else closed) - original)[face & ~mouth]
    assert difference.mean() < 0.5
    assert np.percentile(difference, 99) <= 4


def test_main_gen_new_puppet_makes_the_same_puppet(
    picture: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sys, "argv", [str(SCRIPT), str(picture), "made", "--out", str(tmp_path), "--quiet"]
    )
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    assert end.value.code == 0
    names = {file.name for file in folder.iterdir()}
    assert {file.name for file in (tmp_path / "made").iterdir()} == names
    for name in names:
        assert (tmp_path / "made" / name).read_bytes() == (folder / name).read_bytes()


def test_saving_in_the_editor_rebuilds_the_layers(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "made")
    before = load_puppet(copy)
    document = PuppetDocument(copy)
    closed, opened = (points + np.array([0, 1]) for points in (before.closed, before.opened))
    points = EditedPoints(closed=closed.tolist(), open=opened.tolist())
    result = document.save(points, document.state()["revision"])
    after = load_puppet(copy)
    assert set(result.layers) == set(after.layers) >= LAYERS
    assert_allclose(after.closed, closed, atol=0.01)
    assert read_source(copy) is not None
    teeth = before.layers["teeth"].image, after.layers["teeth"].image
    assert not np.array_equal(*teeth)
