"""Clips are written as LipGAN reads them."""

import cv2
import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.media.audio import read_audio
from talkinghead.train.data.lipgan_layout import log_mel, preprocess_lipgan, write_clip
from talkinghead.types import Waveform
from tests.evaluate.synthetic_clips import FixedDetector
from tests.evaluate.synthetic_clips import write_clip as write_video

TONE = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000).astype(np.float32)


@pytest.fixture
def clip(tmp_path):
    frames = np.zeros((5, 120, 160, 3), np.uint8)
    frames[:, 30:90, 50:110] = (200, 20, 20)
    write_video(tmp_path / "main" / "61" / "00011.mp4", frames, None)
    return tmp_path / "main" / "61" / "00011.mp4"


def points(count=5):
    face = np.zeros((68, 3))
    face[:, 0], face[:, 1] = np.linspace(56, 104, 68), np.linspace(44, 84, 68)
    return np.repeat(face[None], count, axis=0)


def test_a_clip_becomes_pictures_mels_and_audio(clip, tmp_path, monkeypatch):
    from talkinghead.train.data import lipgan_layout as module
    from talkinghead.types import Video

    original = module.read_video

    def with_audio(path):
        video = original(path)
        return Video(video.frames, video.fps, Waveform(TONE[:3200], 16_000))

    monkeypatch.setattr(module, "read_video", with_audio)
    target = tmp_path / "out" / "train" / "61" / "00011" / "mels.npz"
    write_clip(clip, target, FixedDetector(points()))
    assert sorted(p.name for p in target.parent.iterdir()) == [
        "0.jpg", "1.jpg", "2.jpg", "3.jpg", "4.jpg", "audio.wav", "mels.npz",
    ]  # fmt: skip
    face = cv2.imread(str(target.parent / "0.jpg"))
    assert face.shape[1] == pytest.approx(48 * 1.12, abs=3)
    assert face.mean(axis=(0, 1)) == pytest.approx((20, 20, 200), abs=25)
    assert read_audio(target.parent / "audio.wav").seconds == pytest.approx(0.2)
    spec = np.load(target)["spec"]
    assert spec.shape == (80, 17)


def test_clips_go_to_their_speaker_and_split_and_bad_ones_are_reported(clip, tmp_path):
    [reason] = preprocess_lipgan(tmp_path, tmp_path / "out", 1, None, {"61/00011"}, "pretrain")
    assert reason == "main/61/00011.mp4: no audio; put one into the clip"
    with pytest.raises(InputError, match="or none that is listed"):
        preprocess_lipgan(tmp_path, tmp_path / "out", 1, None, {"62/00011"}, "pretrain")


def test_a_frame_without_a_face_is_reported(clip, tmp_path, monkeypatch):
    from talkinghead.train.data import lipgan_layout as module
    from talkinghead.types import Video

    video = Video(np.zeros((5, 9, 9, 3), np.uint8), 25.0, Waveform(TONE, 16_000))
    monkeypatch.setattr(module, "read_video", lambda path: video)
    track = points()
    track[2] = np.nan
    with pytest.raises(InputError, match="1 of 5 frames show no face"):
        write_clip(clip, tmp_path / "mels.npz", FixedDetector(track))


def test_the_spectrogram_has_the_range_and_the_bands_of_lipgan():
    spec = log_mel(Waveform(TONE, 16_000))
    assert spec.shape == (80, 81)
    assert spec.min() >= -4
    assert spec.max() <= 4
    loudest = spec.mean(axis=1).argmax()
    # 1000 Hz is 15 mel; the bands are spaced evenly from 0.825 to 44.5 mel.
    low, high = 55 * 3 / 200, 15 + np.log(7.6) * 27 / np.log(6.4)
    assert loudest == pytest.approx((15 - low) / (high - low) * 81 - 1, abs=1)
    silence = log_mel(Waveform(np.zeros(16_000, np.float32), 16_000))
    np.testing.assert_array_equal(silence, -4)
