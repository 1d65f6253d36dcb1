"""A finished clip to a file: H.264 and AAC in one pass, whole or not at all."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from talkinghead.errors import InputError, OutputError
from talkinghead.media.files import replacing
from talkinghead.media.soundtrack import soundtrack
from talkinghead.types import Array, Clip

CONTAINERS: Final = {".mp4": "mp4", ".mov": "mov", ".mkv": "matroska"}
X264: Final = {"preset": "veryfast", "crf": "18"}
BT709: Final = 1  # number of the standard in the stream's colour tags
LIMITED: Final = 1  # colour range 16 to 235


def write_video(
    clip: Clip, path: str | Path, *, progress: Callable[[int, int], None] | None = None
) -> None:
    """Write mp4, mov or mkv (by suffix) as the frames arrive; memory does not grow.

    Odd sizes get an edge pixel more; transparent frames are laid on white. `progress` is
    told the frames done and their number. The sound is that of `clip.sound` at its own rate,
    mono or stereo, as long as `clip.audio`; without such a file it is `clip.audio` itself.
    On any failure or interruption an older file stays as it was. Raises OutputError when the
    file cannot be written, InputError for frames that are no pictures, AudioError when
    `clip.sound` cannot be read.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in CONTAINERS:
        raise OutputError(f"{target}: unknown suffix {suffix!r}; name it {', '.join(CONTAINERS)}")
    frames = iter(clip.frames)
    first = next(frames, None)
    if first is None:
        raise InputError(f"{target}: the clip has no frames; nothing was written")
    with replacing(target) as temporary:
        try:
            _encode(chain([first], frames), first.shape[:2], clip, temporary, suffix, progress)
        except av.FFmpegError as problem:
            reason = problem.strerror or problem
            raise OutputError(f"{target}: the video cannot be written ({reason})") from problem


def _encode(
    frames: Iterator[Array],
    shape: tuple[int, ...],
    clip: Clip,
    path: Path,
    suffix: str,
    progress: Callable[[int, int], None] | None,
) -> None:
    options = {} if suffix == ".mkv" else {"movflags": "+faststart"}
    with av.open(str(path), "w", format=CONTAINERS[suffix], options=options) as container:
        video = _Picture(container, shape, clip.fps)
        with soundtrack(container, clip.audio, clip.sound) as sound:
            for done, frame in enumerate(frames, start=1):
                video.add(frame)
                if sound is not None:
                    sound.add_until(done / clip.fps)
                if progress is not None:
                    progress(done, clip.count)
            if sound is not None:
                sound.finish()
        video.finish()


class _Picture:
    """The video stream of a container."""

    def __init__(self, container: Any, shape: tuple[int, ...], fps: float) -> None:
        height, width = shape
        rate = Fraction(fps).limit_denominator(1001)
        stream = container.add_stream("libx264", rate=rate, options=dict(X264))
        stream.width, stream.height = width + width % 2, height + height % 2
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base = 1 / rate
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = LIMITED
        self._container, self._stream = container, stream
        self._shape, self._time_base, self._count = (height, width), 1 / rate, 0

    def add(self, image: Array) -> None:
        picture = av.VideoFrame.from_ndarray(self._even_rgb(image), format="rgb24")
        frame = picture.reformat(
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        frame.pts, frame.time_base = self._count, self._time_base
        self._count += 1
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        self._container.mux(self._stream.encode(None))

    def _even_rgb(self, image: Array) -> Array:
        """x264 needs even sides: the last row and column are repeated where they are odd."""
        height, width = self._shape
        channels = (3, 4)
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in channels:
            raise InputError(f"a frame must be (h, w, 3 or 4) uint8, got {image.shape}")
        if image.shape[:2] != self._shape:
            raise InputError(f"frames differ in size: {image.shape[:2]} after {self._shape}")
        if image.shape[2] == 4:
            weight = image[..., 3:].astype(np.uint16)
            mixed = image[..., :3] * weight + 255 * (255 - weight)
            image = (mixed // 255).astype(np.uint8)
        if height % 2 or width % 2:
            image = np.pad(image, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        return np.ascontiguousarray(image)
