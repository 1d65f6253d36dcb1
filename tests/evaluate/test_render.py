"""Rendering metrics, reports of folders, and visual comparison."""

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.errors import InputError
from talkinghead.evaluate.render import (
    CopyRenderer,
    compute_render_metrics,
    evaluate_render,
    read_render_clip,
    render_clip,
)
from talkinghead.types import LandmarkTrack, Video

from .synthetic_clips import FRAMES, SIDE, FixedDetector


class FixedFrames:
    """A renderer that returns given frames for any track."""

    size = (SIDE, SIDE)

    def __init__(self, frames):
        self.frames = frames

    def render(self, track: LandmarkTrack):
        yield from self.frames


def test_the_clip_itself_is_the_best_rendering(video, points):
    detector = FixedDetector(points)
    clip = read_render_clip(video, detector)
    metrics = compute_render_metrics(clip, video.frames, detector)
    expected = {
        "psnr": 60, "ssim": 1, "mouth_psnr": 60, "mouth_ssim": 1, "sharpness": 1, "m_lmd": 0,
    }  # fmt: skip
    assert_allclose([metrics[name] for name in expected], list(expected.values()), atol=1e-6)
    copied = compute_render_metrics(clip, render_clip(clip, CopyRenderer(clip.portrait)), detector)
    assert copied["psnr"] < metrics["psnr"]
    assert copied["mouth_ssim"] < metrics["mouth_ssim"]


def test_a_blurred_mouth_is_less_sharp_and_background_noise_flickers(video, points, rng):
    detector = FixedDetector(points)
    moving = video.frames.copy()
    moving[1::2] = np.clip(moving[1::2].astype(int) + 2, 0, 255)  # a clip has some noise
    clip = read_render_clip(Video(moving, 25.0, None), detector)
    blurred = ((moving.astype(int) + np.roll(moving, 1, axis=2)) // 2).astype(np.uint8)
    assert compute_render_metrics(clip, blurred, detector)["sharpness"] < 0.9
    noisy = np.clip(moving.astype(int) + rng.integers(-9, 10, moving.shape), 0, 255)
    assert compute_render_metrics(clip, noisy.astype(np.uint8), detector)["flicker"] > 2


def test_a_clip_starts_at_its_first_frame_with_a_face(video, points):
    points[0] = np.nan
    clip = read_render_clip(video, FixedDetector(points))
    assert len(clip.frames) == FRAMES - 1
    assert (clip.portrait.image == video.frames[1]).all()


def test_a_renderer_that_loses_frames_is_an_error(video, points):
    clip = read_render_clip(video, FixedDetector(points))
    with pytest.raises(InputError, match="returned 5 frames of the 12"):
        render_clip(clip, FixedFrames(video.frames[:5]))


def test_a_rendering_without_any_face_has_no_landmark_distance(video, points):
    clip = read_render_clip(video, FixedDetector(points))
    no_face = FixedDetector(np.full_like(points, np.nan))
    assert np.isnan(compute_render_metrics(clip, video.frames, no_face)["m_lmd"])


def test_json_of_a_folder_has_the_documented_keys(clip_folder, video, points):
    folder = clip_folder({"a/one.mp4": (video.frames, None), "two.mp4": (video.frames, None)})
    report = evaluate_render(
        folder,
        CopyRenderer,
        FixedDetector(points),
        baselines={"warp": CopyRenderer},
        max_frames=6,
    )
    answer = json.loads(report.to_json())
    assert set(answer) == {"mean", "by_source", "baselines", "clips", "skipped"}
    assert set(answer["mean"]) == {
        "psnr", "ssim", "mouth_psnr", "mouth_ssim", "sharpness", "flicker", "background",
        "eyelid_color", "m_lmd", "seen_open", "seen_open_range", "seen_width", "seen_width_range",
        "seen_closures", "interior_gradient", "interior_tones", "teeth_seen", "teeth_false",
        "lower_seen", "lower_false", "tongue_seen", "tongue_false",
    }  # fmt: skip
    assert set(answer["baselines"]) == {"copy", "warp", "fixed_head", "second_look"}
    assert answer["baselines"]["copy"] == answer["mean"]
    assert answer["baselines"]["second_look"]["psnr"] is None
    assert [clip["path"] for clip in answer["clips"]] == ["a/one.mp4", "two.mp4"]
