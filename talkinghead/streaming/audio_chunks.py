"""Convert audio chunks of any length and sample rate to blocks of one motion frame at RATE."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import av
import numpy as np

from talkinghead.errors import AudioError
from talkinghead.media.audio import as_float32, check_rate
from talkinghead.sample_rates import FPS, FRAME_SAMPLES, RATE
from talkinghead.types import Array

MAX_CHANNELS: Final = 64  # an array with more is no (n, channels)
INPUTS_PER_SECOND: Final = 100  # fixed-length inputs of the resampler


def resample_to_blocks(chunks: Iterable[Array], rate: int) -> Iterator[Array]:
    """Chunks at `rate` Hz, (n,) or (n, channels), to (k, FRAME_SAMPLES) float32, k up to FPS.

    The remainder after the last complete block comes as (1, n). Chunks may have any length,
    including 0; integers are scaled by the range of their type, channels are averaged. Blocks are
    yielded as soon as their audio has arrived and do not depend on how the audio is cut. The
    total number of samples is the duration times RATE, rounded up. Raises AudioError for chunks
    that are not audio, or of another number of channels than those before.
    """
    rate = check_rate(rate)
    mono = _to_mono(chunks)
    for blocks in _split(mono if rate == RATE else _resample(mono, rate), FRAME_SAMPLES):
        for first in range(0, len(blocks), FPS):
            yield blocks[first : first + FPS]


def _to_mono(chunks: Iterable[Array]) -> Iterator[Array]:
    channels = None
    for chunk in chunks:
        array = np.asarray(chunk)
        if array.ndim not in (1, 2):
            raise AudioError(f"a chunk must have shape (n,) or (n, channels), got {array.shape}")
        samples = as_float32(array)
        if not samples.size:
            continue
        count = 1 if samples.ndim == 1 else samples.shape[1]
        if count > MAX_CHANNELS:
            raise AudioError(
                f"a chunk must have shape (n, channels), got {array.shape}: {count} channels; "
                "turn it around"
            )
        if count != (channels or count):
            raise AudioError(
                f"a chunk of {count} channels follows chunks of {channels}; convert all to one "
                "number of channels"
            )
        channels = count
        if not np.isfinite(samples).all():
            raise AudioError("a chunk of audio holds NaN or infinite values")
        yield samples if samples.ndim == 1 else samples.mean(axis=1)


def _split(parts: Iterable[Array], size: int) -> Iterator[Array]:
    """Split samples into (k, size) blocks as they arrive; the remainder comes as (1, n)."""
    pending = np.zeros(0, np.float32)
    for part in parts:
        pending = np.concatenate([pending, part])
        complete = len(pending) // size * size
        if complete:
            yield pending[:complete].reshape(-1, size)
        pending = pending[complete:]
    if pending.size:
        yield pending[None]


def _resample(parts: Iterable[Array], rate: int) -> Iterator[Array]:
    """Resample to RATE. Fixed-length inputs make the result independent of the parts."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    samples_in = samples_out = 0
    for inputs in _split(parts, max(1, rate // INPUTS_PER_SECOND)):
        outputs = [samples for part in inputs for samples in _resample_part(resampler, part, rate)]
        samples_in += inputs.size
        samples_out += sum(samples.size for samples in outputs)
        if outputs:
            yield np.concatenate(outputs)
    missing = max(0, -(-samples_in * RATE // rate) - samples_out)
    tail = [frame.to_ndarray()[0] for frame in resampler.resample(None)] if samples_in else []
    yield np.concatenate([*tail, np.zeros(missing, np.float32)])[:missing]


def _resample_part(resampler: Any, part: Array, rate: int) -> Iterator[Array]:
    frame = av.AudioFrame.from_ndarray(part[None], format="flt", layout="mono")
    frame.sample_rate = rate
    return (output.to_ndarray()[0] for output in resampler.resample(frame))
