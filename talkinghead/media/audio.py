"""Reads any recording as a 16 kHz mono waveform, and writes wav files."""

import wave as wavefile
from collections.abc import Iterable, Iterator
from math import gcd
from pathlib import Path
from typing import Any, Final

import numpy as np

from talkinghead.errors import AudioError
from talkinghead.media.atomic_write import atomic_write
from talkinghead.media.container import (
    check_complete,
    declared_seconds,
    frame_channels,
    open_container,
    resample_frames,
)
from talkinghead.sample_rates import RATE
from talkinghead.types import Array, Waveform

AAC_BLOCK: Final = 2048  # samples at 16 kHz: the longest block, of 8 kHz audio
# Channels cancel (one is the other with inverted polarity) if the power of their mean is below this
# share of the power that the mean of independent channels would have.
CANCELLATION_SHARE: Final = 0.1


def read_audio(source: str | Path) -> Waveform:
    """The first audio stream of an audio or video file as mono at 16 kHz, channels averaged.

    If channels of opposite polarity cancel, the loudest channel is used instead. Raises
    AudioError when the file has no readable audio or is truncated.
    """
    path = Path(source)
    with open_container(source, AudioError, "audio") as container:
        if not container.streams.audio:
            raise AudioError(f"{path}: has no audio; give a file with an audio track")
        declared = declared_seconds(container, path)
        samples, loudest = average_channels(_decode(container))
        padded = "mp4" in container.format.name  # AAC comes in blocks; only mp4 states its end
    if loudest is not None:
        with open_container(source, AudioError, "audio") as container:
            samples = np.concatenate(list(select_channel(_decode(container), loudest)))
    if not samples.size:
        raise AudioError(f"{path}: contains 0 samples of audio; record it again")
    check_complete(samples.size / RATE, declared, path)
    if padded and declared and 0 < samples.size - declared * RATE < 2 * AAC_BLOCK:
        samples = samples[: max(1, round(declared * RATE))]
    return _validate(samples, str(path))


def _decode(container: Any) -> Iterator[Array]:
    """The first audio stream of a file at RATE, in chunks (channels, n)."""
    return (frame_channels(frame) for frame in resample_frames(container.decode(audio=0), RATE))


def as_waveform(samples: Array, rate: int) -> Waveform:
    """Samples (n,), (n, channels) or (channels, n) at `rate` Hz as a 16 kHz mono waveform.

    Sample types are scaled as in `as_float32`. Raises AudioError for arrays of other shapes or
    types and for values that are not finite.
    """
    samples = np.asarray(samples)
    if samples.ndim not in (1, 2) or samples.size == 0:
        raise AudioError(f"audio must have shape (n,) or (n, channels), got {samples.shape}")
    if rate <= 0:
        raise AudioError(f"sample rate must be positive, got {rate}")
    signal = as_float32(samples)
    if signal.ndim == 2:
        parts = [signal if signal.shape[0] <= signal.shape[1] else signal.T]
        signal, loudest = average_channels(parts)
        if loudest is not None:
            signal = parts[0][loudest]
    if not np.isfinite(signal).all():
        raise AudioError("the audio contains NaN or infinite values; export it again")
    if rate != RATE:
        from scipy.signal import resample_poly  # slow to import; FFmpeg resamples files

        common = gcd(RATE, int(rate))
        signal = resample_poly(signal, RATE // common, int(rate) // common)
    return _validate(signal, "the audio")


def as_float32(samples: Array) -> Array:
    """Samples as float32: integers divided by the range of their type, floats unchanged.

    uint8 is centred at 128, as in 8-bit wav. Raises AudioError for other types.
    """
    if samples.dtype == np.uint8:
        return (samples.astype(np.float32) - 128) / 128
    if np.issubdtype(samples.dtype, np.signedinteger):
        return np.asarray(samples.astype(np.float32) / -float(np.iinfo(samples.dtype).min))
    if np.issubdtype(samples.dtype, np.floating):
        return samples.astype(np.float32)
    raise AudioError(f"audio must be integers or floats, got {samples.dtype}")


def _validate(samples: Array, where: str) -> Waveform:
    """A waveform of finite samples; a float recording that exceeds [-1, 1] is scaled down."""
    if not np.isfinite(samples).all():
        raise AudioError(f"{where}: contains NaN or infinite values; export it again")
    peak = float(np.abs(samples).max())
    if peak > 1:
        samples = samples / peak
    return Waveform(np.ascontiguousarray(samples, dtype=np.float32), RATE)


def average_channels(parts: Iterable[Array]) -> tuple[Array, int | None]:
    """The float32 mean (m,) over the channels of audio in chunks (channels, n).

    Also the index of the loudest channel if the channels cancel each other, as with a miswired
    cable, so that their mean has lost the signal; otherwise None.
    """
    means, powers = [np.zeros(0, np.float32)], np.zeros(1)
    mean_power = independent_power = 0.0
    for part in parts:
        mean = part.mean(axis=0, dtype=np.float32)
        means.append(mean)
        channel_powers = np.einsum("cn,cn->c", part, part, dtype=np.float64)
        powers = np.pad(powers, (0, max(0, len(channel_powers) - len(powers))))
        powers[: len(channel_powers)] += channel_powers
        mean_power += float(np.einsum("n,n", mean, mean, dtype=np.float64))
        independent_power += float(channel_powers.sum()) / len(channel_powers) ** 2
    cancelled = mean_power < CANCELLATION_SHARE * independent_power
    return np.concatenate(means), int(powers.argmax()) if cancelled else None


def select_channel(parts: Iterable[Array], index: int) -> Iterator[Array]:
    """One channel of each chunk (channels, n); the mean of a chunk that has fewer channels."""
    for part in parts:
        yield part[index] if index < len(part) else part.mean(axis=0, dtype=np.float32)


def write_wav(wave: Waveform, path: str | Path) -> None:
    """Write a 16-bit mono wav file, atomically. Raises OutputError."""
    pcm = np.clip(np.round(wave.samples * 32767), -32768, 32767).astype("<i2")
    with atomic_write(path) as temporary, wavefile.open(str(temporary), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(wave.rate)
        out.writeframes(pcm.tobytes())
