"""The sound of a film: the user's own recording, or a waveform, to AAC a little at a time."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from talkinghead.errors import AudioError
from talkinghead.media.container import channels, opened, resampled
from talkinghead.types import Array, Waveform

AAC_RATES: Final = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
CHUNK: Final = 1024  # samples in one AAC frame
BIT_RATES: Final = {1: 96_000, 2: 160_000}  # by channels, from 32 kHz up
LAYOUTS: Final = {1: "mono", 2: "stereo"}
CENTRE: Final = 0.5**0.5  # weight of what is heard on both sides (ITU-R BS.775)


class Soundtrack:
    """The audio stream of a container, written up to where the picture is."""

    def __init__(
        self, container: Any, pieces: Iterator[Array], rate: int, count: int, samples: int
    ) -> None:
        """Takes (count, n) float32 pieces; they are cut or padded to `samples`."""
        self._container, self._pieces = container, _fitted(pieces, count, samples)
        self._stream = container.add_stream("aac", rate=rate, layout=LAYOUTS[count])
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
    container: Any, wave: Waveform | None, recording: str | Path | None
) -> Iterator[Soundtrack | None]:
    """The sound stream of a film that is as long as `wave`; None where there is none.

    What is heard is the file `recording`, which `read_audio` made `wave` of, or else `wave`
    itself. The file is read while the film is written. Raises AudioError when it has no
    readable sound.
    """
    if wave is None:
        yield None
        return
    if recording is None:
        rate, count = _aac_rate(wave.rate), 1
        pieces = _pieces_of(wave, rate)
    else:
        rate, count, loudest = _survey(Path(recording))
        pieces = _recorded(Path(recording), rate, count, 1 / max(1.0, loudest))
    samples = max(1, round(wave.samples.size * rate / wave.rate))
    with closing(pieces):
        yield Soundtrack(container, pieces, rate, count, samples)


def _aac_rate(rate: int) -> int:
    """The lowest rate of AAC that keeps all of the sound, at most 48 kHz."""
    return next((known for known in AAC_RATES if known >= rate), AAC_RATES[-1])


def _pieces_of(wave: Waveform, rate: int) -> Generator[Array, None, None]:
    """A waveform as (1, n) pieces at `rate`."""

    def frames() -> Iterator[Any]:
        for start in range(0, wave.samples.size, CHUNK):
            piece = wave.samples[None, start : start + CHUNK]
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(piece, dtype=np.float32), format="fltp", layout="mono"
            )
            frame.sample_rate = wave.rate
            yield frame

    for frame in resampled(frames(), rate):
        yield channels(frame)


def _survey(path: Path) -> tuple[int, int, float]:
    """Rate and channels to write for a file, and its loudest sample where that is over 1.

    The first frame says, since a header may state half of both (HE-AAC). Only uncompressed
    floats can be far too loud (some are in the range of int16): they are read to the end.
    """
    with opened(path, AudioError, "sound") as container:
        if not container.streams.audio:
            raise AudioError(f"{path}: has no sound; give a file with an audio track")
        frames = container.decode(audio=0)
        first = next(frames, None)
        if first is None:
            raise AudioError(f"{path}: holds 0 samples of sound; record it again")
        rate, count, loudest = _aac_rate(first.rate), min(2, first.layout.nb_channels), 1.0
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
