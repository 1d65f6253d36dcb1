"""Workers measure the same figures of clips as this process, in the same order."""

import json

import numpy as np
import pytest

from talkinghead import read_audio, write_video
from talkinghead.assets import asset_folder
from talkinghead.evaluate.extreme_frames import ExtremeFrames
from talkinghead.types import Clip, Waveform


@pytest.fixture
def clips(portrait_image, tmp_path):
    """A folder with two clips of a face, and one of none."""
    audio = read_audio(asset_folder("examples") / "hello_slt.wav")
    face = portrait_image[20:212, 84:276]
    wave = Waveform(audio.samples[: audio.rate // 3], audio.rate)
    for number, frame in enumerate((face, np.full_like(face, 90), face[:, ::-1])):
        frames = [np.roll(frame, shift, axis=1) for shift in (0, 1, 2, 3)]
        write_video(
            Clip(iter(frames), 4, (192, 192), 12.5, wave), tmp_path / "clips" / f"{number}.mp4"
        )
    return tmp_path / "clips"


def test_workers_measure_the_figures_of_one_process(cli, clips, tiny_ckpt):
    command = ("evaluate", "render", clips, "--fast", "--ckpt", tiny_ckpt, "--json")
    status, here, notes = cli(*command)
    assert status == 0
    assert "1.mp4" in notes[0]
    status, there, other_notes = cli(*command, "--workers", 1)
    assert (status, other_notes) == (0, notes)
    assert json.loads(there) == json.loads(here)
    assert len(json.loads(here)["clips"]) == 2


def test_extreme_frames_of_several_collectors_are_those_of_one():
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 255, (3, 64, 64, 3), dtype=np.uint8)
    points = rng.uniform(20, 40, (4, 3, 68, 3)).astype(np.float32)
    one, first, second = (ExtremeFrames(count=2) for _ in range(3))
    for number in range(4):
        one.add(str(number), frames, frames, points[number])
        (first, second)[number % 2].add(str(number), frames, frames, points[number])
    first.merge(second)
    np.testing.assert_array_equal(first.sheet(), one.sheet())
