"""Extending colours into transparent pixels changes no visible pixel."""

import numpy as np

from talkinghead.media.video_stream import bleed_alpha

from .synthetic import SKIN, moving_disc


def test_bleed_alpha_changes_only_transparent_pixels() -> None:
    frame = moving_disc(3)
    out = bleed_alpha(frame)
    visible = frame[..., 3] > 0
    np.testing.assert_array_equal(out[visible], frame[visible])
    np.testing.assert_array_equal(out[..., 3], frame[..., 3])
    assert np.abs(out[..., :3].astype(int) - SKIN).max() < 3
