"""All four layouts of MakeItTalk's files are read, and exported puppets read back."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.errors import PuppetError
from talkinghead.geometry.mesh import delaunay
from talkinghead.landmarks import COUNT, INNER_LOWER, INNER_UPPER, OUTER_LIP
from talkinghead.media.image import write_image
from talkinghead.puppet.makeittalk import list_makeittalk, read_makeittalk, write_makeittalk
from talkinghead.puppet.makeittalk_format import LAYOUTS, border_points
from talkinghead.puppet.store import load_puppet, save_puppet
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.render.contact_sheet import pose_track
from talkinghead.types import Puppet

SCALE_OF = 1.6  # width of a normalised face


def write_makeittalk_files(folder: Path, puppet: Puppet, total: int, name: str = "paul") -> None:
    """Write a puppet in one of the four layouts, in the way of MakeItTalk's own tool."""
    folder.mkdir(exist_ok=True)
    head = puppet.layers["head"].image
    write_image(head, folder / f"{name}.png")
    write_image(puppet.layers["background"].image[..., :3].copy(), folder / f"{name}_bg.jpg")
    inner_only, count = total in (64, 68), {64: 8, 68: 12, 76: 8, 80: 12}[total]
    landmarks = [*range(48), *range(60, 68)] if inner_only else [*range(68)]
    ones = np.ones((COUNT, 1))
    np.savetxt(folder / f"{name}_face_open_mouth.txt", np.hstack([puppet.opened, ones]), "%.4f")
    scale = SCALE_OF / (puppet.opened[0, 0] - puppet.opened[16, 0])
    shift = -(puppet.opened[0] + puppet.opened[16]) / 2
    shut = np.hstack([-(puppet.closed + shift) * scale, 0 * ones])
    np.savetxt(folder / f"{name}_face_close_mouth.txt", shut)
    np.savetxt(folder / f"{name}_scale_shift.txt", [scale, *shift])
    edge = border_points(head.shape[1], head.shape[0], count)
    triangles = delaunay(np.concatenate([puppet.opened[landmarks], edge]))
    np.savetxt(folder / f"{name}_delauney_tri.txt", triangles, fmt="%d")


@pytest.mark.parametrize("total", sorted(LAYOUTS))
def test_every_layout_is_read_and_renders(total: int, egg: Puppet, tmp_path: Path) -> None:
    write_makeittalk_files(tmp_path / "old", egg, total)
    save_puppet(read_makeittalk(tmp_path / "old"), tmp_path / "paul")
    puppet = load_puppet(tmp_path / "paul")
    assert_allclose(puppet.closed, egg.closed, atol=0.02)
    assert_allclose(puppet.opened, egg.opened, atol=0.02)
    assert puppet.triangles is not None
    lips = np.arange(COUNT)[OUTER_LIP]
    assert np.isin(lips, puppet.triangles).all() == (total in (76, 80))
    assert puppet.triangles.max() == COUNT + len(puppet.meta["border"]) - 1
    opened, half, closed = CartoonRenderer(puppet).render(
        pose_track(puppet.opened, (puppet.opened + puppet.closed) / 2, puppet.closed)
    )
    flat = np.where(egg.layers["head"].image[..., 3:] > 0, egg.layers["head"].image, 0)[..., :3]
    inside = cv2.erode(egg.layers["head"].image[..., 3], np.ones((9, 9), np.uint8)) > 0
    assert abs(opened[inside].astype(int) - flat[inside].astype(int)).max() <= 2
    assert half.shape == closed.shape == (200, 200, 3)


@pytest.mark.parametrize("total", sorted(LAYOUTS))
def test_an_exported_puppet_reads_back(total: int, egg: Puppet, tmp_path: Path) -> None:
    write_makeittalk_files(tmp_path / "old", egg, total)
    first = read_makeittalk(tmp_path / "old")
    write_makeittalk(first, first.layers["head"].image, tmp_path / "new")
    reread = read_makeittalk(tmp_path / "new")
    assert reread.name == first.name
    assert_allclose(reread.closed, first.closed, atol=1e-3)
    assert_allclose(reread.opened, first.opened, atol=1e-3)
    assert_array_equal(reread.triangles, first.triangles)
    assert reread.meta["border"] == first.meta["border"]
    for role, layer in first.layers.items():
        assert_array_equal(reread.layers[role].image, layer.image)


def test_a_puppet_without_a_border_is_written_in_the_largest_layout(
    egg: Puppet, tmp_path: Path
) -> None:
    paths = write_makeittalk(egg, egg.layers["head"].image, tmp_path)
    assert {path.name for path in paths} == {path.name for path in tmp_path.iterdir()}
    reread = read_makeittalk(tmp_path)
    assert reread.triangles is not None
    # Euler: 2n - 2 - h triangles for n points, h of them on the convex hull.
    assert len(reread.triangles) == 2 * 80 - 2 - 12
    assert_allclose(reread.closed, egg.closed, atol=1e-3)


def test_the_picture_shows_the_open_pose(egg: Puppet, tmp_path: Path) -> None:
    write_makeittalk_files(tmp_path, egg, 80)
    read = read_makeittalk(tmp_path)
    assert_allclose(read.closed[INNER_UPPER], read.closed[INNER_LOWER], atol=0.01)
    assert read.meta["drawn"] == "open"


def test_missing_scale_and_shift_are_fitted(egg: Puppet, tmp_path: Path) -> None:
    write_makeittalk_files(tmp_path, egg, 64)
    (tmp_path / "paul_scale_shift.txt").unlink()
    assert_allclose(read_makeittalk(tmp_path).closed, egg.closed, atol=1e-3)


def test_detected_points_are_used_where_none_were_corrected(egg: Puppet, tmp_path: Path) -> None:
    write_makeittalk(egg, egg.layers["head"].image, tmp_path)
    (tmp_path / "egg_face_open_mouth.txt").unlink()
    assert_allclose(read_makeittalk(tmp_path).opened, egg.opened, atol=1e-3)


def test_one_of_several_puppets_must_be_named(egg: Puppet, tmp_path: Path) -> None:
    write_makeittalk_files(tmp_path, egg, 80)
    write_makeittalk_files(tmp_path, replace(egg), 64, name="anna")
    assert list_makeittalk(tmp_path) == ["anna", "paul"]
    assert read_makeittalk(tmp_path, "anna").name == "anna"
    with pytest.raises(PuppetError, match="contains these puppets: anna, paul; name one"):
        read_makeittalk(tmp_path)
    with pytest.raises(PuppetError, match=r"otto_delauney_tri\.txt: is missing"):
        read_makeittalk(tmp_path, "otto")


def replace_line(path: Path, number: int, text: str) -> None:
    lines = path.read_text().splitlines()
    lines[number - 1 : number] = [text]
    path.write_text("\n".join(lines))


@pytest.mark.parametrize(
    ("ending", "number", "text", "message"),
    [
        ("_delauney_tri.txt", 7, "1 2", "line 7: has 2 numbers, need 3"),
        ("_delauney_tri.txt", 7, "1 2 two", "line 7: 'two' is not a number"),
        ("_delauney_tri.txt", 3, "1 2 2", "line 3: '1 2 2' must be three different point numbers"),
        ("_delauney_tri.txt", 3, "1 2 -3", "line 3: '1 2 -3' must be three"),
        ("_delauney_tri.txt", 3, "1 2 90", "has point numbers up to 90; the four layouts end"),
        ("_face_open_mouth.txt", 68, "", "has 67 rows of numbers, need 68"),
        ("_face_open_mouth.txt", 5, "1 nan 1", "line 5: 'nan' is not a number"),
        ("_face_close_mouth.txt", 5, "1", "line 5: has 1 numbers, need 2 or 3"),
        ("_scale_shift.txt", 1, "0", "must contain three numbers"),
        ("_scale_shift.txt", 2, "4000", "does not map the closed face onto the open one"),
    ],
)
def test_an_error_names_file_and_line(
    ending: str, number: int, text: str, message: str, egg: Puppet, tmp_path: Path
) -> None:
    write_makeittalk_files(tmp_path, egg, 80)
    replace_line(tmp_path / f"paul{ending}", number, text)
    with pytest.raises(PuppetError) as raised:
        read_makeittalk(tmp_path)
    assert f"paul{ending}" in str(raised.value)
    assert message in str(raised.value)


@pytest.mark.parametrize("ending", [".png", "_face_open_mouth.txt", "_face_close_mouth.txt"])
def test_a_missing_file_is_named(ending: str, egg: Puppet, tmp_path: Path) -> None:
    write_makeittalk_files(tmp_path, egg, 80)
    (tmp_path / f"paul{ending}").unlink()
    with pytest.raises(PuppetError, match=f"paul{ending}"):
        read_makeittalk(tmp_path)


def test_a_folder_without_puppets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PuppetError, match="none"):
        read_makeittalk(tmp_path)
    with pytest.raises(PuppetError, match="is not a folder"):
        read_makeittalk(tmp_path / "nowhere")
