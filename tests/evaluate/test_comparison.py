"""A comparison shows the same frames of both videos, side by side and as a contact sheet."""

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.evaluate.comparison import (
    TILE,
    compare,
    crop_mouth,
    crop_width,
    mouth_sheet,
    side_by_side,
)
from talkinghead.evaluate.render import (
    CopyRenderer,
    read_render_clip,
)

from .synthetic_clips import FRAMES, SIDE, FixedDetector


def test_the_sheet_shows_the_same_mouths_for_the_same_frames(video, points):
    sheet = mouth_sheet(video.frames, video.frames, points, count=4, columns=2)
    half = (sheet.shape[0] - 6) // 2
    assert sheet[:half].shape == sheet[half : 2 * half].shape


def test_side_by_side_streams_and_a_comparison_runs_at_half_speed(video, points):
    wide = list(side_by_side(iter(video.frames), iter(video.frames), points))
    assert len(wide) == FRAMES
    assert (wide[0][:, :SIDE] == wide[0][:, SIDE:]).all()
    clip = read_render_clip(video, FixedDetector(points))
    _, video_clip = compare(clip, CopyRenderer)
    frames = list(video_clip.frames)
    assert len(frames) == video_clip.count == 2 * FRAMES
    assert frames[0].shape == (video_clip.size[1], video_clip.size[0], 3)
    assert (frames[0] == frames[1]).all()


def test_a_crop_is_centred_on_the_mouth_and_has_the_same_scale_in_every_frame(video, points):
    wide, tall = TILE
    across = crop_width(points, wide / tall)
    shift = np.array([7, -3, 0])
    shifted = np.roll(video.frames[0], (7, -3), axis=(1, 0))
    first, second = (
        crop_mouth(frame, face, across, TILE)
        for frame, face in ((video.frames[0], points[0]), (shifted, points[0] + shift))
    )
    inside = np.s_[tall // 3 : 2 * tall // 3, wide // 3 : 2 * wide // 3]
    assert np.abs(first[inside].astype(int) - second[inside]).max() <= 2


def test_a_comparison_without_frames_is_refused(points):
    none = np.empty((0, SIDE, SIDE, 3), np.uint8)
    with pytest.raises(InputError, match="no frames to compare"):
        mouth_sheet(none, none, points)
    assert list(side_by_side([], [], points)) == []
