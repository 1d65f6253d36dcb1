"""Laws of `evaluate sync`, by an expert to whom light is loudness."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from talkinghead.errors import FaceError
from talkinghead.evaluate.sync import SHIFT, evaluate_sync
from talkinghead.media.audio import write_wav
from talkinghead.sync.net import SEEN, SyncSize
from talkinghead.types import Waveform

from .actor import KnowingDetector, babble, nodding, speaking

FRAMES = 60


class LightIsLoudness(nn.Module):
    """Sees how bright the middle frame is, and hears how loud."""

    def __init__(self):
        super().__init__()
        self.size = SyncSize(side=16)
        self.nothing = nn.Parameter(torch.zeros(1))

    def see(self, squares):
        return circle(squares.mean(dim=(2, 3))[:, SEEN // 2 : -(SEEN // 2)])

    def hear(self, mel):
        loud = mel.mean(dim=2).unfold(1, 40, 4)[..., 19:21].mean(dim=2)
        return circle((loud - loud.min()) / (loud.max() - loud.min()))


def circle(share):
    return torch.stack([torch.cos(2 * share), torch.sin(2 * share)], dim=-1)


def flickering(seed, later=0):
    """Frames as bright as their sound is loud, `later` frames after it."""
    rng = np.random.default_rng(seed)
    level = rng.random(FRAMES + abs(later))
    light = np.roll(level, later)[:FRAMES]
    frames = np.empty((FRAMES, 96, 96, 3), np.uint8)
    frames[:] = (40 + 180 * light[:, None, None, None]).astype(np.uint8)
    decibels = np.repeat(40 * level[:FRAMES] - 45, 640)
    noise = rng.normal(size=FRAMES * 640) * 10 ** (decibels / 20)
    return frames, Waveform(noise.clip(-1, 1).astype(np.float32), 16_000)


@pytest.fixture
def detector():
    return KnowingDetector(nodding(speaking(babble(FRAMES))))


def test_offsets_follow_the_sound_and_strangers_are_told(clip_folder, detector):
    folder = clip_folder({"a/1.mp4": flickering(1), "a/2.mp4": flickering(2)})
    report = evaluate_sync(folder, LightIsLoudness(), detector)
    assert report.mean["offset"] == 0
    assert report.mean["near"] == 1
    shifted, stranger = report.baselines["shifted"], report.baselines["stranger"]
    assert shifted["offset"] == -SHIFT
    assert shifted["near"] == 1
    assert stranger["lse_c"] < report.mean["lse_c"] / 2
    assert stranger["lse_d"] > report.mean["lse_d"]
    assert {"mean", "by_source", "baselines", "clips", "skipped"} == set(
        json.loads(report.to_json())
    )


def test_a_late_picture_has_a_positive_offset(clip_folder, detector):
    folder = clip_folder({"late.mp4": flickering(3, later=4)})
    report = evaluate_sync(folder / "late.mp4", LightIsLoudness(), detector)
    (clip,) = report.clips
    assert clip.figures["offset"] == 4
    assert set(clip.baselines) == {"shifted"}  # one clip has no stranger


def test_what_cannot_be_measured_is_left_out_and_counted(clip_folder, detector):
    frames, sound = flickering(4)
    silent = Waveform(np.zeros(FRAMES * 640, np.float32), 16_000)
    short = (frames[:12], Waveform(sound.samples[: 12 * 640], 16_000))
    folder = clip_folder({
        "good.mp4": (frames, sound), "mute.mp4": (frames, None),
        "short.mp4": short, "silent.mp4": (frames, silent),
    })  # fmt: skip
    report = evaluate_sync(folder, LightIsLoudness(), detector)
    assert [clip.path for clip in report.clips] == ["good.mp4"]
    assert [skip.path for skip in report.left_out] == ["mute.mp4", "short.mp4", "silent.mp4"]
    (folder / "good.mp4").unlink()
    with pytest.raises(FaceError, match="none of 3 clips"):
        evaluate_sync(folder, LightIsLoudness(), detector)


def test_a_wav_of_the_same_name_is_the_sound_of_a_file(clip_folder, detector):
    folder = clip_folder({"a.mp4": (flickering(5)[0], None)})
    write_wav(flickering(5)[1], folder / "a.wav")
    report = evaluate_sync(folder / "a.mp4", LightIsLoudness(), detector)
    assert report.mean["near"] == 1
