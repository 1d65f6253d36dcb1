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
from talkinghead.types import Array, Clip, Waveform

CONTAINERS: Final = {".mp4": "mp4", ".mov": "mov", ".mkv": "matroska"}
X264: Final = {"preset": "veryfast", "crf": "18"}
BT709: Final = 1  # number of the standard in the stream's colour tags
LIMITED: Final = 1  # colour range 16 to 235
AAC_RATES: Final = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
CHUNK: Final = 1024  # samples in one AAC frame


def write_video(
    clip: Clip, path: str | Path, *, progress: Callable[[int, int], None] | None = None
) -> None:
    """Write mp4, mov or mkv (by suffix) as the frames arrive; memory does not grow.

    Odd sizes get an edge pixel more; transparent frames are laid on white. `progress` is
    told the frames done and their number. On any failure or interruption an older file stays
    as it was. Raises OutputError when the file cannot be written, InputError for frames that
    are no pictures.
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
        sound = None if clip.audio is None else _Sound(container, clip.audio)
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


class _Sound:
    """The audio stream of a container, written a little at a time."""

    def __init__(self, container: Any, wave: Waveform) -> None:
        rate = wave.rate if wave.rate in AAC_RATES else 48_000
        self._container = container
        self._stream = container.add_stream("aac", rate=rate, layout="mono")
        self._stream.bit_rate = 64_000 if rate < 32_000 else 128_000
        self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=rate)
        self._wave, self._done = wave, 0

    def add_until(self, seconds: float) -> None:
        end = min(int(seconds * self._wave.rate), self._wave.samples.size)
        while self._done + CHUNK <= end:
            self._add(self._done + CHUNK)

    def finish(self) -> None:
        while self._done < self._wave.samples.size:
            self._add(min(self._done + CHUNK, self._wave.samples.size))
        for frame in [*self._resampler.resample(None), None]:
            self._container.mux(self._stream.encode(frame))

    def _add(self, end: int) -> None:
        piece = np.ascontiguousarray(self._wave.samples[None, self._done : end], dtype=np.float32)
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
        frame.sample_rate = self._wave.rate
        frame.pts, frame.time_base = self._done, Fraction(1, self._wave.rate)
        self._done = end
        for ready in self._resampler.resample(frame):
            self._container.mux(self._stream.encode(ready))
