"""The length of audio is counted from its frames, not read from the header."""

from dataclasses import replace
from pathlib import Path

import pytest

from talkinghead.errors import AudioError
from talkinghead.media.container import audio_seconds
from talkinghead.media.video_writer import write_video

from .synthetic import Encode, disc_clip


def test_audio_is_counted_until_the_limit(encode_sound: Encode) -> None:
    path = encode_sound("a.flac", "flac", 16_000, "mono", 3.0)
    assert audio_seconds(path, 10) == pytest.approx(3.0, abs=0.01)
    assert 1 < audio_seconds(path, 1) < 2


def test_a_video_without_audio_has_0_seconds(tmp_path: Path) -> None:
    write_video(replace(disc_clip(), audio=None), tmp_path / "a.mkv")
    assert audio_seconds(tmp_path / "a.mkv", 10) == 0


def test_a_file_that_is_not_audio_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("text")
    with pytest.raises(AudioError, match="cannot be decoded"):
        audio_seconds(tmp_path / "a.wav", 10)
