"""The sound of a film: recordings, or a waveform, encoded a little at a time."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from talkinghead.errors import AudioError
from talkinghead.media.container import channels, opened, resampled
from talkinghead.media.mix import mixed
from talkinghead.types import Array, Cue, Waveform

AAC_RATES: Final = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
OPUS_RATES: Final = (8000, 12000, 16000, 24000, 48000)
CHUNK: Final = 1024  # samples in one AAC frame
BIT_RATES: Final = {1: 96_000, 2: 160_000}  # by channels, from 32 kHz up
LAYOUTS: Final = {1: "mono", 2: "stereo"}
CENTRE: Final = 0.5**0.5  # weight of what is heard on both sides (ITU-R BS.775)


class Soundtrack:
    """The audio stream of a container, written up to where the picture is."""

    def __init__(
        self,
        container: Any,
        pieces: Iterator[Array],
        rate: int,
        count: int,
        samples: int,
        codec: str,
    ) -> None:
        """Takes (count, n) float32 pieces; they are cut or padded to `samples`."""
        self._container, self._pieces = container, _fitted(pieces, count, samples)
        self._stream = container.add_stream(codec, rate=rate, layout=LAYOUTS[count])
        if not codec.startswith("pcm"):
            self._stream.bit_rate = BIT_RATES[count] * (2 if rate < 32_000 else 3) // 3
        self._layout, self._rate, self._done = LAYOUTS[count], rate, 0

    def add_until(self, seconds: float) -> None:
        """Write what is heard in the first `seconds` and was not written yet."""
        while self._done < seconds * self._rate:
            piece = next(self._pieces, None)
            if piece is None:
                return
            self._add(piece)

    def finish(self) -> None:
        """Write all that is left."""
        self.add_until(float("inf"))
        self._container.mux(self._stream.encode(None))

    def _add(self, piece: Array) -> None:
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(piece, dtype=np.float32), format="fltp", layout=self._layout
        )
        frame.sample_rate = self._rate
        frame.pts, frame.time_base = self._done, Fraction(1, self._rate)
        self._done += piece.shape[1]
        self._container.mux(self._stream.encode(frame))


@contextmanager
def soundtrack(
    container: Any,
    wave: Waveform | None,
    recording: str | Path | tuple[Cue, ...] | None,
    codec: str = "aac",
) -> Iterator[Soundtrack | None]:
    """The sound stream of a film that is as long as `wave`; None where there is none.

    What is heard is the file `recording`, which `read_audio` made `wave` of, or several with
    the moments at which they begin, or else `wave` itself. Files are read while the film is
    written. `codec` is FFmpeg's name of an encoder. Raises AudioError when a file has no
    readable sound.
    """
    if wave is None:
        yield None
        return
    rates = OPUS_RATES if codec == "libopus" else AAC_RATES
    cues = (
        recording
        if isinstance(recording, tuple)
        else (Cue(wave if recording is None else recording),)
    )
    surveys = [_survey(cue.source) for cue in cues] or [(wave.rate, 1, 1.0)]
    rate = _rate(max(found[0] for found in surveys), rates)
    count = max(found[1] for found in surveys)
    with ExitStack() as stack:
        parts = []
        for cue, (_, _, loudest) in zip(cues, surveys, strict=False):
            pieces = _pieces_of(cue.source, rate, count, 1 / max(1.0, loudest))
            parts.append((round(cue.start * rate), stack.enter_context(closing(pieces))))
        one = len(parts) == 1 and parts[0][0] == 0
        sum_of_all = parts[0][1] if one else mixed(parts, count)
        samples = max(1, round(wave.samples.size * rate / wave.rate))
        yield Soundtrack(container, sum_of_all, rate, count, samples, codec)


def _rate(rate: int, known: tuple[int, ...]) -> int:
    """The lowest rate of a codec that keeps all of the sound, at most 48 kHz."""
    return next((each for each in known if each >= rate), known[-1])


def _pieces_of(
    source: str | Path | Waveform, rate: int, count: int, gain: float
) -> Generator[Array, None, None]:
    """A recording or a waveform as (count, n) pieces at `rate`."""
    if isinstance(source, Waveform):
        return _played(source, rate, count)
    return _recorded(Path(source), rate, count, gain)


def _played(wave: Waveform, rate: int, count: int) -> Generator[Array, None, None]:

    def frames() -> Iterator[Any]:
        for start in range(0, wave.samples.size, CHUNK):
            piece = wave.samples[None, start : start + CHUNK]
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(piece, dtype=np.float32), format="fltp", layout="mono"
            )
            frame.sample_rate = wave.rate
            yield frame

    for frame in resampled(frames(), rate):
        yield np.repeat(channels(frame), count, axis=0)


def _survey(source: str | Path | Waveform) -> tuple[int, int, float]:
    """Rate and channels, at most two, of a source, and its loudest sample where that is over 1.

    The first frame says, since a header may state half of both (HE-AAC). Only uncompressed
    floats can be far too loud (some are in the range of int16): they are read to the end.
    """
    if isinstance(source, Waveform):
        return source.rate, 1, 1.0
    path = Path(source)
    with opened(path, AudioError, "sound") as container:
        if not container.streams.audio:
            raise AudioError(f"{path}: has no sound; give a file with an audio track")
        frames = container.decode(audio=0)
        first = next(frames, None)
        if first is None:
            raise AudioError(f"{path}: holds 0 samples of sound; record it again")
        rate, count, loudest = int(first.rate), min(2, first.layout.nb_channels), 1.0
        if container.streams.audio[0].codec_context.name.startswith("pcm_f"):
            every = chain([first], frames)
            loudest = max(float(np.abs(frame.to_ndarray()).max()) for frame in every)
    return rate, count, loudest


def _recorded(path: Path, rate: int, count: int, gain: float) -> Generator[Array, None, None]:
    """A file as (count, n) pieces at `rate`, from the first sample that is in it."""
    with opened(path, AudioError, "sound") as container:
        for frame in resampled(container.decode(audio=0), rate):
            yield _spread(frame, count) * np.float32(gain)


def _spread(frame: Any, count: int) -> Array:
    """The planes of a sound frame as one channel or two; never louder than they were."""
    planes = channels(frame)
    if len(planes) == count:
        return planes
    if len(planes) == 1:  # among others that are stereo
        return np.repeat(planes, count, axis=0)
    if count == 1:
        return planes.mean(axis=0, keepdims=True)
    weights = np.array([_sides(channel.name) for channel in frame.layout.channels], np.float32).T
    total = weights.sum(axis=1, keepdims=True)
    return (weights / np.where(total > 0, total, 1)) @ planes


def _sides(name: str) -> tuple[float, float]:
    """How much of a channel, by FFmpeg's name for it, is heard on the left and right."""
    if name.startswith("LFE"):
        return 0.0, 0.0
    return (1.0, 0.0) if "L" in name else (0.0, 1.0) if "R" in name else (CENTRE, CENTRE)


def _fitted(pieces: Iterator[Array], count: int, samples: int) -> Iterator[Array]:
    """The pieces cut, or padded with silence, to `samples` in all."""
    left = samples
    for piece in pieces:
        kept = piece[:, :left]
        left -= kept.shape[1]
        yield kept
        if not left:
            return
    while left:
        silence = np.zeros((count, min(CHUNK, left)), np.float32)
        left -= silence.shape[1]
        yield silence
