"""Speech that waits to be spoken: any chunks in at any sample rate, blocks of one frame out."""

from collections import deque
from typing import Any

import av
import numpy as np

from talkinghead.errors import AudioError
from talkinghead.media.audio import as_float32, check_rate
from talkinghead.sample_rates import FPS, FRAME_SAMPLES, RATE
from talkinghead.streaming.audio_chunks import MAX_CHANNELS
from talkinghead.types import Array


def to_mono(samples: Array) -> Array:
    """(n,) or (n, channels) samples, floats or integers, to (n,) float32. Raises AudioError."""
    part = as_float32(np.asarray(samples))
    if part.ndim not in (1, 2) or not np.isfinite(part).all():
        raise AudioError(f"audio must be finite, (n,) or (n, channels), got {part.shape}")
    if part.ndim == 2 and part.shape[1] > MAX_CHANNELS:
        raise AudioError(f"audio must be (n, channels), got {part.shape}; turn it around")
    return part if part.ndim == 1 else part.mean(axis=1)


class Resampler:
    """A stream of mono float32 samples at another rate."""

    def __init__(self, rate: int, output_rate: int) -> None:
        self._rate, self._same = rate, rate == output_rate
        self._resampler: Any = av.AudioResampler(format="flt", layout="mono", rate=output_rate)

    def __call__(self, samples: Array) -> Array:
        """(n,) samples to those that are complete."""
        if self._same or not samples.size:
            return samples
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples[None], np.float32), format="flt", layout="mono"
        )
        frame.sample_rate = self._rate
        return self._join(self._resampler.resample(frame))

    def flush(self) -> Array:
        """The last samples; the resampler cannot be used again."""
        return np.zeros(0, np.float32) if self._same else self._join(self._resampler.resample(None))

    @staticmethod
    def _join(frames: Any) -> Array:
        parts = [frame.to_ndarray()[0] for frame in frames]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)


class SpeechQueue:
    """Speech that was pushed and not yet taken, mono at `rate`."""

    def __init__(self, rate: int) -> None:
        """Raises AudioError for a rate that is no multiple of FPS, as 22,050 and 48,000 are."""
        if check_rate(rate) % FPS:
            raise AudioError(f"a rate of {rate} Hz is no multiple of {FPS}; use 24000 or 48000")
        self.rate, self.block_size = rate, rate // FPS
        self._parts: deque[Array] = deque()
        self._input: tuple[int, Resampler] | None = None
        self.size = 0  # samples
        self.pushed = 0  # samples since the beginning, those that were cleared not counted

    def push(self, samples: Array, rate: int) -> None:
        """Add (n,) or (n, channels) samples, floats in [-1, 1] or integers.

        Raises AudioError for what is not audio.
        """
        mono = to_mono(samples)
        if self._input is None or self._input[0] != check_rate(rate):
            self.complete()
            self._input = rate, Resampler(rate, self.rate)
        if mono.size:
            self._add(self._input[1](mono))

    def complete(self) -> None:
        """Add what resampling holds back: no more follows for now."""
        if self._input is not None:
            self._add(self._input[1].flush())
            self._input = None

    def take(self) -> Array:
        """(n,) samples of the next block, n <= block_size."""
        block = np.zeros(0, np.float32)
        while self._parts and block.size < self.block_size:
            part = self._parts.popleft()
            used = part[: self.block_size - block.size]
            block = np.concatenate([block, used])
            if used.size < part.size:
                self._parts.appendleft(part[used.size :])
        self.size -= block.size
        return block

    def clear(self) -> None:
        """Forget all of it."""
        self.pushed -= self.size
        self._parts.clear()
        self._input, self.size = None, 0

    def _add(self, samples: Array) -> None:
        if samples.size:
            self._parts.append(samples)
            self.size += samples.size
            self.pushed += samples.size


class FeatureBlocks:
    """Blocks of one frame at another rate to blocks of FRAME_SAMPLES at RATE."""

    def __init__(self, rate: int) -> None:
        self._resample = Resampler(rate, RATE)
        # Resampling delays by less than 4 ms; every block must give a block.
        self._pending = np.zeros(0 if rate == RATE else FRAME_SAMPLES // 10, np.float32)

    def __call__(self, block: Array) -> Array:
        """(rate // FPS,) samples to (FRAME_SAMPLES,)."""
        pending = np.concatenate([self._pending, self._resample(block)])
        missing = max(0, FRAME_SAMPLES - pending.size)
        pending = np.concatenate([np.zeros(missing, np.float32), pending])
        self._pending = pending[FRAME_SAMPLES:]
        return pending[:FRAME_SAMPLES]
