"""Laws of MakeItTalk's files: all four layouts are read and speak; what is written reads back."""

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
from talkinghead.puppet.layouts import LAYOUTS, around
from talkinghead.puppet.legacy import names_in, read_legacy, write_legacy
from talkinghead.puppet.store import load_puppet, save_puppet
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.render.gallery import still
from talkinghead.types import Puppet

SCALE_OF = 1.6  # width of a normalised face


def by_hand(folder: Path, puppet: Puppet, total: int, name: str = "paul") -> None:
    """A puppet in one of the four layouts, written as MakeItTalk's own tool writes it."""
    folder.mkdir(exist_ok=True)
    head = puppet.layers["head"].image
    write_image(head, folder / f"{name}.png")
    write_image(puppet.layers["background"].image[..., :3].copy(), folder / f"{name}_bg.jpg")
    inner_only, count = total in (64, 68), {64: 8, 68: 12, 76: 8, 80: 12}[total]
    kept = [*range(48), *range(60, 68)] if inner_only else [*range(68)]
    ones = np.ones((COUNT, 1))
    np.savetxt(folder / f"{name}_face_open_mouth.txt", np.hstack([puppet.opened, ones]), "%.4f")
    scale = SCALE_OF / (puppet.opened[0, 0] - puppet.opened[16, 0])
    shift = -(puppet.opened[0] + puppet.opened[16]) / 2
    shut = np.hstack([-(puppet.closed + shift) * scale, 0 * ones])
    np.savetxt(folder / f"{name}_face_close_mouth.txt", shut)
    np.savetxt(folder / f"{name}_scale_shift.txt", [scale, *shift])
    edge = around(head.shape[1], head.shape[0], count)
    triangles = delaunay(np.concatenate([puppet.opened[kept], edge]))
    np.savetxt(folder / f"{name}_delauney_tri.txt", triangles, fmt="%d")


@pytest.mark.parametrize("total", sorted(LAYOUTS))
def test_every_layout_is_read_and_speaks(total: int, egg: Puppet, tmp_path: Path) -> None:
    by_hand(tmp_path / "old", egg, total)
    save_puppet(read_legacy(tmp_path / "old"), tmp_path / "paul")
    puppet = load_puppet(tmp_path / "paul")
    assert_allclose(puppet.closed, egg.closed, atol=0.02)
    assert_allclose(puppet.opened, egg.opened, atol=0.02)
    assert puppet.triangles is not None
    lips = np.arange(COUNT)[OUTER_LIP]
    assert np.isin(lips, puppet.triangles).all() == (total in (76, 80))
    assert puppet.triangles.max() == COUNT + len(puppet.meta["border"]) - 1
    rest, half, wide = CartoonRenderer(puppet).render(
        still(puppet.opened, (puppet.opened + puppet.closed) / 2, puppet.closed)
    )
    flat = np.where(egg.layers["head"].image[..., 3:] > 0, egg.layers["head"].image, 0)[..., :3]
    inside = cv2.erode(egg.layers["head"].image[..., 3], np.ones((9, 9), np.uint8)) > 0
    assert abs(rest[inside].astype(int) - flat[inside].astype(int)).max() <= 2
    assert half.shape == wide.shape == (200, 200, 3)


@pytest.mark.parametrize("total", sorted(LAYOUTS))
def test_what_is_written_reads_back(total: int, egg: Puppet, tmp_path: Path) -> None:
    by_hand(tmp_path / "old", egg, total)
    first = read_legacy(tmp_path / "old")
    write_legacy(first, first.layers["head"].image, tmp_path / "new")
    again = read_legacy(tmp_path / "new")
    assert again.name == first.name
    assert_allclose(again.closed, first.closed, atol=1e-3)
    assert_allclose(again.opened, first.opened, atol=1e-3)
    assert_array_equal(again.triangles, first.triangles)
    assert again.meta["border"] == first.meta["border"]
    for role, layer in first.layers.items():
        assert_array_equal(again.layers[role].image, layer.image)


def test_a_puppet_of_ours_is_written_in_the_largest_layout(egg: Puppet, tmp_path: Path) -> None:
    paths = write_legacy(egg, egg.layers["head"].image, tmp_path)
    assert {path.name for path in paths} == {path.name for path in tmp_path.iterdir()}
    again = read_legacy(tmp_path)
    assert again.triangles is not None
    # Euler: 2n - 2 - h triangles over n points of which h are the outline's.
    assert len(again.triangles) == 2 * 80 - 2 - 12
    assert_allclose(again.closed, egg.closed, atol=1e-3)


def test_the_lips_are_what_opens(egg: Puppet, tmp_path: Path) -> None:
    by_hand(tmp_path, egg, 80)
    read = read_legacy(tmp_path)
    assert_allclose(read.closed[INNER_UPPER], read.closed[INNER_LOWER], atol=0.01)
    assert read.meta["drawn"] == "open"


def test_without_scale_and_shift_the_place_is_found(egg: Puppet, tmp_path: Path) -> None:
    by_hand(tmp_path, egg, 64)
    (tmp_path / "paul_scale_shift.txt").unlink()
    assert_allclose(read_legacy(tmp_path).closed, egg.closed, atol=1e-3)


def test_the_detectors_points_serve_where_none_were_corrected(egg: Puppet, tmp_path: Path) -> None:
    write_legacy(egg, egg.layers["head"].image, tmp_path)
    (tmp_path / "egg_face_open_mouth.txt").unlink()
    assert_allclose(read_legacy(tmp_path).opened, egg.opened, atol=1e-3)


def test_of_several_puppets_one_is_named(egg: Puppet, tmp_path: Path) -> None:
    by_hand(tmp_path, egg, 80)
    by_hand(tmp_path, replace(egg), 64, name="anna")
    assert names_in(tmp_path) == ["anna", "paul"]
    assert read_legacy(tmp_path, "anna").name == "anna"
    with pytest.raises(PuppetError, match="holds these puppets: anna, paul; name one"):
        read_legacy(tmp_path)
    with pytest.raises(PuppetError, match=r"otto_delauney_tri\.txt: is missing"):
        read_legacy(tmp_path, "otto")


def line(path: Path, number: int, text: str) -> None:
    lines = path.read_text().splitlines()
    lines[number - 1 : number] = [text]
    path.write_text("\n".join(lines))


@pytest.mark.parametrize(
    ("ending", "number", "text", "said"),
    [
        ("_delauney_tri.txt", 7, "1 2", "line 7: has 2 numbers, needs 3"),
        ("_delauney_tri.txt", 7, "1 2 two", "line 7: 'two' is not a number"),
        ("_delauney_tri.txt", 3, "1 2 2", "line 3: '1 2 2' must be three different point numbers"),
        ("_delauney_tri.txt", 3, "1 2 -3", "line 3: '1 2 -3' must be three"),
        ("_delauney_tri.txt", 3, "1 2 90", "numbers points up to 90; the four layouts end with"),
        ("_face_open_mouth.txt", 68, "", "has 67 rows of numbers, needs 68"),
        ("_face_open_mouth.txt", 5, "1 nan 1", "line 5: 'nan' is not a number"),
        ("_face_close_mouth.txt", 5, "1", "line 5: has 1 numbers, needs 2 or 3"),
        ("_scale_shift.txt", 1, "0", "must hold three numbers"),
        ("_scale_shift.txt", 2, "4000", "does not bring the closed face onto the open one"),
    ],
)
def test_an_error_names_file_and_line(
    ending: str, number: int, text: str, said: str, egg: Puppet, tmp_path: Path
) -> None:
    by_hand(tmp_path, egg, 80)
    line(tmp_path / f"paul{ending}", number, text)
    with pytest.raises(PuppetError) as raised:
        read_legacy(tmp_path)
    assert f"paul{ending}" in str(raised.value)
    assert said in str(raised.value)


@pytest.mark.parametrize("ending", [".png", "_face_open_mouth.txt", "_face_close_mouth.txt"])
def test_a_missing_file_is_named(ending: str, egg: Puppet, tmp_path: Path) -> None:
    by_hand(tmp_path, egg, 80)
    (tmp_path / f"paul{ending}").unlink()
    with pytest.raises(PuppetError, match=f"paul{ending}"):
        read_legacy(tmp_path)


def test_a_folder_without_puppets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PuppetError, match="none"):
        read_legacy(tmp_path)
    with pytest.raises(PuppetError, match="is not a folder"):
        read_legacy(tmp_path / "nowhere")
