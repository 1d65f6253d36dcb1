"""Sound in and out: any file or array to 16 kHz mono, loudness, and wav files."""

import wave as wavefile
from collections.abc import Iterator
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np

from talkinghead.clock import RATE
from talkinghead.errors import AudioError
from talkinghead.media.container import (
    channels,
    check_complete,
    declared_seconds,
    opened,
    resampled,
)
from talkinghead.media.files import replacing
from talkinghead.media.limiter import bent
from talkinghead.media.loud import loud_part
from talkinghead.media.mono import mean_channel, one_channel
from talkinghead.types import Array, Waveform

LOUDNESS = -23.0  # dBFS, RMS of the speech
FLOOR = -60.0  # dBFS; what never rises above is silence
GATE = 25.0  # dB below the loud parts at which a pause begins
MAX_GAIN = 30.0  # dB
STEADY = 6.0  # dB; sound that varies less and is quiet is room noise, not speech
WINDOW = RATE // 50  # samples over which loudness is measured: 20 ms
AAC_BLOCK = 2048  # samples at 16 kHz: the longest block, of 8 kHz sound
BLOCK = 60 * RATE  # samples worked on at a time: an hour must not be copied five times over


def read_audio(source: str | Path) -> Waveform:
    """The sound of any audio or video file, 16 kHz mono; channels are averaged (see `mono`).

    Raises AudioError when there is no readable sound.
    """
    path = Path(source)
    with opened(source, AudioError, "sound") as container:
        if not container.streams.audio:
            raise AudioError(f"{path}: has no sound; give a file with an audio track")
        declared = declared_seconds(container, path)
        samples, loudest = mean_channel(_parts(container))
        padded = "mp4" in container.format.name  # AAC comes in blocks; only mp4 says where it ends
    if loudest is not None:
        with opened(source, AudioError, "sound") as container:
            samples = np.concatenate(list(one_channel(_parts(container), loudest)))
    if not samples.size:
        raise AudioError(f"{path}: holds 0 samples of sound; record it again")
    check_complete(samples.size / RATE, declared, path)
    if padded and declared and 0 < samples.size - declared * RATE < 2 * AAC_BLOCK:
        samples = samples[: max(1, round(declared * RATE))]
    return _checked(samples, str(path))


def _parts(container: Any) -> Iterator[Array]:
    """The first sound of a file, (channels, n) at RATE, part by part."""
    return (channels(frame) for frame in resampled(container.decode(audio=0), RATE))


def as_waveform(samples: Array, rate: int) -> Waveform:
    """An array of sound, (n,), (n, channels) or (channels, n), as 16 kHz mono.

    Integers are scaled by the range of their type (uint8 is unsigned around 128);
    floats are taken as they are. Raises AudioError for anything that is not sound.
    """
    samples = np.asarray(samples)
    if samples.ndim not in (1, 2) or samples.size == 0:
        raise AudioError(f"sound must have shape (n,) or (n, channels), got {samples.shape}")
    if rate <= 0:
        raise AudioError(f"sample rate must be positive, got {rate}")
    signal = as_floats(samples)
    if signal.ndim == 2:
        parts = [signal if signal.shape[0] <= signal.shape[1] else signal.T]
        signal, loudest = mean_channel(parts)
        if loudest is not None:
            signal = parts[0][loudest]
    if not np.isfinite(signal).all():
        raise AudioError("the sound holds NaN or infinite values; export it again")
    if rate != RATE:
        from scipy.signal import resample_poly  # takes a second, and files never need it

        common = gcd(RATE, int(rate))
        signal = resample_poly(signal, RATE // common, int(rate) // common)
    return _checked(signal, "the sound")


def as_floats(samples: Array) -> Array:
    """Samples of any type as float32: integers by the range of their type, floats as they are."""
    if samples.dtype == np.uint8:
        return (samples.astype(np.float32) - 128) / 128
    if np.issubdtype(samples.dtype, np.signedinteger):
        return np.asarray(samples.astype(np.float32) / -float(np.iinfo(samples.dtype).min))
    if np.issubdtype(samples.dtype, np.floating):
        return samples.astype(np.float32)
    raise AudioError(f"sound must be integers or floats, got {samples.dtype}")


def _checked(samples: Array, where: str) -> Waveform:
    """Finite samples within [-1, 1]; float recordings that go beyond are scaled down."""
    if not np.isfinite(samples).all():
        raise AudioError(f"{where}: holds NaN or infinite values; export it again")
    peak = float(np.abs(samples).max())
    if peak > 1:
        samples = samples / peak
    return Waveform(np.ascontiguousarray(samples, dtype=np.float32), RATE)


def normalise_loudness(wave: Waveform) -> Waveform:
    """The same sound with its speech at -23 dBFS RMS; pauses do not count.

    Silence and quiet steady noise stay as they are. Peaks are rounded off below 1.
    """
    levels = _levels(wave.samples)
    loud = loud_part(levels, RATE / WINDOW)
    if loud < FLOOR:
        return wave
    if loud < LOUDNESS - 20 and loud - np.percentile(levels, 10) < STEADY:
        return wave
    gain = 10 ** (missing_gain(levels, loud) / 20)
    return Waveform(_louder(wave.samples, gain), wave.rate)


def missing_gain(levels: Array, loud: float) -> float:
    """What brings speech of (n,) levels in dBFS, whose loud parts have `loud`, to LOUDNESS, in dB.

    Pauses do not count, and MAX_GAIN is not exceeded.
    """
    active = levels[levels > loud - GATE]
    level = 10 * np.log10(np.mean(10 ** (active / 10)))
    return float(min(LOUDNESS - level, MAX_GAIN))


def _levels(samples: Array) -> Array:
    """Loudness of each 20 ms in dBFS; a last part shorter than that counts as one."""
    parts = [samples[at : at + BLOCK] for at in range(0, samples.size, BLOCK)]
    powers = []
    for part in parts:
        padded = np.pad(part, (0, -part.size % WINDOW)).reshape(-1, WINDOW)
        powers.append((padded.astype(np.float64) ** 2).mean(axis=1))
    if samples.size % WINDOW:
        powers[-1][-1] *= WINDOW / (samples.size % WINDOW)
    levels: Array = 10 * np.log10(np.concatenate(powers) + 1e-12)
    return levels


def _louder(samples: Array, gain: float) -> Array:
    """The samples times `gain`, held below 1."""
    louder = samples * np.float32(gain)
    for at in range(0, samples.size, BLOCK):
        louder[at : at + BLOCK] = bent(louder[at : at + BLOCK])
    return louder


def write_wav(wave: Waveform, path: str | Path) -> None:
    """Write 16-bit mono wav, whole or not at all. Raises OutputError."""
    pcm = np.clip(np.round(wave.samples * 32767), -32768, 32767).astype("<i2")
    with replacing(path) as temporary, wavefile.open(str(temporary), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(wave.rate)
        out.writeframes(pcm.tobytes())
