"""Extending colours into transparent pixels changes no visible pixel; conversion to YUV."""

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from talkinghead.media.video_stream import bleed_alpha, to_yuv

from .synthetic import SKIN, moving_disc


def test_bleed_alpha_changes_only_transparent_pixels() -> None:
    frame = moving_disc(3)
    out = bleed_alpha(frame)
    visible = frame[..., 3] > 0
    np.testing.assert_array_equal(out[visible], frame[visible])
    np.testing.assert_array_equal(out[..., 3], frame[..., 3])
    assert np.abs(out[..., :3].astype(int) - SKIN).max() < 3


def test_the_conversion_is_that_of_ffmpeg_from_three_channels() -> None:
    image = np.random.default_rng(0).integers(0, 256, (46, 62, 3), dtype=np.uint8)
    frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
    )
    np.testing.assert_array_equal(to_yuv(image, "yuv420p").to_ndarray(), frame.to_ndarray())
