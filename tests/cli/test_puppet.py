"""Laws of `talkinghead puppet`: sheets and checks are drawn, MakeItTalk's files come and go."""

from pathlib import Path

import cv2
import pytest
import yaml

import talkinghead
from talkinghead.media.image import read_image
from talkinghead.puppet.store import load_puppet, save_puppet
from talkinghead.types import Layer, Puppet


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a quarter of wilk."""
    whole = load_puppet("wilk")
    layers = {
        role: Layer(role, cv2.resize(layer.image, (256, 256), interpolation=cv2.INTER_AREA))
        for role, layer in whole.layers.items()
    }
    folder = tmp_path_factory.mktemp("puppets") / "cub"
    meta = {"licence": "CC0-1.0", "title": "Cub"}
    save_puppet(Puppet("cub", layers, whole.closed / 4, whole.opened / 4, meta=meta), folder)
    return folder


def test_the_list_shows_size_and_title(cli):
    _, out, _ = cli("puppet", "list")
    line = next(line for line in out.splitlines() if line.startswith("wilk"))
    assert "1024 x 1024" in line
    assert "gruff" in line


def test_the_sheet_shows_the_puppets(cli, small: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(talkinghead, "list_puppets", lambda: [str(small)])
    status, out, err = cli("puppet", "list", "--sheet", tmp_path / "sheet.png")
    assert (status, err) == (0, [])
    assert out.splitlines()[-1] == str(tmp_path / "sheet.png")
    assert read_image(tmp_path / "sheet.png").shape[1] > 900
    layer = next(small.rglob("head.png"))
    status, _, err = cli("puppet", "list", "--sheet", layer)
    assert status == 2
    assert "would replace what is read" in err[0]


def test_a_broken_puppet_is_listed_with_its_error(cli, tmp_path: Path, monkeypatch):
    (tmp_path / "puppets" / "dud").mkdir(parents=True)
    (tmp_path / "puppets" / "dud" / "puppet.yaml").write_text("format: 1")
    monkeypatch.chdir(tmp_path)
    status, out, _ = cli("puppet", "list")
    assert status == 0
    line = next(line for line in out.splitlines() if line.startswith("dud"))
    assert "cannot be used" in line
    assert "field 'name' is missing" in line


def test_what_is_exported_is_imported(cli, small: Path, tmp_path: Path):
    status, out, err = cli("puppet", "export", small, "--out", tmp_path / "old")
    assert (status, err) == (0, [])
    assert {Path(line).name for line in out.split()} == {
        f.name for f in (tmp_path / "old").iterdir()
    }

    status, out, err = cli("puppet", "import", tmp_path / "old", "--out", tmp_path)
    assert (status, err) == (0, [])
    assert out.strip() == str(tmp_path / "cub")
    read, ours = load_puppet(tmp_path / "cub"), load_puppet(small)
    assert abs(read.closed - ours.closed).max() < 0.02
    assert abs(read.opened - ours.opened).max() < 0.02

    status, _, err = cli("puppet", "import", tmp_path / "old", "--out", tmp_path)
    assert status == 2
    assert "already exists" in err[0]


@pytest.mark.parametrize("name", ["cub.png", "cub_bg.png", "cub_face_close_mouth.txt"])
def test_an_export_replaces_nothing(cli, small: Path, tmp_path: Path, name: str):
    (tmp_path / name).write_text("kept")
    status, _, err = cli("puppet", "export", small, "--out", tmp_path)
    assert status == 2
    assert f"{name}: already exists; choose another folder" in err[0]
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "kept"


def test_a_check_is_not_drawn_over_the_puppet(cli, small: Path, tmp_path: Path):
    save_puppet(load_puppet(small), tmp_path / "cub")
    before = (tmp_path / "cub" / "head.png").read_bytes()
    for _ in range(2):  # its own drawing is no part of the puppet
        words = ("puppet", "check", tmp_path / "cub", "-o", tmp_path / "cub" / "check.png")
        assert cli(*words)[0] == 0
    status, _, err = cli(*words[:-1], tmp_path / "cub" / "head.png")
    assert status == 2
    assert "would replace what is read" in err[0]
    assert (tmp_path / "cub" / "head.png").read_bytes() == before


def test_an_interrupted_import_can_be_tried_again(cli, small: Path, tmp_path: Path, monkeypatch):
    assert cli("puppet", "export", small, "--out", tmp_path / "old")[0] == 0
    words = ("puppet", "import", tmp_path / "old", "--out", tmp_path / "new")

    def broken(puppet: Puppet, folder: Path) -> None:
        save_puppet(puppet, folder)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("talkinghead.puppet.store.save_puppet", broken)
        assert cli(*words)[0] == 130
    assert list((tmp_path / "new").iterdir()) == []
    assert cli(*words)[0] == 0


def test_a_check_ends_with_2_for_errors_and_0_for_warnings(cli, small: Path, tmp_path: Path):
    puppet = load_puppet(small)
    save_puppet(puppet, tmp_path / "cub")
    record = tmp_path / "cub" / "puppet.yaml"
    data = yaml.safe_load(record.read_text())
    record.write_text(yaml.safe_dump(data | {"licence": "unknown"}))
    status, out, err = cli("puppet", "check", tmp_path / "cub", "-o", tmp_path / "cub.png")
    assert (status, err) == (0, [])
    assert out.startswith("warning: licence: is unknown")

    points = puppet.closed.copy()
    points[8] += 1e300
    data["points"]["closed"] = points.tolist()
    record.write_text(yaml.safe_dump(data))
    status, out, err = cli("puppet", "check", tmp_path / "cub", "-o", tmp_path / "cub.png")
    assert status == 2
    assert "error: points.closed: point 8 outside the canvas" in out
    assert len([line for line in err if "will be replaced" not in line]) == 1
    assert read_image(tmp_path / "cub.png").shape[1] > 1000


def test_a_folder_that_is_not_makeittalks_is_refused_in_one_line(cli, tmp_path: Path):
    status, _, err = cli("puppet", "import", tmp_path)
    assert status == 2
    assert len([line for line in err if "will be replaced" not in line]) == 1
    assert "contains these puppets: none" in err[0]
