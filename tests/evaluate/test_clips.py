"""Clips of a folder: all mp4 files in order, each with the wav beside it."""

import numpy as np
import pytest

from talkinghead.errors import FaceError, InputError
from talkinghead.evaluate.clips import find_clips, read_clips, track_clip

from .synthetic_clips import FixedDetector, noise, speaking

FRAMES = np.zeros((5, 32, 32, 3), dtype=np.uint8)


@pytest.fixture
def folder(clip_folder):
    folder = clip_folder({"b/two.mp4": (FRAMES, None), "one.mp4": (FRAMES, noise(0.2))})
    (folder / ".hidden.mp4").touch()
    (folder / "notes.txt").touch()
    return folder


def test_clips_are_sorted_and_named_by_folder_and_hidden_files_are_none(folder):
    clips = find_clips(folder)
    assert [(clip.name, clip.group) for clip in clips] == [("b/two.mp4", "b"), ("one.mp4", "clips")]
    assert [clip.wav for clip in clips] == [None, folder / "one.wav"]


def test_a_wav_beside_a_clip_is_its_audio(folder):
    silent, spoken = find_clips(folder)
    assert silent.read().audio is None
    assert spoken.read().audio.samples.size == 0.2 * 16_000
    assert len(spoken.read(max_frames=3).frames) == 3


def test_a_selection_of_no_clip_is_an_error(folder):
    assert [clip.name for clip in find_clips(folder, lambda name: name < "c")] == ["b/two.mp4"]
    with pytest.raises(InputError, match="no clip belongs to the selected speakers"):
        find_clips(folder, lambda name: False)


def test_clips_that_cannot_be_read_are_skipped_and_counted_unless_all_are(folder):
    def read(clip):
        if clip.wav is None:
            raise InputError("has no audio")
        return clip.wav.name

    clips, skipped_clips, calls = find_clips(folder), [], []
    pairs = read_clips(folder, clips, read, skipped_clips, lambda *call: calls.append(call))
    assert [(clip.name, content) for clip, content in pairs] == [("one.mp4", "one.wav")]
    assert [str(skip) for skip in skipped_clips] == ["b/two.mp4: has no audio"]
    assert calls == [(0, 2, "b/two.mp4"), (1, 2, "one.mp4"), (2, 2, "1 skipped")]
    with pytest.raises(FaceError, match="its only clip cannot be measured"):
        list(read_clips(folder, clips[:1], read, []))


def test_frames_without_a_face_are_interpolated_and_too_many_refused():
    points = speaking(np.linspace(0, 0.1, 20))
    lost = points.copy()
    lost[7] = np.nan
    np.testing.assert_allclose(track_clip([None] * 20, FixedDetector(lost)), points, atol=1e-9)
    lost[:10] = np.nan
    with pytest.raises(FaceError):
        track_clip([None] * 20, FixedDetector(lost))


def test_clips_of_any_container_are_found_and_through_links(folder, tmp_path):
    (folder / "s1.mpg").touch()
    (folder / "linked").symlink_to(folder / "b")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.ts").touch()
    (folder / "more").symlink_to(tmp_path / "elsewhere")
    names = [clip.name for clip in find_clips(folder)]
    assert names == ["b/two.mp4", "more/x.ts", "one.mp4", "s1.mpg"]
