"""A saved puppet loads again, errors name the invalid field, and writes are atomic."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.errors import OutputError, PuppetError
from talkinghead.geometry.align import mean_face
from talkinghead.puppet.schema import OPTIONAL, RECORD, REQUIRED, read_record
from talkinghead.puppet.store import (
    atomic_folder,
    find_puppet,
    list_puppets,
    load_puppet,
    save_puppet,
)
from talkinghead.types import Layer, Puppet


@pytest.fixture(scope="module")
def puppet() -> Puppet:
    rng = np.random.default_rng(3)
    closed = np.round(mean_face()[:, :2] * 40 + 32, 2)
    opened = closed.copy()
    opened[[57, 58, 56, 65, 66, 67], 1] += 6
    layers = {
        role: Layer(role, rng.integers(0, 256, (64, 80, 4), dtype=np.uint8))
        for role in ("background", "head", "eyelids")
    }
    return Puppet("dot", layers, closed, opened, meta={"licence": "CC0-1.0", "title": "Dot"})


@pytest.fixture
def folder(puppet: Puppet, tmp_path: Path) -> Path:
    save_puppet(puppet, tmp_path / "dot")
    return tmp_path / "dot"


def change(folder: Path, **fields: object) -> None:
    record = folder / RECORD
    data = yaml.safe_load(record.read_text())
    for path, value in fields.items():
        *parents, last = path.split("__")
        inner = data
        for parent in parents:
            inner = inner[parent]
        if value is None:
            del inner[last]
        else:
            inner[last] = value
    record.write_text(yaml.safe_dump(data))


def test_a_saved_puppet_loads_again(puppet: Puppet, folder: Path) -> None:
    loaded = load_puppet(folder)
    assert loaded.name == puppet.name
    assert_allclose(loaded.closed, puppet.closed, atol=0.01)
    assert_allclose(loaded.opened, puppet.opened, atol=0.01)
    assert loaded.layers.keys() == puppet.layers.keys()
    for role, layer in puppet.layers.items():
        assert_array_equal(loaded.layers[role].image, layer.image)
    assert loaded.meta["title"] == "Dot"


def test_border_and_triangles_are_saved_and_loaded(puppet: Puppet, tmp_path: Path) -> None:
    border = [[0.0, 0.0], [79.0, 0.0], [79.0, 63.0]]
    triangles = np.array([[0, 1, 68], [1, 2, 70]], dtype=np.int32)
    with_mesh = Puppet(
        "net", puppet.layers, puppet.closed, puppet.opened, triangles, {"border": border}
    )
    save_puppet(with_mesh, tmp_path / "net")
    loaded = load_puppet("net", tmp_path)
    assert_array_equal(loaded.triangles, triangles)
    assert loaded.meta["border"] == border


def test_a_saved_record_contains_every_required_field(folder: Path) -> None:
    record = read_record(folder / RECORD)
    assert set(REQUIRED) <= set(record) <= set(REQUIRED + OPTIONAL)


@pytest.mark.parametrize("name", ["dot", "dot.png", "dot.jpg"])
def test_bare_name_and_file_name_load_the_same_puppet(folder: Path, name: str) -> None:
    assert load_puppet(name, root=folder.parent).name == "dot"


@pytest.mark.parametrize("name", ["wilk", "wilk.png"])
def test_shipped_puppets_are_found_from_anywhere(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_puppet(name).name == "wilk"


def test_puppets_in_the_working_directory_are_found(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(folder, tmp_path / "puppets" / "mine")
    monkeypatch.chdir(tmp_path)
    assert {"mine", "wilk"} <= set(list_puppets())
    assert load_puppet("mine").name == "dot"


def test_a_picture_in_place_of_a_puppet_names_the_commands_for_pictures(tmp_path: Path) -> None:
    picture = tmp_path / "me.png"
    picture.touch()
    for name in (str(picture), "astronaut"):
        with pytest.raises(PuppetError, match=r"talkinghead photo.*talkinghead puppet new"):
            find_puppet(name)
    with pytest.raises(PuppetError, match=r"did you mean wilk\?"):
        find_puppet("wlik.png")


def test_the_error_for_an_unknown_puppet_lists_the_known_ones(folder: Path) -> None:
    with pytest.raises(PuppetError, match="unknown puppet 'wolf'; known: dot"):
        load_puppet("wolf", root=folder.parent)


@pytest.mark.parametrize(
    ("change_of", "field"),
    [
        ({"name": None}, "name"),
        ({"format": 9}, "format"),
        ({"canvas": [64]}, "canvas"),
        ({"canvas": [64, 64]}, "layers.background"),
        ({"layers": ["head.png"]}, "layers"),
        ({"layers__head": None}, "layers"),
        ({"layers__hat": "hat.png"}, "layers.hat"),
        ({"layers__head": "none.png"}, "layers.head"),
        ({"points__layout": "dlib5"}, "points.layout"),
        ({"points__closed": [[1, 2], [3, 4]]}, "points.closed"),
        ({"points__closed": "none.csv"}, "points.closed"),
        ({"points__open": [["a", "b"]] * 68}, "points.open"),
        ({"points__border": [[1, 2]]}, "points.border"),
        ({"points__border": [[0, 0], [float("nan"), 0], [9, 9]]}, "points.border"),
        ({"points__closed": "head.png"}, "points.closed"),
        ({"points__closed": "a\0b.csv"}, "points.closed"),
        ({"triangles": [[0, 1, 99]]}, "triangles"),
        ({"triangles": "guess"}, "triangles"),
        ({"mouth_gain": [0, 2]}, "mouth_gain"),
        ({"drawn": "ajar"}, "drawn"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_an_error_names_the_invalid_field_and_its_file(
    folder: Path, change_of: dict[str, object], field: str
) -> None:
    change(folder, **change_of)
    with pytest.raises(PuppetError, match=rf"puppet\.yaml: field '{field}'"):
        load_puppet(folder)


def test_points_may_come_from_a_spreadsheet(puppet: Puppet, folder: Path) -> None:
    rows = (folder / "closed.csv").read_text()
    (folder / "closed.csv").write_text(rows.replace("\n", "\r\n"), encoding="utf-8-sig")
    assert_allclose(load_puppet(folder).closed, puppet.closed, atol=0.01)


def test_a_record_that_is_not_yaml_is_refused(folder: Path) -> None:
    (folder / "puppet.yaml").write_text("name: [")
    with pytest.raises(PuppetError, match="not YAML"):
        load_puppet(folder)
    (folder / "puppet.yaml").write_text("format: 2020-99-99")
    with pytest.raises(PuppetError, match="not YAML"):
        load_puppet(folder)
    (folder / "puppet.yaml").write_text("just words")
    with pytest.raises(PuppetError, match="must contain fields"):
        load_puppet(folder)


@pytest.fixture(params=["cub", "old"])
def plain_folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder of one file."""
    path = tmp_path / request.param
    path.mkdir()
    (path / "head.png").write_text("before")
    return path


def test_the_new_folder_replaces_the_old_one(plain_folder: Path) -> None:
    with atomic_folder(plain_folder, copy=True) as new:
        (new / "head.png").write_text("after")
    assert (plain_folder / "head.png").read_text() == "after"
    assert list(plain_folder.parent.iterdir()) == [plain_folder]


@pytest.mark.parametrize(
    ("failure", "expected"), [(KeyboardInterrupt, KeyboardInterrupt), (OSError, OutputError)]
)
@pytest.mark.parametrize("moves", [0, 1])
def test_an_interrupted_replacement_leaves_the_old_folder(
    plain_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    moves: int,
    failure: type[BaseException],
    expected: type[BaseException],
) -> None:
    move, targets = Path.replace, []

    def broken(self: Path, target: Path) -> Path:
        targets.append(target)
        if len(targets) == moves + 1:
            raise failure
        return move(self, target)

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(expected), atomic_folder(plain_folder, copy=False) as new:
        (new / "head.png").write_text("after")
    assert (plain_folder / "head.png").read_text() == "before"
    assert list(plain_folder.parent.iterdir()) == [plain_folder]
