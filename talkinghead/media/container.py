"""Opens audio and video files with FFmpeg, without network access, and checks their length."""

import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import av

from talkinghead.errors import AudioError, InputError
from talkinghead.media.atomic_write import require_readable
from talkinghead.types import Array

_UNKNOWN_SIZE: Final = 0x7F000000  # wav data sizes from here on are placeholders of streams
_XING_SEARCH_BYTES: Final = 1 << 18  # of an mp3, from its start: cover art may precede the header


@contextmanager
def open_container(source: str | Path, error: type[InputError], kind: str) -> Iterator[Any]:
    """The PyAV container of a file; decoding errors inside the block are raised as `error`.

    `kind` names the content in the message, such as "audio". Playlists that refer to other files
    or to the network are not followed.
    """
    path = require_readable(source, error)
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
            f"{path}: cannot be decoded as {kind}; it is damaged, truncated or in an "
            "unknown format; save it again"
        ) from problem


def resample_frames(frames: Iterable[Any], rate: int) -> Iterator[Any]:
    """Audio frames resampled to interleaved float32 at `rate` Hz, with their channels.

    Time stamps are ignored, so gaps are closed. A stream may change its format midway.
    `frame_channels` gives the samples of a frame.
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


def frame_channels(frame: Any) -> Array:
    """(channels, n) samples of an interleaved audio frame.

    Interleaved, because PyAV reads out of bounds for planar audio with 8 or more channels.
    """
    samples: Array = frame.to_ndarray()
    return samples.reshape(-1, frame.layout.nb_channels).T


def audio_seconds(source: str | Path, at_most: float) -> float:
    """Seconds of audio in a file, counted frame by frame up to soon after `at_most`.

    Decoded frames are not kept, so a small file cannot fill the memory. A file without an audio
    track has 0 seconds. Raises AudioError when the file cannot be decoded.
    """
    seconds = 0.0
    with open_container(source, AudioError, "audio") as container:
        if not container.streams.audio:
            return seconds
        for frame in container.decode(audio=0):
            seconds += frame.samples / frame.sample_rate
            if seconds > at_most:
                break
    return seconds


def declared_seconds(container: Any, path: Path) -> float | None:
    """Seconds that a file declares for its first audio stream; None if it does not."""
    stream, kind = container.streams.audio[0], container.format.name
    if kind == "wav" and stream.codec_context.name.startswith("pcm"):
        return _riff_seconds(stream, path)
    if kind == "mp3" and not _has_frame_count(path):
        return None  # guessed from the bit rate of the first frame
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    if container.duration is not None and not container.streams.video:
        return float(container.duration / av.time_base)
    return None


def _riff_seconds(stream: Any, path: Path) -> float | None:
    """Seconds of a wav file by the data size in its header; None if that is unknown.

    FFmpeg reports the data that is present instead, so a truncated file would pass.
    """
    with path.open("rb") as file:
        file.seek(12)
        while len(head := file.read(8)) == 8:
            name, size = struct.unpack("<4sI", head)
            if name == b"data":
                bytes_per_second = (stream.codec_context.bit_rate or 0) / 8
                is_known = 0 < size < _UNKNOWN_SIZE and bytes_per_second > 0
                return size / bytes_per_second if is_known else None
            file.seek(size + size % 2, 1)
    return None


def _has_frame_count(path: Path) -> bool:
    """Whether an mp3 has a header with its number of frames (Xing, Info or VBRI)."""
    with path.open("rb") as file:
        start = file.read(_XING_SEARCH_BYTES)
    return any(tag in start for tag in (b"Xing", b"Info", b"VBRI"))


def check_complete(seconds: float, declared: float | None, path: Path) -> None:
    """Raise AudioError if the decoded seconds are clearly fewer than declared."""
    if declared is not None and seconds < declared - max(0.25, 0.02 * declared):
        raise AudioError(
            f"{path}: is truncated, has {seconds:.1f} of {declared:.1f} seconds; "
            "copy or record it again"
        )
