"""Augmentation of speech: random rooms, microphones, noise, codecs and voices, kept in time."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq

from talkinghead.sample_rates import RATE
from talkinghead.train.augment import noise
from talkinghead.train.augment.codecs import CODECS, apply_codec, available_codecs
from talkinghead.train.augment.pitch_shift import shift_pitch
from talkinghead.train.augment.reverb import reverberate, room_impulse_response
from talkinghead.types import Array

CLEAN = 0.25  # probability that samples are not changed
CODEC = 0.07  # probability of a codec, which takes ten times as long as everything else
PITCH_FACTORS = (0.8, 1.25)  # range of the shift of pitch and formants
WARPS = (0.84, 1.2)  # of the frequency axis: vocal tract length perturbation (Jaitly, Hinton 2013)
TELEPHONE_BAND = (300.0, 3400.0)  # Hz (ITU-T G.712)
PADDING = 512  # samples of silence behind filtered samples, against circular convolution


def distort(
    samples: Array,
    rng: np.random.Generator,
    *,
    others: Sequence[Array] = (),
    pitch_shift: float = 0.2,
    codec: float = CODEC,
) -> Array:
    """(n,) float32 samples at RATE through a random chain: (n,) in [-1, 1], of about the same RMS.

    Nothing is moved in time. `others` are recordings of any length for babble noise; without them
    there is none. `pitch_shift` and `codec` are the probabilities of these steps.
    """
    rms = float(np.sqrt(np.mean(samples**2)))
    if rms == 0 or rng.random() < CLEAN:
        return samples.astype(np.float32)
    out = samples
    for probability, step in (
        (pitch_shift, _shift_pitch),
        (0.45, _reverberate),
        (0.65, lambda samples, rng: _add_noise(samples, others, rng)),
        (0.6, equalize),
        (0.15, limit_band),
        (0.12, clip_peaks),
        (codec, apply_random_codec),
    ):
        if rng.random() < probability:
            out = step(out, rng)
    out_rms = float(np.sqrt(np.mean(out**2)))
    gain = rms / max(out_rms, 1e-9) * 10 ** (rng.uniform(-3, 3) / 20)
    return np.clip(out * gain, -1, 1).astype(np.float32)


def _shift_pitch(samples: Array, rng: np.random.Generator) -> Array:
    return shift_pitch(samples, float(np.exp(rng.uniform(*np.log(PITCH_FACTORS)))))


def _reverberate(samples: Array, rng: np.random.Generator) -> Array:
    return reverberate(samples, room_impulse_response(rng))


def _add_noise(samples: Array, others: Sequence[Array], rng: np.random.Generator) -> Array:
    """One or two kinds of background noise, at 2 to 32 dB SNR."""
    kinds: list[tuple[float, Callable[[], Array]]] = [
        (5, lambda: noise.coloured_noise(samples.size, rng)),
        (2, lambda: noise.music(samples.size, rng)),
        (1, lambda: noise.hum(samples.size, rng)),
    ]
    if others:
        kinds.append((2, lambda: noise.babble(samples.size, others, rng)))
    weights = np.array([weight for weight, _ in kinds])
    for pick in rng.choice(len(kinds), size=1 + (rng.random() < 0.2), p=weights / weights.sum()):
        samples = noise.mix_at_snr(samples, kinds[pick][1](), rng.uniform(2, 32))
    return samples


def equalize(samples: Array, rng: np.random.Generator) -> Array:
    """Another microphone: a spectral tilt, ripples and up to three resonances, within 18 dB."""
    size = next_fast_len(samples.size + PADDING, real=True)
    octaves = np.log2(np.maximum(rfftfreq(size, 1 / RATE), 40) / 800).astype(np.float32)
    decibels = rng.normal(0, 2) * octaves
    for k in (1, 2, 3):
        decibels += rng.normal(0, 4 / k) * np.cos(0.7 * k * octaves + rng.uniform(0, 6.3))
    for _ in range(int(rng.integers(0, 4))):
        centre, width = rng.uniform(-3, 3), rng.uniform(0.08, 0.5)
        decibels += rng.normal(0, 6) * np.exp(-0.5 * ((octaves - centre) / width) ** 2)
    gain = np.exp(np.float32(np.log(10) / 20) * np.clip(decibels, -18, 18))
    return _filter(samples, gain, size)


def limit_band(samples: Array, rng: np.random.Generator) -> Array:
    """A telephone's band, or a low-pass at 2.5 to 7 kHz."""
    size = next_fast_len(samples.size + PADDING, real=True)
    hz = rfftfreq(size, 1 / RATE).astype(np.float32)
    low, high = TELEPHONE_BAND if rng.random() < 0.5 else (20.0, rng.uniform(2500, 7000))
    high_pass = 1 / (1 + (low / np.maximum(hz, 1)) ** 8)
    low_pass = 1 / (1 + np.exp((hz - high) / (0.03 * high)))
    return _filter(samples, high_pass * low_pass, size)


def _filter(samples: Array, gain: Array, size: int) -> Array:
    """Zero-phase filtering: nothing is moved in time."""
    return np.asarray(irfft(rfft(samples, size) * gain, size)[: samples.size], dtype=np.float32)


def clip_peaks(samples: Array, rng: np.random.Generator) -> Array:
    """Hard or soft clipping at 0.1 to 0.7 of the peak."""
    limit = np.float32(np.abs(samples).max() * rng.uniform(0.1, 0.7))
    if rng.random() < 0.5:
        return np.clip(samples, -limit, limit)
    return limit * np.tanh(samples / limit)


def apply_random_codec(samples: Array, rng: np.random.Generator) -> Array:
    """A random low-rate codec, at a random one of its bit rates."""
    name = str(rng.choice(available_codecs()))
    low, high = CODECS[name].bit_rates
    peak = float(np.abs(samples).max())
    bit_rate = 1000 * int(rng.integers(low // 1000, high // 1000 + 1))
    scale = 0.9 / peak if peak > 0.9 else 1.0
    return apply_codec(samples * np.float32(scale), name, bit_rate)


def mask_bands(mel: Array, rng: np.random.Generator) -> Array:
    """(t, 80) log-mel with up to two ranges of bands masked (SpecAugment, Park et al. 2019)."""
    masked = mel.copy()
    for _ in range(int(rng.integers(0, 3))):
        first = int(rng.integers(0, mel.shape[1] - 12))
        bands = slice(first, first + int(rng.integers(1, 13)))
        masked[:, bands] = mel[:, bands].mean()
    return masked
