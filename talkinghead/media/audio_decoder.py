"""Decodes an audio track as players do: packets that do not decode are skipped, and counted."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import av
from av.stream import Disposition

from talkinghead.errors import AudioError
from talkinghead.media.container import BARE_STREAMS, declared_seconds, open_container
from talkinghead.types import Array

TOLERANCE_SECONDS: Final = 0.25  # of audio that may be missing,
TOLERANCE_SHARE: Final = 0.02  # or this share of a recording, if that is more
NOTED_SECONDS: Final = 0.05  # of missing audio that are worth a note
# A stream without container is cut into packets by their headers: one of which the size differs
# from the average by this factor is a part, or all that lies between two, and lasts accordingly.
UNUSUAL_SIZE: Final = 2.0
MAX_READ_ERRORS: Final = 64  # in a row, after which the rest of a file is given up
TAGS: Final = (b"ID3", b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"3DI")  # start with these


def audio_streams(container: Any, path: Path) -> list[Any]:
    """The audio tracks of a file that can be decoded, in order. Raises AudioError if none."""
    streams = [stream for stream in container.streams.audio if stream.codec_context is not None]
    if not streams:
        raise AudioError(f"{path}: has no audio; give a file with an audio track")
    return streams


def audio_stream(container: Any, path: Path, track: int) -> Any:
    """The audio track of a number, from 1. Raises AudioError if the file has no such track."""
    streams = audio_streams(container, path)
    if not isinstance(track, int) or not 1 <= track <= len(streams):
        tracks = "1 audio track" if len(streams) == 1 else f"{len(streams)} audio tracks"
        raise AudioError(f"{path}: has no audio track {track!r}; it has {tracks}, numbered from 1")
    return streams[track - 1]


def is_default(stream: Any) -> bool:
    """Whether a file marks a track as the one to play."""
    return bool(stream.disposition & Disposition.default)


class AudioDecoder:
    """Decodes one audio stream of an open container, and counts what does not decode.

    Silence takes the place of packets that do not decode, so that what follows stays in sync.
    What precedes the first frame or follows the last one is left out: it may be a tag or padding.
    `check` tells how much is missing.
    """

    def __init__(self, container: Any, stream: Any, path: Path) -> None:
        """`path` is that of the container."""
        self._container, self._stream, self._path = container, stream, path
        self._bare = container.format.name in BARE_STREAMS
        self.declared = declared_seconds(container, stream, path)
        self.samples = 0  # of each channel, at their own rate, with the silence
        self.seconds = 0.0
        self.silence = 0.0  # seconds of it
        self.skipped = 0  # packets between frames
        self._outside = 0.0  # seconds before the first frame and after the last one
        self._outside_bytes = 0
        self._good_bytes, self._good_packets = 0, 0
        self._end = 0  # of the last packet, in bytes from the start of the file

    def frames(self) -> Iterator[Any]:
        """The frames of the stream. Raises AudioError if nothing of it decodes."""
        pending: list[Any] = []  # packets that did not decode since the last frame
        last = None
        for packet in self._packets():
            if packet.pos is not None:
                self._end = packet.pos + packet.size
            try:
                frames = packet.decode()
            except av.FFmpegError:
                if not bytes(packet).startswith(TAGS):
                    pending.append(packet)
                continue
            if frames and pending:
                if last is None:
                    self._leave_out(pending)
                else:
                    yield from self._silence(pending, last)
                pending = []
            if packet.size:
                self._good_bytes += packet.size
                self._good_packets += 1
            for last in frames:
                yield self._count(last)
        self._leave_out(pending)
        self._add_discarded()
        if last is None and pending:
            raise AudioError(
                f"{self._path}: cannot be decoded as audio; it is damaged, truncated or in an "
                "unknown format; save it again"
            )

    def check(self) -> str | None:
        """A note on what did not decode, for when all frames were read; None if all did.

        Raises AudioError if more is missing than TOLERANCE_SECONDS and TOLERANCE_SHARE.
        """
        whole = max(self.seconds, self.declared or 0.0)
        at_ends = self._outside if self.declared is None else whole - self.seconds
        missing = self.silence + at_ends
        if missing > max(TOLERANCE_SECONDS, TOLERANCE_SHARE * whole):
            raise AudioError(
                f"{self._path}: is truncated or damaged, has {whole - missing:.1f} of {whole:.1f} "
                "seconds; copy or record it again"
            )
        parts = []
        if self.skipped:
            parts.append(
                f"{self.silence:.3f} of {whole:.3f} seconds could not be decoded and are silent "
                f"({_count('packet', self.skipped)})"
            )
        if self._outside_bytes:
            parts.append(
                f"{_count('byte', self._outside_bytes)} could not be decoded and were skipped"
            )
        if self.declared is not None and at_ends > NOTED_SECONDS:
            parts.append(f"{at_ends:.2f} of {whole:.2f} seconds are missing")
        return f"{self._path}: {'; '.join(parts)}" if parts else None

    def _packets(self) -> Iterator[Any]:
        """All packets, also those behind a place that cannot be read."""
        errors = 0
        while True:
            try:
                for packet in self._container.demux(self._stream):
                    errors = 0
                    yield packet
                return
            except av.FFmpegError:
                errors += 1
                if errors > MAX_READ_ERRORS:
                    return

    def _count(self, frame: Any) -> Any:
        self.samples += frame.samples
        self.seconds += frame.samples / frame.sample_rate
        return frame

    def _leave_out(self, packets: list[Any]) -> None:
        self._outside_bytes += sum(packet.size for packet in packets)
        self._outside += sum(self._seconds(packet) for packet in packets)

    def _add_discarded(self) -> None:
        """Count what FFmpeg's reader of bare AAC left out, between packets or after the last."""
        if self._container.format.name != "aac" or not self._good_packets:
            return
        with self._path.open("rb") as file:
            file.seek(self._end)
            rest = file.read()
        if not rest.startswith(TAGS):
            self._outside_bytes += len(rest)
            self._outside += _audio_bytes(rest) / self._good_bytes * self.seconds

    def _silence(self, packets: list[Any], last: Any) -> Iterator[Any]:
        """Silence in the format of the frame `last`, as long as some packets."""
        seconds = sum(self._seconds(packet) for packet in packets)
        self.skipped += len(packets)
        self.silence += seconds
        left = round(seconds * last.sample_rate)
        while left > 0:
            frame = av.AudioFrame(last.format.name, last.layout, min(left, last.sample_rate))
            frame.sample_rate = last.sample_rate
            for plane in frame.planes:
                value = b"\x80" if last.format.name in ("u8", "u8p") else b"\0"
                plane.update(value * plane.buffer_size)
            left -= frame.samples
            yield self._count(frame)

    def _seconds(self, packet: Any) -> float:
        """Length of the audio in a packet that does not decode."""
        duration = float(packet.duration * packet.time_base) if packet.duration else 0.0
        size = _audio_bytes(bytes(packet))
        if size and not self._bare:
            return duration
        average = self._good_bytes / self._good_packets if self._good_packets else packet.size
        is_usual = average / UNUSUAL_SIZE <= size <= average * UNUSUAL_SIZE
        return duration if is_usual else duration * size / average


def _count(what: str, number: int) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


def _audio_bytes(content: bytes) -> int:
    """How many bytes may be audio, and not padding with one repeated byte at the end."""
    return len(content.rstrip(content[-1:]))


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
    """Seconds of the longest audio track of a file, counted by frame up to soon after `at_most`.

    Decoded frames are not kept, so a small file cannot fill the memory. A file without an audio
    track has 0 seconds. Raises AudioError when the file cannot be decoded.
    """
    path, longest = Path(source), 0.0
    with open_container(path, AudioError, "audio") as container:
        count = len(container.streams.audio) and len(audio_streams(container, path))
    for track in range(1, count + 1):
        with open_container(path, AudioError, "audio") as container:
            decoder = AudioDecoder(container, audio_stream(container, path, track), path)
            for _ in decoder.frames():
                if decoder.seconds > at_most:
                    return decoder.seconds
            longest = max(longest, decoder.seconds)
    return longest
