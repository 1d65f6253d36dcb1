"""`evaluate sync`, with a SyncNet that compares brightness with loudness."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from talkinghead.errors import FaceError
from talkinghead.evaluate.sync import SHIFT, evaluate_sync
from talkinghead.media.audio import write_wav
from talkinghead.models.syncnet import FRAME_WINDOW, SyncNetSize
from talkinghead.types import Waveform

from .synthetic_clips import FixedDetector, babble, nodding, speaking

FRAMES = 60


class BrightnessSyncNet(nn.Module):
    """Embeds the brightness of the middle frame, and the loudness of the audio."""

    def __init__(self):
        super().__init__()
        self.size = SyncNetSize(side=16)
        self.unused = nn.Parameter(torch.zeros(1))

    def embed_faces(self, squares):
        return circle(squares.mean(dim=(2, 3))[:, FRAME_WINDOW // 2 : -(FRAME_WINDOW // 2)])

    def embed_audio(self, mel):
        loud = mel.mean(dim=2).unfold(1, 40, 4)[..., 19:21].mean(dim=2)
        return circle((loud - loud.min()) / (loud.max() - loud.min()))


def circle(share):
    return torch.stack([torch.cos(2 * share), torch.sin(2 * share)], dim=-1)


def flickering_clip(seed, delay=0):
    """Frames and audio: the brightness follows the loudness, `delay` frames late."""
    rng = np.random.default_rng(seed)
    level = rng.random(FRAMES + abs(delay))
    light = np.roll(level, delay)[:FRAMES]
    frames = np.empty((FRAMES, 96, 96, 3), np.uint8)
    frames[:] = (40 + 180 * light[:, None, None, None]).astype(np.uint8)
    decibels = np.repeat(40 * level[:FRAMES] - 45, 640)
    noise = rng.normal(size=FRAMES * 640) * 10 ** (decibels / 20)
    return frames, Waveform(noise.clip(-1, 1).astype(np.float32), 16_000)


@pytest.fixture
def detector():
    return FixedDetector(nodding(speaking(babble(FRAMES))))


def test_offsets_follow_the_audio_and_other_audio_has_low_confidence(clip_folder, detector):
    folder = clip_folder({"a/1.mp4": flickering_clip(1), "a/2.mp4": flickering_clip(2)})
    report = evaluate_sync(folder, BrightnessSyncNet(), detector)
    assert report.mean["offset"] == 0
    assert report.mean["near"] == 1
    shifted, other_audio = report.baselines["shifted"], report.baselines["stranger"]
    assert shifted["offset"] == -SHIFT
    assert shifted["near"] == 1
    assert other_audio["lse_c"] < report.mean["lse_c"] / 2
    assert other_audio["lse_d"] > report.mean["lse_d"]
    assert {"mean", "by_source", "baselines", "clips", "skipped"} == set(
        json.loads(report.to_json())
    )


def test_a_late_picture_has_a_positive_offset(clip_folder, detector):
    folder = clip_folder({"late.mp4": flickering_clip(3, delay=4)})
    report = evaluate_sync(folder / "late.mp4", BrightnessSyncNet(), detector)
    (clip,) = report.clips
    assert clip.metrics["offset"] == 4
    assert set(clip.baselines) == {"shifted"}  # there is no other clip


def test_clips_that_cannot_be_measured_are_skipped_and_counted(clip_folder, detector):
    frames, audio = flickering_clip(4)
    silent = Waveform(np.zeros(FRAMES * 640, np.float32), 16_000)
    short = (frames[:12], Waveform(audio.samples[: 12 * 640], 16_000))
    folder = clip_folder({
        "good.mp4": (frames, audio), "mute.mp4": (frames, None),
        "short.mp4": short, "silent.mp4": (frames, silent),
    })  # fmt: skip
    report = evaluate_sync(folder, BrightnessSyncNet(), detector)
    assert [clip.path for clip in report.clips] == ["good.mp4"]
    assert [skip.path for skip in report.skipped_clips] == ["mute.mp4", "short.mp4", "silent.mp4"]
    (folder / "good.mp4").unlink()
    with pytest.raises(FaceError, match="none of 3 clips"):
        evaluate_sync(folder, BrightnessSyncNet(), detector)


def test_a_wav_of_the_same_name_is_the_audio_of_a_file(clip_folder, detector):
    folder = clip_folder({"a.mp4": (flickering_clip(5)[0], None)})
    write_wav(flickering_clip(5)[1], folder / "a.wav")
    report = evaluate_sync(folder / "a.mp4", BrightnessSyncNet(), detector)
    assert report.mean["near"] == 1
