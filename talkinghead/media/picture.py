"""The picture stream of a film: RGB or RGBA frames to whatever a codec takes."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from talkinghead.errors import InputError
from talkinghead.media.alpha import bled
from talkinghead.media.formats import VideoCodec
from talkinghead.media.image import on_white
from talkinghead.types import Array

BT709: Final = 1  # number of the standard in the stream's colour tags
LIMITED: Final = 1  # colour range 16 to 235
CENTISECONDS: Final = Fraction(1, 100)  # the clock of GIF


def checked(image: Array, shape: tuple[int, ...]) -> Array:
    """A frame of the size and kind of the first one, (h, w, 3 or 4) uint8."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (3, 4):
        raise InputError(f"a frame must be (h, w, 3 or 4) uint8, got {image.shape}")
    if image.shape[:2] != shape[:2]:
        raise InputError(f"frames differ in size: {image.shape[:2]} after {shape[:2]}")
    if image.shape != shape:
        raise InputError(f"frames differ in transparency: {image.shape} after {shape}")
    return image


class Picture:
    """The video stream of a container."""

    def __init__(
        self,
        container: Any,
        codec: VideoCodec,
        shape: tuple[int, ...],
        fps: float,
        indexed: Callable[[Array], tuple[Array, Array]] | None = None,
    ) -> None:
        """Take the first frame's shape (h, w, 3 or 4).

        `indexed` turns a frame into (h, w) uint8 numbers of colours and (256, 4) colours, for
        codecs of 256 colours.
        """
        height, width = shape[:2]
        rate = Fraction(fps).limit_denominator(1001)
        stream = container.add_stream(codec.encoder, rate=rate, options=dict(codec.options))
        odd = (height % 2, width % 2) if codec.even else (0, 0)
        stream.width, stream.height = width + odd[1], height + odd[0]
        stream.pix_fmt = codec.pixels
        context = stream.codec_context
        self._rate, self._tick = rate, 1 / rate if indexed is None else CENTISECONDS
        context.time_base = self._tick
        self._yuv = codec.pixels.startswith("yuv")
        if self._yuv:
            context.colorspace = context.color_primaries = context.color_trc = BT709
            context.color_range = LIMITED
        self._container, self._stream, self._codec = container, stream, codec
        self._shape, self._odd, self._indexed, self._count = shape, odd, indexed, 0

    def add(self, image: Array) -> None:
        """Encode one frame."""
        frame = self._frame(checked(image, self._shape))
        frame.pts = round(self._count / self._rate / self._tick)
        frame.time_base = self._tick
        self._count += 1
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Write what the encoder holds back."""
        self._container.mux(self._stream.encode(None))

    def _frame(self, image: Array) -> Any:
        if self._indexed is not None:
            return av.VideoFrame.from_ndarray(self._indexed(image), format="pal8")
        clear = image.shape[2] == 4
        if clear:
            image = bled(image) if self._codec.alpha else on_white(image)
        if any(self._odd):  # the last row and column are repeated
            image = np.pad(image, ((0, self._odd[0]), (0, self._odd[1]), (0, 0)), mode="edge")
        if not self._yuv:  # FFmpeg's own conversion errs in the last columns of odd widths
            alpha = image[..., 3] if clear else np.full(image.shape[:2], 255, np.uint8)
            return av.VideoFrame.from_ndarray(np.dstack([image[..., 2::-1], alpha]), format="bgra")
        kind = "rgba" if clear and self._codec.alpha else "rgb24"
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format=kind)
        return frame.reformat(
            format=self._codec.pixels,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
