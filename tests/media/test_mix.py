"""Sounds that begin at their moments add up, and none is changed where it is alone."""

from pathlib import Path

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.media.audio import read_audio, write_wav
from talkinghead.media.encode import write_video
from talkinghead.media.limiter import CEILING, KNEE, bent
from talkinghead.media.mix import mixed
from talkinghead.types import Clip, Cue, Waveform

from .making import moving_frames, tone


def test_parts_begin_at_their_sample_and_add_up(rng: np.random.Generator) -> None:
    first, second = (rng.uniform(-0.4, 0.4, (1, n)).astype(np.float32) for n in (9000, 700))
    parts = [(0, iter(np.split(first, 9, axis=1))), (5001, iter([second]))]
    total = np.concatenate(list(mixed(parts, 1)), axis=1)
    wanted = first.copy()
    wanted[:, 5001:5701] += second
    np.testing.assert_allclose(total[:, :9000], wanted, atol=1e-6)
    assert not total[:, 9000:].any()


def test_the_sum_stays_below_one_and_rises() -> None:
    loud = np.linspace(-3, 3, 601, dtype=np.float32)[None]
    out = bent(loud)
    assert np.abs(out).max() <= np.float32(CEILING)
    assert (np.diff(out) >= 0).all()
    quiet = np.abs(loud) <= KNEE
    np.testing.assert_array_equal(out[quiet], loud[quiet])


def test_a_film_has_all_of_its_cues_in_time(tmp_path: Path) -> None:
    write_wav(Waveform(tone(0.3, 44_100), 44_100), tmp_path / "a.wav")
    cues = (Cue(tmp_path / "a.wav", 0.2), Cue(Waveform(tone(0.2), 16_000), 0.9))
    silence = Waveform(np.zeros(20_000, np.float32), 16_000)
    frames = moving_frames(1, (32, 32)) * 31
    write_video(Clip(iter(frames), 31, (32, 32), 25, silence, cues), tmp_path / "a.mov")
    sound = np.abs(read_audio(tmp_path / "a.mov").samples)
    loud = np.convolve(sound, np.ones(160) / 160, "same") > 0.05
    edges = np.flatnonzero(np.diff(loud.astype(int))) / 16_000
    np.testing.assert_allclose(edges, [0.2, 0.5, 0.9, 1.1], atol=0.03)


def test_a_cue_is_not_before_the_beginning() -> None:
    with pytest.raises(InputError, match="0 seconds or later"):
        Cue("a.wav", -1)
