"""A puppet made from a picture has both poses, a valid name and an atomically written folder."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.errors import OutputError, PuppetError
from talkinghead.geometry.mouth import face_width, is_mouth_open, lip_gaps, mouth_width
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER
from talkinghead.pipeline import Animator
from talkinghead.puppet import author
from talkinghead.puppet.author import (
    PuppetDraft,
    build_puppet,
    draft_puppet,
    validate_name,
    write_puppet,
)
from talkinghead.puppet.face_frame import open_pose
from talkinghead.puppet.store import load_puppet
from tests.puppet.drawing import drawn_face, drawn_points


@pytest.fixture(scope="module")
def draft() -> PuppetDraft:
    return draft_puppet(drawn_face(), drawn_points())


def test_the_closed_mouth_is_closed_and_the_open_one_open(draft):
    assert_array_equal(draft.closed[INNER_UPPER], draft.closed[INNER_LOWER])
    assert (lip_gaps(draft.opened) > 0.3 * mouth_width(draft.closed)).all()


def test_a_face_drawn_with_an_open_mouth_keeps_its_landmarks():
    opened = open_pose(drawn_points())
    draft = draft_puppet(drawn_face(), opened)
    assert draft.drawn == "open"
    assert_array_equal(draft.points, opened)
    assert not is_mouth_open(draft.closed)


def test_a_written_folder_loads_and_can_be_animated(draft, tmp_path, tiny_ckpt, voice):
    puppet = build_puppet("dot", draft)
    write_puppet(puppet, draft, tmp_path / "dot")
    loaded = load_puppet(tmp_path / "dot")
    assert_allclose(loaded.closed, draft.closed, atol=0.01)
    animator = Animator(ckpt=tiny_ckpt, device="cpu")
    subject = animator.cartoon(tmp_path / "dot")
    clip = animator.animate(subject, voice)
    frames = np.stack(list(clip.frames)).astype(int)
    assert len(frames) == 50
    mouth = frames[:, 120:160, 100:156]
    assert np.abs(mouth - mouth[0]).max(axis=(1, 2, 3)).max() > 60


def test_the_source_picture_is_kept(draft, tmp_path):
    write_puppet(build_puppet("dot", draft), draft, tmp_path / "dot")
    assert_array_equal(author.read_source(tmp_path / "dot"), draft.picture)


def test_a_puppet_is_replaced_only_with_force(draft, tmp_path):
    folder = tmp_path / "dot"
    write_puppet(build_puppet("dot", draft, title="first"), draft, folder)
    with pytest.raises(OutputError, match="--force"):
        write_puppet(build_puppet("dot", draft, title="second"), draft, folder)
    assert load_puppet(folder).meta["title"] == "first"
    write_puppet(build_puppet("dot", draft, title="second"), draft, folder, force=True)
    assert load_puppet(folder).meta["title"] == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["dot"]


def test_a_folder_without_a_puppet_is_never_replaced(draft, tmp_path):
    (tmp_path / "thesis").mkdir()
    with pytest.raises(OutputError, match="is not a puppet"):
        write_puppet(build_puppet("dot", draft), draft, tmp_path / "thesis", force=True)


def test_a_failed_write_leaves_the_old_puppet(draft, tmp_path, monkeypatch):
    folder = tmp_path / "dot"
    write_puppet(build_puppet("dot", draft, title="first"), draft, folder)

    def broken(puppet: object, target: Path) -> None:
        (target / "head.png").write_text("half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(author, "save_puppet", broken)
    with pytest.raises(OutputError, match="No space left"):
        write_puppet(build_puppet("dot", draft), draft, folder, force=True)
    assert load_puppet(folder).meta["title"] == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["dot"]


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "a b", ".hidden", "é", "x" * 65, "a\n"])
def test_names_that_are_not_folder_names_are_refused(name):
    with pytest.raises(PuppetError, match="cannot be called"):
        validate_name(name)


def test_large_pictures_are_scaled_to_the_largest_canvas():
    picture, scale = author.limit_size(np.full((100, 4096, 4), 255, np.uint8))
    assert (picture.shape, scale) == ((50, 2048, 4), 0.5)
    assert (picture == 255).all()


def test_the_drawn_face_has_its_documented_width():
    assert_allclose(face_width(drawn_points()), 120)
