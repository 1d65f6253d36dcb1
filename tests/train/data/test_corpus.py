"""Each recording and each clip with speech becomes one utterance."""

import pytest

from talkinghead.train.data.corpus import find_recordings


@pytest.mark.parametrize("video", ["video.mp4", "video.mov", "video.webm"])
def test_a_video_and_the_audio_beside_it_are_one_recording(tmp_path, video):
    (tmp_path / "ann").mkdir()
    for name in (video, "video.wav", "alone.wav"):
        (tmp_path / "ann" / name).touch()
    recordings = [(r.source, r.path.name) for r in find_recordings(tmp_path)]
    assert recordings == [("ann/alone", "alone.wav"), ("ann/video", video)]


def test_a_name_like_librispeechs_gives_the_speaker(tmp_path):
    (tmp_path / "19-198-0001.flac").touch()
    (recording,) = find_recordings(tmp_path)
    assert recording.speaker == "librispeech/19"
    assert recording.is_read_speech


def test_clips_whose_sound_is_not_speech_are_left_out(tmp_path):
    (tmp_path / "song.mp4").touch()
    (tmp_path / "manifest.csv").write_text("path,identity,sound\nsong.mp4,ann,music\n")
    assert list(find_recordings(tmp_path)) == []
