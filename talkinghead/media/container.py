"""Open sound and video files: locked in, at any sample rate, with the length they declare."""

import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import av

from talkinghead.errors import AudioError, InputError
from talkinghead.media.files import readable
from talkinghead.types import Array

STREAMED: Final = 0x7F000000  # writers that cannot seek leave sizes from here up
XING_WITHIN: Final = 1 << 18  # bytes; cover art may stand before it


@contextmanager
def opened(source: str | Path, error: type[InputError], what: str) -> Iterator[Any]:
    """The PyAV container of a file; whatever fails inside is raised as `error`.

    Playlists that point to other files or to the network are not followed.
    """
    path = readable(source, error)
    try:
        with (
            path.open("rb") as file,
            av.open(
                file, metadata_errors="ignore", options={"protocol_whitelist": "none"}
            ) as container,
        ):
            yield container
    except (av.FFmpegError, EOFError) as problem:
        raise error(
            f"{path}: cannot be decoded as {what}; it is damaged, truncated or of a kind "
            "not known here; save it again"
        ) from problem


def resampled(frames: Iterable[Any], rate: int) -> Iterator[Any]:
    """Sound frames as float32 at `rate` Hz, channels as they are, without gaps.

    Time stamps are dropped: one frame begins where the last one ended. A stream may change
    its format on the way. Take the samples out with `channels`.
    """
    resampler, source = None, None
    for frame in frames:
        if resampler is None or source != (frame.format.name, frame.layout.name, frame.rate):
            if resampler is not None:
                yield from resampler.resample(None)
            source = (frame.format.name, frame.layout.name, frame.rate)
            resampler = av.AudioResampler(format="flt", layout=frame.layout, rate=rate)
        frame.pts = None
        yield from resampler.resample(frame)
    if resampler is not None:
        yield from resampler.resample(None)


def channels(frame: Any) -> Array:
    """(channels, n) samples of an interleaved sound frame.

    Interleaved because PyAV reads beyond memory where 8 channels or more lie in planes.
    """
    samples: Array = frame.to_ndarray()
    return samples.reshape(-1, frame.layout.nb_channels).T


def declared_seconds(container: Any, path: Path) -> float | None:
    """How long the file says its first audio stream is; None where that is a guess."""
    stream, kind = container.streams.audio[0], container.format.name
    if kind == "wav" and stream.codec_context.name.startswith("pcm"):
        return _riff_seconds(stream, path)
    if kind == "mp3" and not _counts_its_frames(path):
        return None  # the length is a guess from the first frame's bit rate
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    if container.duration is not None and not container.streams.video:
        return float(container.duration / av.time_base)
    return None


def _riff_seconds(stream: Any, path: Path) -> float | None:
    """The length of a wav file by the size of its data in the header.

    FFmpeg silently takes what is there instead, so a file cut short would pass.
    """
    with path.open("rb") as file:
        file.seek(12)
        while len(head := file.read(8)) == 8:
            name, size = struct.unpack("<4sI", head)
            if name == b"data":
                bytes_a_second = (stream.codec_context.bit_rate or 0) / 8
                known = 0 < size < STREAMED and bytes_a_second > 0
                return size / bytes_a_second if known else None
            file.seek(size + size % 2, 1)
    return None


def _counts_its_frames(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(XING_WITHIN)
    return any(tag in start for tag in (b"Xing", b"Info", b"VBRI"))


def check_complete(seconds: float, declared: float | None, path: Path) -> None:
    """Raise AudioError when sound is clearly shorter than declared."""
    if declared is not None and seconds < declared - max(0.25, 0.02 * declared):
        raise AudioError(
            f"{path}: is truncated, {seconds:.1f} of {declared:.1f} seconds are there; "
            "copy or record it again"
        )
