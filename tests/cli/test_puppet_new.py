"""`talkinghead puppet new`: a puppet from a picture with a face, with or without a detected one."""

import json

import numpy as np
import pytest

from talkinghead.cli.puppet_new import new_main
from talkinghead.media.image import write_image
from talkinghead.puppet.store import load_puppet

BOX = "60,50,130,150"


@pytest.fixture
def blank(tmp_path):
    """A picture without a face."""
    path = tmp_path / "my drawing.png"
    write_image(np.full((256, 256, 3), 200, np.uint8), path)
    return path


def test_a_face_in_a_box_becomes_a_puppet_whose_points_are_to_be_moved(cli, blank, tmp_path):
    words = ("puppet", "new", blank, "rosa", "--out", tmp_path, "--box", BOX)
    status, out, err = cli(*words, "--progress", "json")
    assert (status, out) == (0, f"{tmp_path / 'rosa'}\n"), err
    events = [json.loads(line) for line in err]
    assert any("puppet edit" in event.get("message", "") for event in events)
    assert (events[-1]["event"], events[-1]["found"]) == ("success", False)
    puppet = load_puppet(tmp_path / "rosa")
    left, top, width, height = map(int, BOX.split(","))
    assert puppet.closed[:, 0].min() >= left - width / 4
    assert puppet.closed[:, 0].max() <= left + width * 5 / 4
    assert puppet.closed[:, 1].max() <= top + height * 5 / 4
    assert puppet.meta["title"] == "my drawing"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("rosa", "--box", "1,2,3"), "must be four numbers x,y,width,height"),
        (("rosa", "--face", 1, "--box", BOX), "found no face"),
        (("a/b",), "a/b"),
        (("there",), "already exists"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_no_puppet(cli, blank, tmp_path, more, message):
    (tmp_path / "puppets" / "there").mkdir(parents=True)
    status, out, err = cli("puppet", "new", blank, *more, "--out", tmp_path / "puppets", "--quiet")
    assert (status, out, len(err)) == (2, "", 1)
    assert message in err[0]
    assert [path.name for path in (tmp_path / "puppets").iterdir()] == ["there"]


def test_a_picture_that_is_too_small_is_refused(cli, tmp_path):
    write_image(np.zeros((60, 100, 3), np.uint8), tmp_path / "small.png")
    status, _, err = cli("puppet", "new", tmp_path / "small.png", "tiny", "--out", tmp_path)
    assert status == 2
    assert "smaller than 64 pixels" in err[-1]


def test_the_program_of_makeittalk_names_the_puppet_after_the_picture(blank, tmp_path, capsys):
    words = [str(blank), "--out", str(tmp_path), "--box", BOX]
    assert new_main(words) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "my_drawing")
