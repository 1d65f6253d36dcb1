"""Previews of the edited puppet: poses, mesh and clips."""

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from talkinghead.editor.document import EditedPoints, PuppetDocument
from talkinghead.editor.preview import PreviewRenderer
from talkinghead.media.video_reader import read_video
from talkinghead.puppet.store import load_puppet
from talkinghead.types import Puppet
from tests.editor.conftest import TOKEN


def test_a_pose_rendered_during_a_save_leaves_no_outdated_layers(
    built_puppet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = shutil.copytree(built_puppet, tmp_path / "dot")
    document = PuppetDocument(folder)
    state = document.state()
    points = EditedPoints(closed=state["closed"], open=state["open"])
    for landmarks in (points.closed, points.open):
        for number in range(48, 68):
            x, y = landmarks[number]
            landmarks[number] = (x, y + 12)

    def load_meanwhile(place: Path) -> Puppet:
        preview.pose(points, "open")
        return load_puppet(place)

    with closing(PreviewRenderer(document, pytest.fail)) as preview:
        monkeypatch.setattr("talkinghead.editor.document.load_puppet", load_meanwhile)
        document.save(points, state["revision"])
        rendered = preview.pose(points, "open")
    monkeypatch.undo()
    with closing(PreviewRenderer(PuppetDocument(folder), pytest.fail)) as fresh:
        assert rendered == fresh.pose(points, "open")


def test_crossed_points_fold_triangles(page):
    points = page.points()
    assert page.post("mesh", pose="closed", **points)[1]["folded"] == []
    points["closed"][30], points["closed"][8] = points["closed"][8], points["closed"][30]
    assert page.post("mesh", pose="closed", **points)[1]["folded"] != []


def test_the_pose_that_is_not_drawn_is_rendered(page):
    status, headers, body = page.raw(
        f"/{TOKEN}/api/pose", json.dumps({"pose": "open", **page.points()}).encode()
    )
    assert (status, headers["content-type"], body[:4]) == (200, "image/webp", b"RIFF")


def test_a_clip_is_rendered_without_saving(page):
    before = (page.folder / "closed.csv").read_bytes()
    points = page.points()
    points["closed"][8][1] += 3
    status, response = page.post("speak", sentence="voice", **points)
    assert status == 200
    path = f"/{TOKEN}/api/clip/{response['clip']}.mp4"
    status, headers, body = page.raw(path)
    assert (status, headers["content-type"]) == (200, "video/mp4")
    video = page.folder.parent / "video.mp4"
    video.write_bytes(body)
    assert 20 < len(read_video(video).frames) <= 50
    assert page.raw(path, Range="bytes=0-9")[0] == 206
    assert (page.folder / "closed.csv").read_bytes() == before


def test_a_clip_is_rendered_in_a_stored_speaking_style(page, saved_style):
    assert page.get("api/state")[1]["styles"][0] == saved_style
    videos = []
    for style in ("", saved_style):
        status, response = page.post("speak", sentence="voice", style=style, **page.points())
        assert status == 200
        videos.append(page.raw(f"/{TOKEN}/api/clip/{response['clip']}.mp4")[2])
    assert videos[0] != videos[1]
    status, response = page.post("speak", style="/etc/passwd", **page.points())
    assert (status, "no style" in response["error"]) == (422, True)
