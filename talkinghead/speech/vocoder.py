"""Vocoder: log-mel and F0 to a waveform, by source-filter synthesis and Griffin-Lim.

Pulses and noise, shaped by the spectral envelope (Dudley 1939), give a first estimate whose
harmonics come from the source, so that even a smoothed log-mel sounds voiced. Fast Griffin-Lim
(Perraudin et al. 2013) then makes the phases consistent.
"""

from functools import cache

import numpy as np
from scipy.fft import irfft, rfft

from talkinghead.models.mel import (
    FFT_SIZE,
    POWER_FLOOR,
    WINDOW,
    analysis_window,
    band_centres,
    filterbank,
    mel_power,
)
from talkinghead.sample_rates import HOP, RATE
from talkinghead.types import Array, Waveform

LONG_FFT = 2 * FFT_SIZE  # so that a filter may ring beyond its frame
BLOCK = 1000  # frames synthesised at a time, 10 seconds
CONTEXT = 40  # frames on either side of a block
CROSSFADE = 8 * HOP  # samples over which blocks are cross-faded
TAPS = 16  # samples to either side of a band-limited pulse
MIN_POWER = 1e-10  # mel power below which nothing is synthesised
BREATHINESS = ((0.0, 2000.0, 6000.0, RATE / 2), (0.05, 0.25, 0.9, 1.0))  # Hz, noise when voiced
UNVOICED_F0 = 150.0  # Hz of the inaudible pulses where nothing is voiced
FIT_STEPS = 8  # of fitting the spectrum to the log-mel
GRIFFIN_LIM_STEPS = 12
MOMENTUM = 0.99  # of fast Griffin-Lim, as its authors recommend


def vocode(
    mel: Array, hz: Array, samples: int | None = None, seed: int = 0, trust: float = 1.0
) -> Waveform:
    """The waveform at RATE of a (t, MEL_BANDS) log-mel with F0 `hz` (t,), 0 where unvoiced.

    `samples` is the length, by default t * HOP. `trust` in [0, 1] is how far the harmonics of the
    log-mel count: 1 for a recorded one, less for a predicted one, whose harmonics are blurred or
    not at `hz`; at 0 only its envelope counts. The same seed gives the same waveform. The result
    is not limited: a loud log-mel gives samples beyond 1.
    """
    frames = len(mel)
    f0 = _interpolate_unvoiced(hz)
    steps = (f0[1:] + f0[:-1]) * (HOP / RATE / 2)
    cycles = np.concatenate([[0.0], np.cumsum(steps, dtype=np.float64)])  # of the vocal folds
    noise = np.random.default_rng(seed).standard_normal(frames * HOP, np.float32)
    out = np.zeros(frames * HOP, np.float32)
    for first in range(0, frames, BLOCK):
        begin, end = max(first - CONTEXT, 0), min(first + BLOCK + CONTEXT, frames)
        part = slice(begin, end)
        block = _synthesise(
            mel[part], hz[part], f0[part], cycles[part], noise[begin * HOP : end * HOP], trust
        )
        fade = CROSSFADE if first else 0
        block = block[(first - begin) * HOP - fade :][: BLOCK * HOP + CROSSFADE]
        at = first * HOP - fade
        if first:
            rise = np.linspace(0, 1, CROSSFADE, dtype=np.float32)
            block[:CROSSFADE] = rise * block[:CROSSFADE] + (1 - rise) * out[at : at + CROSSFADE]
        block = block[: len(out) - at]
        out[at : at + len(block)] = block
    length = frames * HOP if samples is None else samples
    return Waveform(np.pad(out[:length], (0, max(length - len(out), 0))), RATE)


def _interpolate_unvoiced(hz: Array) -> Array:
    """F0, interpolated where unvoiced: the pulses must not restart."""
    voiced = np.flatnonzero(hz > 0)
    if not voiced.size:
        return np.full(len(hz), UNVOICED_F0)
    return np.interp(np.arange(len(hz)), voiced, hz[voiced])


def _synthesise(
    mel: Array, hz: Array, f0: Array, cycles: Array, noise: Array, trust: float
) -> Array:
    """A block of samples, (t * HOP,) float32."""
    target = np.maximum(mel_power(mel) - POWER_FLOOR, MIN_POWER)
    source = _source(hz, _pulses(f0, cycles, len(noise)), noise)
    power = (source.real[:, ::2] ** 2 + source.imag[:, ::2] ** 2) / WINDOW
    gain = _envelope(target, f0) - _envelope(power @ filterbank().T, f0)
    shaped = irfft(source * _minimum_phase(gain / 2), LONG_FFT, axis=1)
    spectrum = _stft(_overlap_add(shaped, np.pad(_window(), (LONG_FFT - FFT_SIZE) // 2)))
    return _griffin_lim(spectrum, _fit_magnitude(spectrum, target, trust))


def _pulses(f0: Array, cycles: Array, samples: int) -> Array:
    """(samples,) a band-limited pulse per cycle, of unit power at any F0."""
    onsets = np.arange(np.floor(cycles[0]) + 1, cycles[-1] + 1)
    at = np.interp(onsets, cycles, np.arange(len(cycles)) * HOP)
    height = np.sqrt(RATE / np.interp(at / HOP, np.arange(len(f0)), f0))
    indices = np.floor(at).astype(np.intp)
    taps = np.arange(1 - TAPS, TAPS + 1)
    distance = taps - (at - indices)[:, None]
    shape = np.sinc(distance) * np.cos(np.pi * distance / (2 * TAPS + 2)) ** 2 * height[:, None]
    out = np.zeros(samples + 2 * TAPS + HOP, np.float32)
    np.add.at(out, indices[:, None] + taps + TAPS, shape)
    return out[TAPS : TAPS + samples]


def _source(hz: Array, pulses: Array, noise: Array) -> Array:
    """(t, LONG_FFT // 2 + 1) spectra of noise and, where voiced, pulses."""
    share = np.interp(np.linspace(0, RATE / 2, LONG_FFT // 2 + 1), *BREATHINESS).astype(np.float32)
    share = np.where(hz[:, None] > 0, share, np.float32(1))
    padding = ((0, 0), ((LONG_FFT - FFT_SIZE) // 2,) * 2)
    voiced = rfft(np.pad(_windowed_frames(pulses), padding), axis=1)
    unvoiced = rfft(np.pad(_windowed_frames(noise), padding), axis=1)
    return np.asarray(voiced * np.sqrt(1 - share**2) + unvoiced * share)


def _envelope(power: Array, f0: Array) -> Array:
    """(t, LONG_FFT // 2 + 1) log-power averaged over the width of F0, so without harmonics.

    As in CheapTrick (Morise 2015). Bands narrower than a bin take their neighbour's value.
    """
    wide = filterbank().sum(axis=1) > 0.5
    centres = band_centres()[wide]
    bins = np.linspace(0, RATE / 2, LONG_FFT // 2 + 1)
    right = np.searchsorted(centres, bins).clip(1, wide.sum() - 1)
    low, high = centres[right - 1], centres[right]
    share = ((bins - low) / (high - low)).clip(0, 1)
    log = np.log(np.maximum(power[:, wide], MIN_POWER))
    power = np.exp(log[:, right - 1] * (1 - share) + log[:, right] * share)
    total = np.pad(np.cumsum(power, axis=1, dtype=np.float64), ((0, 0), (1, 0)))
    half = np.maximum(f0, RATE / FFT_SIZE)[:, None] / 2 / bins[1]
    middle = np.arange(len(bins)) + 0.5

    def integral_to(edge: Array) -> Array:
        edge = edge.clip(0, len(bins))
        left = np.minimum(edge.astype(np.intp), len(bins) - 1)
        below = np.take_along_axis(total, left, axis=1)
        return below + (edge - left) * np.take_along_axis(power, left, axis=1)

    begin, end = (middle - half).clip(0), (middle + half).clip(None, len(bins))
    mean = (integral_to(end) - integral_to(begin)) / (end - begin)
    return np.log(np.maximum(mean, MIN_POWER)).astype(np.float32)


def _minimum_phase(gain: Array) -> Array:
    """Log-magnitudes to minimum-phase spectra, as of a vocal tract: energy comes first."""
    cepstrum = irfft(gain, LONG_FFT, axis=1)
    cepstrum[:, 1 : LONG_FFT // 2] *= 2
    cepstrum[:, LONG_FFT // 2 + 1 :] = 0
    return np.exp(rfft(cepstrum, axis=1))


def _fit_magnitude(spectrum: Array, target: Array, trust: float) -> Array:
    """Magnitudes (t, FFT_SIZE // 2 + 1) close to those of `spectrum`, with the mel power `target`.

    With `trust` below 1 the target is interpolated with the spectrum's own mel power, on the log
    scale. The steps are Lee and Seung's (2001) for non-negative factorisation, one factor known.
    """
    filters = filterbank()
    power = (spectrum.real**2 + spectrum.imag**2) / WINDOW + np.float32(MIN_POWER)
    covered = filters.sum(axis=0)
    target = target**trust * np.maximum(power @ filters.T, MIN_POWER) ** (1 - trust)
    for _ in range(FIT_STEPS):
        ratio = target / np.maximum(power @ filters.T, MIN_POWER)
        power = power * np.where(covered > 1e-6, ratio @ filters / np.maximum(covered, 1e-6), 1)
    return np.sqrt(power * WINDOW).astype(np.float32)


def _griffin_lim(spectrum: Array, magnitude: Array) -> Array:
    """Samples whose spectra are consistent and close to `magnitude`, starting at `spectrum`."""
    previous = None
    for _ in range(GRIFFIN_LIM_STEPS + 1):
        phase = spectrum / np.maximum(np.abs(spectrum), 1e-9)
        samples = _inverse_stft(magnitude * phase)
        consistent = _stft(samples)
        if previous is None:
            spectrum = consistent
        else:
            spectrum = consistent + MOMENTUM * (consistent - previous)
        previous = consistent
    return samples


_window = cache(analysis_window)


def _windowed_frames(samples: Array) -> Array:
    """(t, FFT_SIZE) windowed frames, at the positions of `models.mel`."""
    padded = np.pad(samples, FFT_SIZE // 2)
    return np.lib.stride_tricks.sliding_window_view(padded, FFT_SIZE)[:-1:HOP] * _window()


# scipy's ShortTimeFFT divides by the sum of the squared windows without the lower limit of
# `_overlap_add` and counts frames differently, so the output would not be bit-identical.
def _stft(samples: Array) -> Array:
    return np.asarray(rfft(_windowed_frames(samples), axis=1))


def _inverse_stft(spectrum: Array) -> Array:
    return _overlap_add(irfft(spectrum, FFT_SIZE, axis=1) * _window(), _window() ** 2)


def _overlap_add(frames: Array, weight: Array) -> Array:
    """(t, size) frames, HOP apart, added and divided by the sum of their weights (size,)."""
    count, size = frames.shape
    hops = -(-size // HOP)

    def add(rows: Array) -> Array:
        rows = np.pad(rows, ((0, 0), (0, hops * HOP - size))).reshape(count, hops, HOP)
        out = np.zeros((count + hops, HOP), np.float32)
        for k in range(hops):
            out[k : k + count] += rows[:, k]
        return out.ravel()[size // 2 :][: count * HOP]

    return add(frames) / np.maximum(add(np.broadcast_to(weight, (count, size))), 0.1)
