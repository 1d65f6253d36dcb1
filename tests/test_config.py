"""The options of the pipeline refuse values out of range and accept those of NumPy."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from talkinghead.config import (
    ComputeConfig,
    DetectorConfig,
    ModelConfig,
    MotionConfig,
    RenderConfig,
)
from talkinghead.errors import InputError


@pytest.mark.parametrize("bad", [{"amp_lip_x": -1}, {"amp_pos": float("nan")}, {"blink": 99}])
def test_amplitudes_out_of_range_are_refused(bad):
    with pytest.raises(InputError, match=next(iter(bad))):
        MotionConfig(**bad)


def test_numbers_may_be_of_numpy_but_not_true_or_false():
    config = MotionConfig(amp_pos=np.float32(0.5), seed=np.int64(3))
    assert (config.amp_pos, config.seed) == (0.5, 3)
    assert type(config.seed) is int
    with pytest.raises(InputError, match=r"amp_pos must be a number, got True$"):
        MotionConfig(amp_pos=True)


@pytest.mark.parametrize(
    ("kind", "name", "value", "message"),
    [
        (MotionConfig, "amp_lip_x", "2", "must be a number, got '2'"),
        (MotionConfig, "amp_pos", [1, 2], "must be a number, got [1, 2]"),
        (MotionConfig, "amp_pos", np.array([1, 2]), "must be a number, got array([1, 2])"),
        (MotionConfig, "amp_pos", np.True_, "must be a number, got True"),
        (MotionConfig, "seed", "2", "must be a whole number, got '2'"),
        (MotionConfig, "seed", True, "must be a whole number, got True"),
        (MotionConfig, "still", "yes", "must be true or false, got 'yes'"),
        (MotionConfig, "still", 1, "must be true or false, got 1"),
        (MotionConfig, "yaw", 5, "must be a list of degrees, got 5"),
        (MotionConfig, "yaw", "5", "must be a list of degrees, got '5'"),
        (MotionConfig, "yaw", ("5",), "must be a number, got '5'"),
        (RenderConfig, "fps", "25", "must be a number, or a ratio as in 30000/1001, got '25'"),
        (RenderConfig, "fps", "1/0", "must be a number, or a ratio as in 30000/1001, got '1/0'"),
        (RenderConfig, "fps", True, "must be a number, or a ratio as in 30000/1001, got True"),
        (RenderConfig, "size", "large", "must be a whole number, or 'full', got 'large'"),
        (RenderConfig, "crop", 1, "must be true or false, got 1"),
        (ModelConfig, "ckpt", 3, "must be a path, got 3"),
    ],
)
def test_values_of_another_type_are_not_converted(kind, name, value, message):
    with pytest.raises(InputError) as caught:
        kind(**{name: value})
    assert str(caught.value) == f"{name} {message}"


def test_a_path_may_be_text():
    assert ModelConfig(ckpt="weights") == ModelConfig(ckpt=Path("weights"))


def test_angles_are_a_tuple_or_a_list_and_in_fields_also_text_or_one_number():
    assert MotionConfig(yaw=(0, -15.5)).yaw == MotionConfig(yaw=[0, -15.5]).yaw == (0, -15.5)
    for angles in ("0 -15.5", ["0", -15.5]):
        assert MotionConfig.from_fields({"yaw": angles}).yaw == (0, -15.5)
    assert MotionConfig.from_fields({"yaw": 3}).yaw == (3,)
    with pytest.raises(InputError, match="pitch"):
        MotionConfig(pitch=(0, 46))


def test_a_size_must_be_one_that_a_video_can_have():
    assert RenderConfig(size=32).size == 32
    with pytest.raises(InputError, match=r"size must lie in \[32, 8192\], got 31"):
        RenderConfig(size=31)


def test_only_photos_load_the_translator_and_only_if_it_is_not_switched_off():
    assert ModelConfig().animator_options()["refine"]
    for config in (ModelConfig(fast=True), DetectorConfig(), ComputeConfig()):
        assert not config.animator_options()["refine"]
    assert "detector" not in ComputeConfig().animator_options()
    assert DetectorConfig().animator_options()["detector"] == "mediapipe"


@pytest.mark.parametrize("fps", [29.97, "30000/1001", Fraction(30000, 1001), np.float64(29.97)])
def test_a_frame_rate_is_the_exact_one_that_it_stands_for(fps):
    assert RenderConfig(fps=fps).fps == 30000 / 1001
    with pytest.raises(InputError, match=r"fps must lie in \[1, 120\]"):
        RenderConfig(fps="1/2")


def test_text_of_options_gives_frame_rates_and_sizes():
    config = RenderConfig.from_fields({"fps": "24000/1001", "size": "full"})
    assert (config.fps, config.size) == (24000 / 1001, "full")
    assert RenderConfig.from_fields({"fps": "23.98", "size": "640"}).size == 640
