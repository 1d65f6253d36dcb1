"""Opens audio and video files with FFmpeg, without network access, and reads their length."""

import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

import av

from talkinghead.errors import InputError
from talkinghead.media.atomic_write import require_readable

_UNKNOWN_SIZE: Final = 0x7F000000  # wav data sizes from here on are placeholders of streams
_SIGNATURE_SEARCH_BYTES: Final = 1 << 20
# How containers start: WAV, AIFF, FLAC, Ogg, Matroska, and MP4 (with the size of its first box)
_SIGNATURES: Final = re.compile(
    rb"RIFF....WAVE|FORM....AIF[FC]|fLaC\0\0\0\x22|OggS\0\x02|\x1a\x45\xdf\xa3|\0\0\0.ftyp",
    re.DOTALL,
)
BARE_STREAMS: Final = ("mp3", "aac", "ac3", "eac3", "dts", "mlp", "truehd")  # without container
_XING_SEARCH_BYTES: Final = 1 << 18  # of an mp3, from its start: cover art may precede the header


@contextmanager
def open_container(source: str | Path, error: type[InputError], kind: str) -> Iterator[Any]:
    """The PyAV container of a file; decoding errors inside the block are raised as `error`.

    `kind` names the content in the message, such as "audio". Playlists that refer to other files
    or to the network are not followed.
    """
    path = require_readable(source, error)
    try:
        with path.open("rb") as file, _open(file) as container:
            yield container
    except (av.FFmpegError, EOFError) as problem:
        raise error(
            f"{path}: cannot be decoded as {kind}; it is damaged, truncated or in an "
            "unknown format; save it again"
        ) from problem


def _open(file: BinaryIO) -> Any:
    """The container in a file, also if something precedes it, such as a tag that is not its own."""
    options = {"protocol_whitelist": "none"}
    try:
        whole = _FileFrom(file, 0)
        return av.open(whole, metadata_errors="ignore", options=options)
    except av.InvalidDataError:
        file.seek(0)
        found = _SIGNATURES.search(file.read(_SIGNATURE_SEARCH_BYTES), 1)
        if found is None:
            raise
        rest = _FileFrom(file, found.start())
        return av.open(rest, metadata_errors="ignore", options=options)


class _FileFrom:
    """A file as if it began at an offset. Damaged data may seek before it, in vain."""

    def __init__(self, file: BinaryIO, offset: int) -> None:
        self._file, self._offset = file, offset
        file.seek(offset)

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def tell(self) -> int:
        return self._file.tell() - self._offset

    def seek(self, position: int, whence: int = 0) -> int:
        try:
            return self._file.seek(position + (self._offset if whence == 0 else 0), whence)
        except (OSError, ValueError, OverflowError):  # PyAV would print the exception
            return -1


def declared_seconds(container: Any, stream: Any, path: Path) -> float | None:
    """Seconds that a file declares for an audio stream; None if it does not.

    A duration that FFmpeg guesses from the file's size and the bit rate is none.
    """
    kind = container.format.name
    if kind == "wav" and stream.codec_context.name.startswith("pcm"):
        return _riff_seconds(stream, path)
    if kind == "mp3":
        return _xing_seconds(stream, path)
    if kind in BARE_STREAMS:
        return None
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
        if file.read(12)[:4] not in (b"RIFF", b"RIFX"):
            return None
        while len(head := file.read(8)) == 8:
            name, size = struct.unpack("<4sI", head)
            if name == b"data":
                bytes_per_second = (stream.codec_context.bit_rate or 0) / 8
                is_known = 0 < size < _UNKNOWN_SIZE and bytes_per_second > 0
                return size / bytes_per_second if is_known else None
            file.seek(size + size % 2, 1)
    return None


def _xing_seconds(stream: Any, path: Path) -> float | None:
    """Seconds of an mp3 by the number of frames in its header (Xing, Info or VBRI), if it has one.

    Without the samples that the encoder added at both ends, if LAME's part of the header tells.
    """
    with path.open("rb") as file:
        start = file.read(_XING_SEARCH_BYTES)
    rate = stream.codec_context.sample_rate
    frame_samples = 1152 if rate >= 32_000 else 576  # MPEG 1, and MPEG 2 or 2.5
    if header := re.search(rb"(?:Xing|Info)\0\0\0([\1-\17])", start, re.DOTALL):
        flags, at = header[1][0], header.end()
        if not flags & 1 or len(start) < at + 4:
            return None
        samples = int.from_bytes(start[at : at + 4]) * frame_samples
        at += sum(size for bit, size in ((1, 4), (2, 4), (4, 100), (8, 4)) if flags & bit)
        if start[at : at + 4] in (b"LAME", b"Lavf", b"Lavc") and len(start) >= at + 24:
            added = int.from_bytes(start[at + 21 : at + 24])
            samples -= (added >> 12) + (added & 0xFFF)
        return samples / rate
    if (at := start.find(b"VBRI")) >= 0 and len(start) >= at + 18:
        return int.from_bytes(start[at + 14 : at + 18]) * frame_samples / rate
    return None
