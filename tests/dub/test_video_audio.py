"""The rest of a video's own audio follows new words that are shorter."""

import numpy as np
import pytest

from talkinghead.dub.video_audio import write_rest_of_audio
from talkinghead.media.audio import read_audio
from talkinghead.media.video_frames import read_properties
from tests.dub.videos import write_test_video

FRAMES = [np.full((32, 32, 3), 60, np.uint8)] * 25


def test_the_rest_begins_where_the_words_end(tmp_path):
    times = np.arange(16_000) / 16_000
    audio = (0.3 * np.sin(2 * np.pi * (200 + 400 * (times > 0.6)) * times)).astype(np.float32)
    video = read_properties(write_test_video(tmp_path / "video.mp4", FRAMES, audio=audio))
    path = write_rest_of_audio(video, 0.4, tmp_path / "rest.wav")
    wave = read_audio(path)
    assert wave.seconds == pytest.approx(0.6, abs=0.07)
    crossings = np.abs(np.diff(np.signbit(wave.samples).astype(int)))
    low, high = crossings[: 16_000 // 8], crossings[-16_000 // 8 :]
    assert high.sum() > 2 * low.sum()


def test_without_audio_there_is_no_rest(tmp_path):
    video = read_properties(write_test_video(tmp_path / "video.mp4", FRAMES))
    assert write_rest_of_audio(video, 0.4, tmp_path / "rest.wav") is None
    spoken = read_properties(
        write_test_video(tmp_path / "b.mp4", FRAMES, audio=np.zeros(16_000, np.float32))
    )
    assert write_rest_of_audio(spoken, 5.0, tmp_path / "rest.wav") is None
