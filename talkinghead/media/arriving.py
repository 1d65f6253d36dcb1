"""Sound that arrives in pieces, at any rate: to blocks of one motion frame at RATE."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import av
import numpy as np

from talkinghead.clock import FPS, FRAME, RATE
from talkinghead.errors import AudioError
from talkinghead.media.audio import as_floats
from talkinghead.types import Array

PIECES: Final = 100  # a second: what is given to the resampler at a time


def arriving(chunks: Iterable[Array], rate: int) -> Iterator[Array]:
    """Chunks at `rate` Hz, (n,) or (n, channels), to (k, FRAME) float32 blocks, k up to FPS.

    Behind the last whole block comes the rest, (1, n). Chunks may have any length, 0 too;
    integers are scaled by the range of their type, channels averaged. A block is out as soon
    as its sound is there, with those that the same chunk completes; how the sound was cut makes
    no difference to it. In all there are as many samples as the sound has seconds times RATE,
    rounded up. Raises AudioError for what is not sound.
    """
    if rate != int(rate) or rate <= 0:
        raise AudioError(f"sample rate must be a positive whole number, got {rate}")
    mono = (_mono(chunk) for chunk in chunks)
    for blocks in _blocks(mono if rate == RATE else _resampled(mono, int(rate)), FRAME):
        for first in range(0, len(blocks), FPS):
            yield blocks[first : first + FPS]


def _mono(chunk: Array) -> Array:
    chunk = np.asarray(chunk)
    if chunk.ndim not in (1, 2):
        raise AudioError(f"a chunk must have shape (n,) or (n, channels), got {chunk.shape}")
    samples = as_floats(chunk)
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    if not np.isfinite(samples).all():
        raise AudioError("a chunk of the sound holds NaN or infinite values")
    return samples


def _blocks(parts: Iterable[Array], size: int) -> Iterator[Array]:
    """The same samples, (k, size) as they come; behind them what is left, (1, n), if any."""
    held = np.zeros(0, np.float32)
    for part in parts:
        held = np.concatenate([held, part])
        whole = len(held) // size * size
        if whole:
            yield held[:whole].reshape(-1, size)
        held = held[whole:]
    if held.size:
        yield held[None]


def _resampled(parts: Iterable[Array], rate: int) -> Iterator[Array]:
    """The sound at RATE. Pieces of a fixed length go in, so that the same comes out."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    taken = given = 0
    for pieces in _blocks(parts, max(1, rate // PIECES)):
        made = [samples for piece in pieces for samples in _through(resampler, piece, rate)]
        taken += pieces.size
        given += sum(samples.size for samples in made)
        if made:
            yield np.concatenate(made)
    missing = max(0, -(-taken * RATE // rate) - given)
    tail = [frame.to_ndarray()[0] for frame in resampler.resample(None)] if taken else []
    yield np.concatenate([*tail, np.zeros(missing, np.float32)])[:missing]


def _through(resampler: Any, piece: Array, rate: int) -> Iterator[Array]:
    frame = av.AudioFrame.from_ndarray(piece[None], format="flt", layout="mono")
    frame.sample_rate = rate
    return (made.to_ndarray()[0] for made in resampler.resample(frame))
