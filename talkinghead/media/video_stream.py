"""Encodes RGB or RGBA frames into the video stream of a container."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from talkinghead.errors import InputError
from talkinghead.media.formats import VideoCodec
from talkinghead.media.image import composite_on_white
from talkinghead.sample_rates import exact_frame_rate
from talkinghead.types import Array

BT709: Final = 1  # code of ITU-R BT.709 in the stream's colour tags
LIMITED: Final = 1  # code of the colour range 16 to 235
CENTISECONDS: Final = Fraction(1, 100)  # time base of GIF
_SMALLEST: Final = 4  # pixels; the smallest pyramid level has one colour


class VideoStreamEncoder:
    """Encodes frames into the video stream of a container."""

    def __init__(
        self,
        container: Any,
        codec: VideoCodec,
        shape: tuple[int, ...],
        fps: float,
        quantize: Callable[[Array], tuple[Array, Array]] | None = None,
    ) -> None:
        """Take the shape (h, w, 3 or 4) of the frames.

        For codecs with a palette, `quantize` converts a frame to (h, w) uint8 palette indices and
        (256, 4) colours.
        """
        height, width = shape[:2]
        rate = exact_frame_rate(fps)
        stream = container.add_stream(codec.encoder, rate=rate, options=dict(codec.options))
        padding = (height % 2, width % 2) if codec.even_size else (0, 0)
        stream.width, stream.height = width + padding[1], height + padding[0]
        stream.pix_fmt = codec.pixel_format
        context = stream.codec_context
        self._rate, self._tick = rate, 1 / rate if quantize is None else CENTISECONDS
        context.time_base = self._tick
        self._yuv = codec.pixel_format.startswith("yuv")
        if self._yuv:
            context.colorspace = context.color_primaries = context.color_trc = BT709
            context.color_range = LIMITED
        self._container, self._stream, self._codec = container, stream, codec
        self._shape, self._padding, self._quantize, self._count = shape, padding, quantize, 0

    def encode(self, image: Array) -> None:
        """Encode one frame. Raises InputError unless it has the type and shape of the stream."""
        frame = self._convert(validate_frame(image, self._shape))
        frame.pts = round(self._count / self._rate / self._tick)
        frame.time_base = self._tick
        self._count += 1
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Flush the encoder."""
        self._container.mux(self._stream.encode(None))

    def _convert(self, image: Array) -> Any:
        """A frame in the pixel format of the codec."""
        if self._quantize is not None:
            return av.VideoFrame.from_ndarray(self._quantize(image), format="pal8")
        has_alpha = image.shape[2] == 4
        if has_alpha:
            image = bleed_alpha(image) if self._codec.keeps_alpha else composite_on_white(image)
        if any(self._padding):  # the last row and column are repeated
            bottom, right = self._padding
            image = np.pad(image, ((0, bottom), (0, right), (0, 0)), mode="edge")
        if not self._yuv:  # FFmpeg's conversion is wrong in the last columns of odd widths
            alpha = image[..., 3] if has_alpha else np.full(image.shape[:2], 255, np.uint8)
            return av.VideoFrame.from_ndarray(np.dstack([image[..., 2::-1], alpha]), format="bgra")
        return to_yuv(image, self._codec.pixel_format)


def to_yuv(image: Array, pixel_format: str) -> Any:
    """A PyAV frame of (h, w, 3 or 4) uint8 RGB or RGBA in a YUV format, BT.709, limited range."""
    # FFmpeg converts four channels faster than three, to the same values.
    rgba = image if image.shape[2] == 4 else cv2.cvtColor(image, cv2.COLOR_RGB2RGBA)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgba), format="rgba")
    return frame.reformat(
        format=pixel_format, dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
    )


def validate_frame(image: Array, shape: tuple[int, ...]) -> Array:
    """The frame, if it is (h, w, 3 or 4) uint8 of the given shape; otherwise raises InputError."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (3, 4):
        raise InputError(f"a frame must be (h, w, 3 or 4) uint8, got {image.shape}")
    if image.shape[:2] != shape[:2]:
        raise InputError(f"frames differ in size: {image.shape[:2]} after {shape[:2]}")
    if image.shape != shape:
        raise InputError(f"frames differ in transparency: {image.shape} after {shape}")
    return image


def bleed_alpha(image: Array) -> Array:
    """The (h, w, 4) uint8 picture with opaque colours extended into its transparent pixels.

    Codecs blur colours across an edge but keep alpha sharp, so black transparent pixels would
    leave a dark rim. Colours are averaged down an image pyramid and filled in on the way up
    (pull-push, Gortler et al. 1996).
    """
    alpha = image[..., 3]
    if alpha.min() == 255 or alpha.max() == 0:
        return image
    weight = alpha.astype(np.float32) / 255
    filled = _pull_push(np.dstack([image[..., :3] * weight[..., None], weight]))
    out = image.copy()
    out[..., :3] = np.where(alpha[..., None] > 0, image[..., :3], np.rint(filled))
    return out


def _pull_push(premultiplied: Array) -> Array:
    """(h, w, 3) colours everywhere from (h, w, 4) float32 premultiplied colours and weights."""
    height, width = premultiplied.shape[:2]
    weight = premultiplied[..., 3:]
    if min(height, width) <= _SMALLEST:
        total = premultiplied.sum(axis=(0, 1))
        return np.asarray(np.broadcast_to(total[:3] / max(total[3], 1e-6), (height, width, 3)))
    half = ((width + 1) // 2, (height + 1) // 2)
    coarse = _pull_push(np.asarray(cv2.resize(premultiplied, half, interpolation=cv2.INTER_AREA)))
    behind = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(premultiplied[..., :3] + behind * (1 - weight), dtype=np.float32)
