"""The audio stream of a video: recordings or a waveform, mixed, resampled and encoded in chunks."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from talkinghead.errors import AudioError
from talkinghead.media.audio import read_audio_track
from talkinghead.media.audio_decoder import (
    AudioDecoder,
    audio_stream,
    audio_streams,
    frame_channels,
    resample_frames,
)
from talkinghead.media.container import open_container
from talkinghead.media.loudness import soft_clip
from talkinghead.types import Array, AudioCue, Recording, Waveform

AAC_RATES: Final = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
OPUS_RATES: Final = (8000, 12000, 16000, 24000, 48000)
CHUNK: Final = 1024  # samples of an AAC frame
MIX_BLOCK: Final = 4096  # samples mixed at a time
BIT_RATES: Final = {1: 96_000, 2: 160_000}  # by number of channels, from 32 kHz upwards
LAYOUTS: Final = {1: "mono", 2: "stereo"}
CENTRE_GAIN: Final = 0.5**0.5  # of the centre channel in left and right (ITU-R BS.775)


class AudioStreamEncoder:
    """The audio stream of a container, interleaved with the video."""

    def __init__(
        self,
        container: Any,
        pieces: Iterator[Array],
        rate: int,
        channels: int,
        samples: int,
        codec: str,
    ) -> None:
        """Take chunks (channels, n) float32; in total they are cut or padded to `samples`."""
        self._container, self._pieces = container, _fit_length(pieces, channels, samples)
        self._layout = LAYOUTS[channels]
        self._stream = container.add_stream(codec, rate=rate, layout=self._layout)
        if not codec.startswith("pcm"):
            self._stream.bit_rate = BIT_RATES[channels] * (2 if rate < 32_000 else 3) // 3
        self._rate, self._written = rate, 0

    def encode_until(self, seconds: float) -> None:
        """Continue encoding up to `seconds` from the start."""
        while self._written < seconds * self._rate:
            piece = next(self._pieces, None)
            if piece is None:
                return
            self._encode(piece)

    def finish(self) -> None:
        """Encode the remaining samples and flush the encoder."""
        self.encode_until(float("inf"))
        self._container.mux(self._stream.encode(None))

    def _encode(self, piece: Array) -> None:
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(piece, dtype=np.float32), format="fltp", layout=self._layout
        )
        frame.sample_rate = self._rate
        frame.pts, frame.time_base = self._written, Fraction(1, self._rate)
        self._written += piece.shape[1]
        self._container.mux(self._stream.encode(frame))


@contextmanager
def open_audio_track(
    container: Any,
    wave: Waveform | None,
    source: str | Path | tuple[AudioCue, ...] | None,
    codec: str = "aac",
) -> Iterator[AudioStreamEncoder | None]:
    """An audio stream as long as `wave` for a video; None if `wave` is None.

    It contains the file `source` that `wave` was read from, or the mix of several cues, or else
    `wave` itself. Files are decoded while the video is written. `codec` is FFmpeg's name of an
    encoder. Raises AudioError when a file has no readable audio.
    """
    if wave is None:
        yield None
        return
    rates = OPUS_RATES if codec == "libopus" else AAC_RATES
    cues = source if isinstance(source, tuple) else (AudioCue(wave if source is None else source),)
    cues = tuple(_with_track(cue) for cue in cues)
    formats = [_inspect(cue) for cue in cues] or [(wave.rate, 1, 1.0)]
    rate = _codec_rate(max(source_rate for source_rate, _, _ in formats), rates)
    channels = max(source_channels for _, source_channels, _ in formats)
    with ExitStack() as stack:
        parts = []
        for cue, (_, _, peak) in zip(cues, formats, strict=False):
            pieces = _decode_source(cue, rate, channels, 1 / max(1.0, peak))
            parts.append((round(cue.start * rate), stack.enter_context(closing(pieces))))
        single = len(parts) == 1 and parts[0][0] == 0
        mix = parts[0][1] if single else mix_audio(parts, channels)
        samples = max(1, round(wave.samples.size * rate / wave.rate))
        yield AudioStreamEncoder(container, mix, rate, channels, samples, codec)


def _codec_rate(rate: int, supported: tuple[int, ...]) -> int:
    """The lowest rate of a codec that is at least `rate`; otherwise its highest rate."""
    return next((candidate for candidate in supported if candidate >= rate), supported[-1])


def _with_track(cue: AudioCue) -> AudioCue:
    """The cue with the number of its track, if it is a file."""
    if cue.track is not None or not isinstance(cue.source, str | Path):
        return cue
    path = Path(cue.source)
    with open_container(path, AudioError, "audio") as container:
        several = len(audio_streams(container, path)) > 1
    return replace(cue, track=read_audio_track(path)[1] if several else 1)


def _inspect(cue: AudioCue) -> tuple[int, int, float]:
    """Sample rate, channels (at most two) and peak of a cue.

    Rate and channels are those of the first frame, since a header may state half of both
    (HE-AAC). Only uncompressed floats can exceed 1 (some span the range of int16), and only their
    peak is measured; for others it is 1.
    """
    if isinstance(cue.source, Waveform):
        return cue.source.rate, 1, 1.0
    if isinstance(cue.source, Recording):
        return cue.source.rate, len(cue.source.samples), 1.0
    path = Path(cue.source)
    with open_container(path, AudioError, "audio") as container:
        stream = audio_stream(container, path, cue.track or 1)
        frames = AudioDecoder(container, stream, path).frames()
        first = next(frames, None)
        if first is None:
            raise AudioError(f"{path}: contains 0 samples of audio; record it again")
        rate, channels, peak = int(first.rate), min(2, first.layout.nb_channels), 1.0
        if stream.codec_context.name.startswith("pcm_f"):
            all_frames = chain([first], frames)
            peak = max(float(np.abs(frame.to_ndarray()).max()) for frame in all_frames)
    return rate, channels, peak


def _decode_source(
    cue: AudioCue, rate: int, channels: int, gain: float
) -> Generator[Array, None, None]:
    """The audio of a cue at `rate` in chunks (channels, n)."""
    if isinstance(cue.source, Waveform):
        wave = cue.source
        return _split_recording(Recording(wave.samples[None], wave.rate), rate, channels)
    if isinstance(cue.source, Recording):
        return _split_recording(cue.source, rate, channels)
    return _decode_file(Path(cue.source), cue.track or 1, rate, channels, gain)


def _split_recording(
    recording: Recording, rate: int, channels: int
) -> Generator[Array, None, None]:
    layout = LAYOUTS[len(recording.samples)]

    def frames() -> Iterator[Any]:
        for start in range(0, recording.samples.shape[1], CHUNK):
            piece = recording.samples[:, start : start + CHUNK]
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(piece, dtype=np.float32), format="fltp", layout=layout
            )
            frame.sample_rate = recording.rate
            yield frame

    for frame in resample_frames(frames(), rate):
        yield _match_channels(frame, channels)


def _decode_file(
    path: Path, track: int, rate: int, channels: int, gain: float
) -> Generator[Array, None, None]:
    with open_container(path, AudioError, "audio") as container:
        decoder = AudioDecoder(container, audio_stream(container, path, track), path)
        for frame in resample_frames(decoder.frames(), rate):
            yield _match_channels(frame, channels) * np.float32(gain)


def _match_channels(frame: Any, channels: int) -> Array:
    """The samples of an audio frame as mono or stereo, without raising their level."""
    planes = frame_channels(frame)
    if len(planes) == channels:
        return planes
    if len(planes) == 1:  # mono in a mix with stereo
        return np.repeat(planes, channels, axis=0)
    if channels == 1:
        return planes.mean(axis=0, keepdims=True)
    names = [channel.name for channel in frame.layout.channels]
    weights = np.array([_stereo_gains(name) for name in names], np.float32).T
    total = weights.sum(axis=1, keepdims=True)
    return (weights / np.where(total > 0, total, 1)) @ planes


def _stereo_gains(name: str) -> tuple[float, float]:
    """Left and right gain of a surround channel, by FFmpeg's name of the channel."""
    if name.startswith("LFE"):
        return 0.0, 0.0
    return (1.0, 0.0) if "L" in name else (0.0, 1.0) if "R" in name else (CENTRE_GAIN, CENTRE_GAIN)


def _fit_length(pieces: Iterator[Array], channels: int, samples: int) -> Iterator[Array]:
    """The chunks, cut or padded with silence to `samples` in total."""
    left = samples
    for piece in pieces:
        part = piece[:, :left]
        left -= part.shape[1]
        yield part
        if not left:
            return
    while left:
        silence = np.zeros((channels, min(CHUNK, left)), np.float32)
        left -= silence.shape[1]
        yield silence


def mix_audio(parts: Sequence[tuple[int, Iterator[Array]]], channels: int) -> Iterator[Array]:
    """The sum of all parts until the last one ends, in chunks (channels, MIX_BLOCK) float32.

    A part is its start in samples and its chunks (channels, n). The sum is limited by
    `soft_clip`, so a single part with peaks below the knee is not changed.
    """
    playing = [_MixPart(start, pieces, channels) for start, pieces in parts]
    while playing:
        total = np.zeros((channels, MIX_BLOCK), np.float32)
        for part in playing:
            part.add_to(total)
        playing = [part for part in playing if not part.ended]
        yield soft_clip(total)


class _MixPart:
    """One part of a mix, decoded on demand."""

    def __init__(self, start: int, pieces: Iterator[Array], channels: int) -> None:
        self._silence, self._pieces = start, pieces
        self._pending: Array = np.zeros((channels, 0), np.float32)
        self.ended = False

    def add_to(self, total: Array) -> None:
        """Add the next samples to a block (channels, n), in place."""
        at = min(self._silence, total.shape[1])
        self._silence -= at
        while at < total.shape[1]:
            if not self._pending.shape[1]:
                piece = next(self._pieces, None)
                if piece is None:
                    self.ended = True
                    return
                self._pending = piece
                continue
            samples = self._pending[:, : total.shape[1] - at]
            total[:, at : at + samples.shape[1]] += samples
            self._pending = self._pending[:, samples.shape[1] :]
            at += samples.shape[1]
