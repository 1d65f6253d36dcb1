"""The puppet's folder: what a save writes, refuses and keeps."""

import threading

import numpy as np
import yaml
from numpy.testing import assert_allclose

from talkinghead.landmarks import INNER_LOWER, INNER_UPPER
from talkinghead.puppet.store import load_puppet


def test_a_save_writes_the_points_into_the_folder(page):
    points = page.points()
    points["closed"][48][0] -= 4.5
    points["open"][48][0] -= 4.5
    status, response = page.post("save", **points)
    assert status == 200
    saved = load_puppet(page.folder)
    assert_allclose(saved.closed, points["closed"], atol=0.01)
    assert_allclose(saved.opened, points["open"], atol=0.01)
    assert page.get("api/state")[1]["revision"] == response["revision"]
    assert [path.name for path in page.folder.parent.glob("*dot*")] == ["dot"]


def test_layers_built_from_the_source_image_follow_the_points(page):
    before = load_puppet(page.folder).layers["eyelids"].image
    points = page.points()
    for pose in ("closed", "open"):
        for number in range(36, 48):
            points[pose][number][1] += 12
    assert page.post("save", **points)[0] == 200
    after = load_puppet(page.folder).layers["eyelids"].image
    rows = [np.flatnonzero(layer[..., 3].any(axis=1)).mean() for layer in (before, after)]
    assert 9 < rows[1] - rows[0] < 15


def test_a_save_changes_only_the_points_of_a_hand_drawn_puppet(hand_drawn):
    before = {file.name: file.read_bytes() for file in hand_drawn.folder.iterdir()}
    points = hand_drawn.points()
    points["open"][57][1] += 2
    assert hand_drawn.post("save", **points)[0] == 200
    changed = {
        name for name, old in before.items() if (hand_drawn.folder / name).read_bytes() != old
    }
    assert changed == {"open.csv"}
    assert {file.name for file in hand_drawn.folder.iterdir()} == set(before)


def test_points_in_the_record_itself_are_saved_too(hand_drawn):
    record = hand_drawn.folder / "puppet.yaml"
    data = yaml.safe_load(record.read_text())
    data["points"]["closed"] = load_puppet(hand_drawn.folder).closed.tolist()
    del data["points"]["open"]
    record.write_text(yaml.safe_dump(data))
    points = hand_drawn.points()
    points["closed"][8][1] += 3
    assert hand_drawn.post("save", force=True, **points)[0] == 200
    assert_allclose(load_puppet(hand_drawn.folder).closed, points["closed"], atol=0.01)


def test_a_changed_folder_is_overwritten_only_with_force(page):
    points = page.points()
    (page.folder / "closed.csv").write_text((page.folder / "closed.csv").read_text() + "\n")
    status, response = page.post("save", **points)
    assert status == 409
    assert "changed" in response["error"]
    assert page.post("save", force=True, **points)[0] == 200


def test_of_two_simultaneous_saves_one_succeeds(page):
    points = page.points()
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda: answers.append(page.post("save", **points)[0]))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409]


def test_a_suggested_closed_mouth_is_closed(page):
    _, response = page.post("suggest", pose="closed", **page.points())
    points = np.array(response["closed"])
    assert_allclose(points[INNER_UPPER], points[INNER_LOWER], atol=0.02)
