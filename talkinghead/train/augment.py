"""Clean speech as any room, microphone, noise or codec gives it. Pure; labels stay in time."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq

from talkinghead.clock import RATE
from talkinghead.media.codecs import CODECS, available, through_codec
from talkinghead.train import interference
from talkinghead.train.repitch import repitched
from talkinghead.train.rooms import in_room, room_response
from talkinghead.types import Array

CLEAN = 0.25  # chance that a sound is left as it is
CODED = 0.07  # chance of a codec: ten times the cost of everything else
PITCH = (0.8, 1.25)  # factors of pitch and formants between which another voice is drawn
WARPS = (0.84, 1.2)  # of the frequency axis: shorter and longer vocal tracts
TELEPHONE = (300.0, 3400.0)  # Hz (ITU-T G.712)
FADE = 512  # samples of silence behind a sound that is filtered, so that its ends do not meet

Chance = np.random.Generator


def distort(
    samples: Array,
    rng: Chance,
    *,
    others: Sequence[Array] = (),
    revoiced: float = 0.2,
    coded: float = CODED,
) -> Array:
    """(n,) float32 samples at RATE through a random chain: (n,) in [-1, 1], RMS about the same.

    What sounded at sample i still sounds there. A quarter of the time nothing happens.
    `others` are sounds of any length that babble is made of; without them there is none.
    `revoiced` is the chance that pitch and formants move, which makes it another speaker;
    `coded` that of a low-rate codec.
    """
    level = float(np.sqrt(np.mean(samples**2)))
    if level == 0 or rng.random() < CLEAN:
        return samples.astype(np.float32)
    out = samples
    for chance, change in (
        (revoiced, _revoiced),
        (0.45, _reverberant),
        (0.65, lambda sound, dice: _disturbed(sound, others, dice)),
        (0.6, equalised),
        (0.15, band_limited),
        (0.12, clipped),
        (coded, recoded),
    ):
        if rng.random() < chance:
            out = change(out, rng)
    now = float(np.sqrt(np.mean(out**2)))
    gain = level / max(now, 1e-9) * 10 ** (rng.uniform(-3, 3) / 20)
    return np.clip(out * gain, -1, 1).astype(np.float32)


def _revoiced(samples: Array, rng: Chance) -> Array:
    return repitched(samples, float(np.exp(rng.uniform(*np.log(PITCH)))))


def _reverberant(samples: Array, rng: Chance) -> Array:
    return in_room(samples, room_response(rng))


def _disturbed(samples: Array, others: Sequence[Array], rng: Chance) -> Array:
    """One or two things heard beside the voice, most of them 5 to 30 dB below it."""
    makers: list[tuple[float, Callable[[], Array]]] = [
        (5, lambda: interference.coloured_noise(samples.size, rng)),
        (2, lambda: interference.music(samples.size, rng)),
        (1, lambda: interference.hum(samples.size, rng)),
    ]
    if others:
        makers.append((2, lambda: interference.babble(samples.size, others, rng)))
    weights = np.array([weight for weight, _ in makers])
    for pick in rng.choice(len(makers), size=1 + (rng.random() < 0.2), p=weights / weights.sum()):
        samples = interference.beside(samples, makers[pick][1](), rng.uniform(2, 32))
    return samples


def equalised(samples: Array, rng: Chance) -> Array:
    """Another microphone: a smooth tilt, ripples and up to three resonances, within 18 dB."""
    size = next_fast_len(samples.size + FADE, real=True)
    octaves = np.log2(np.maximum(rfftfreq(size, 1 / RATE), 40) / 800).astype(np.float32)
    decibels = rng.normal(0, 2) * octaves
    for k in (1, 2, 3):
        decibels += rng.normal(0, 4 / k) * np.cos(0.7 * k * octaves + rng.uniform(0, 6.3))
    for _ in range(int(rng.integers(0, 4))):
        centre, width = rng.uniform(-3, 3), rng.uniform(0.08, 0.5)
        decibels += rng.normal(0, 6) * np.exp(-0.5 * ((octaves - centre) / width) ** 2)
    gain = np.exp(np.float32(np.log(10) / 20) * np.clip(decibels, -18, 18))
    return _filtered(samples, gain, size)


def _filtered(samples: Array, gain: Array, size: int) -> Array:
    """Zero-phase: nothing is moved in time."""
    return np.asarray(irfft(rfft(samples, size) * gain, size)[: samples.size], dtype=np.float32)


def band_limited(samples: Array, rng: Chance) -> Array:
    """A telephone's band, or nothing above 2.5 to 7 kHz."""
    size = next_fast_len(samples.size + FADE, real=True)
    hz = rfftfreq(size, 1 / RATE).astype(np.float32)
    low, high = TELEPHONE if rng.random() < 0.5 else (20.0, rng.uniform(2500, 7000))
    rise = 1 / (1 + (low / np.maximum(hz, 1)) ** 8)
    fall = 1 / (1 + np.exp((hz - high) / (0.03 * high)))
    return _filtered(samples, rise * fall, size)


def clipped(samples: Array, rng: Chance) -> Array:
    """Too loud for the recorder: cut off hard or bent, at a tenth to 0.7 of the peak."""
    most = np.float32(np.abs(samples).max() * rng.uniform(0.1, 0.7))
    if rng.random() < 0.5:
        return np.clip(samples, -most, most)
    return most * np.tanh(samples / most)


def recoded(samples: Array, rng: Chance) -> Array:
    """A low-rate codec drawn at random, at a random one of its rates."""
    name = str(rng.choice(available()))
    low, high = CODECS[name].bit_rates
    loudest = float(np.abs(samples).max())
    bit_rate = 1000 * int(rng.integers(low // 1000, high // 1000 + 1))
    scale = 0.9 / loudest if loudest > 0.9 else 1.0
    return through_codec(samples * np.float32(scale), name, bit_rate)


def hide_bands(content: Array, rng: Chance) -> Array:
    """Log-mel with up to two random stretches of bands levelled (Park et al. 2019, SpecAugment)."""
    hidden = content.copy()
    for _ in range(int(rng.integers(0, 3))):
        first = int(rng.integers(0, content.shape[1] - 12))
        bands = slice(first, first + int(rng.integers(1, 13)))
        hidden[:, bands] = content[:, bands].mean()
    return hidden
