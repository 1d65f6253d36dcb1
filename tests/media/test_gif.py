"""A GIF palette contains the colours of the clip and one transparent entry."""

import numpy as np

from talkinghead.media.gif import TRANSPARENT, choose_palette

from .synthetic import moving_disc, moving_frames


def test_choosing_a_palette_passes_every_frame_on_unchanged() -> None:
    frames = moving_frames(60, (32, 24))  # more than are looked at
    _, passed = choose_palette(iter(frames))
    for frame, original in zip(passed, frames, strict=True):
        assert frame is original


def test_quantized_colours_are_close() -> None:
    frames = moving_frames(3, (64, 48))
    palette, _ = choose_palette(iter(frames))
    indices, colours = palette(frames[1])
    assert indices.max() < TRANSPARENT
    assert np.abs(colours[indices][..., 1:].astype(int) - frames[1]).mean() < 6
    assert (colours[indices][..., 0] == 255).all()


def test_transparent_pixels_have_the_transparent_index() -> None:
    frame = moving_disc(0)
    palette, _ = choose_palette(iter([frame]))
    indices, colours = palette(frame)
    np.testing.assert_array_equal(indices == TRANSPARENT, frame[..., 3] < 128)
    assert np.flatnonzero(colours[:, 0] == 0).tolist() == [TRANSPARENT]


def test_a_transparent_clip_has_a_palette_too() -> None:
    palette, _ = choose_palette(iter([np.zeros((4, 4, 4), np.uint8)]))
    assert (palette(np.zeros((4, 4, 4), np.uint8))[0] == TRANSPARENT).all()
