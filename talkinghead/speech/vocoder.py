"""Speaks a log-mel: pulses and noise, shaped like the spectrum, at the pitch that is asked for.

A source and a filter (Dudley 1939) begin; since the source brings the harmonics, even a
smoothed mel sounds voiced. Fast Griffin-Lim (Perraudin et al. 2013) then settles the phases.
"""

from functools import cache

import numpy as np
from scipy.fft import irfft, rfft

from talkinghead.clock import HOP, RATE
from talkinghead.speech.mel import FFT, FLOOR, WINDOW, centres, filterbank, power_of
from talkinghead.types import Array, Waveform

LONG_FFT = 2 * FFT  # room for a filter to ring on behind its frame
BLOCK = 1000  # frames made at a time, 10 seconds
MARGIN = 40  # frames heard on both sides of a block
FADE = 8 * HOP  # samples over which blocks pass into each other
TAPS = 16  # samples to either side of a band-limited pulse
QUIET = 1e-10  # mel power under which nothing is made
BREATH = ((0.0, 2000.0, 6000.0, RATE / 2), (0.05, 0.25, 0.9, 1.0))  # Hz, noise in a voice
UNVOICED = 150.0  # Hz, of the pulses that nobody hears where nothing is voiced
FITS = 8  # steps of fitting the spectrum to the mel
SETTLES = 12  # steps of Griffin-Lim
MOMENTUM = 0.99  # of fast Griffin-Lim; its authors' choice


def vocode(
    mel: Array, hz: Array, samples: int | None = None, seed: int = 0, trust: float = 1.0
) -> Waveform:
    """The sound at RATE of a (t, BANDS) log-mel whose pitch is `hz` (t,), 0 where unvoiced.

    `samples` is the length wanted, t * HOP by default. `trust` in [0, 1] is how far the
    lines of the mel count: 1 for the mel of a sound, less for one that a network predicts,
    whose harmonics are blurred or not at `hz`; at 0 only its envelope does. Same seed, same
    sound. The result is not limited: a mel too loud gives samples beyond 1.
    """
    frames = len(mel)
    pitch = _carried_on(hz)
    steps = (pitch[1:] + pitch[:-1]) * (HOP / RATE / 2)
    turns = np.concatenate([[0.0], np.cumsum(steps, dtype=np.float64)])  # of the vocal folds
    noise = np.random.default_rng(seed).standard_normal(frames * HOP, np.float32)
    out = np.zeros(frames * HOP, np.float32)
    for first in range(0, frames, BLOCK):
        begin, end = max(first - MARGIN, 0), min(first + BLOCK + MARGIN, frames)
        part = slice(begin, end)
        heard = noise[begin * HOP : end * HOP]
        made = _spoken(mel[part], hz[part], pitch[part], turns[part], heard, trust)
        made = made[(first - begin) * HOP - (FADE if first else 0) :][: BLOCK * HOP + FADE]
        at = first * HOP - (FADE if first else 0)
        if first:
            rise = np.linspace(0, 1, FADE, dtype=np.float32)
            made[:FADE] = rise * made[:FADE] + (1 - rise) * out[at : at + FADE]
        made = made[: len(out) - at]
        out[at : at + len(made)] = made
    length = frames * HOP if samples is None else samples
    return Waveform(np.pad(out[:length], (0, max(length - len(out), 0))), RATE)


def _carried_on(hz: Array) -> Array:
    """The pitch, drawn through where it is unvoiced: pulses must not start anew."""
    voiced = np.flatnonzero(hz > 0)
    if not voiced.size:
        return np.full(len(hz), UNVOICED)
    return np.interp(np.arange(len(hz)), voiced, hz[voiced])


def _spoken(mel: Array, hz: Array, pitch: Array, turns: Array, noise: Array, trust: float) -> Array:
    """A block of sound, (t * HOP,) float32."""
    target = np.maximum(power_of(mel) - FLOOR, QUIET)
    source = _source(hz, _pulses(pitch, turns, len(noise)), noise)
    heard = (source.real[:, ::2] ** 2 + source.imag[:, ::2] ** 2) / WINDOW
    gain = _envelope(target, pitch) - _envelope(heard @ filterbank().T, pitch)
    shaped = irfft(source * _minimum_phase(gain / 2), LONG_FFT, axis=1)
    spectrum = _spectrum(_overlap(shaped, np.pad(_window(), (LONG_FFT - FFT) // 2)))
    return _settled(spectrum, _fitted(spectrum, target, trust))


def _pulses(pitch: Array, turns: Array, samples: int) -> Array:
    """(samples,) one band-limited pulse a turn, of unit power whatever the pitch."""
    wanted = np.arange(np.floor(turns[0]) + 1, turns[-1] + 1)
    at = np.interp(wanted, turns, np.arange(len(turns)) * HOP)
    height = np.sqrt(RATE / np.interp(at / HOP, np.arange(len(pitch)), pitch))
    whole = np.floor(at).astype(np.intp)
    taps = np.arange(1 - TAPS, TAPS + 1)
    away = taps - (at - whole)[:, None]
    shape = np.sinc(away) * np.cos(np.pi * away / (2 * TAPS + 2)) ** 2 * height[:, None]
    out = np.zeros(samples + 2 * TAPS + HOP, np.float32)
    np.add.at(out, whole[:, None] + taps + TAPS, shape)
    return out[TAPS : TAPS + samples]


def _source(hz: Array, pulses: Array, noise: Array) -> Array:
    """(t, LONG_FFT // 2 + 1) spectra: noise, and pulses under it where voiced."""
    share = np.interp(np.linspace(0, RATE / 2, LONG_FFT // 2 + 1), *BREATH).astype(np.float32)
    share = np.where(hz[:, None] > 0, share, np.float32(1))
    room = ((0, 0), ((LONG_FFT - FFT) // 2,) * 2)
    voiced = rfft(np.pad(_pieces(pulses), room), axis=1)
    hissed = rfft(np.pad(_pieces(noise), room), axis=1)
    return np.asarray(voiced * np.sqrt(1 - share**2) + hissed * share)


def _envelope(power: Array, pitch: Array) -> Array:
    """(t, LONG_FFT // 2 + 1) log-power without harmonics: averaged over a pitch's width.

    As CheapTrick does (Morise 2015). Bands narrower than a bin take their neighbour's value.
    """
    known = filterbank().sum(axis=1) > 0.5
    bins = np.linspace(0, RATE / 2, LONG_FFT // 2 + 1)
    right = np.searchsorted(centres()[known], bins).clip(1, known.sum() - 1)
    low, high = centres()[known][right - 1], centres()[known][right]
    share = ((bins - low) / (high - low)).clip(0, 1)
    log = np.log(np.maximum(power[:, known], QUIET))
    power = np.exp(log[:, right - 1] * (1 - share) + log[:, right] * share)
    total = np.pad(np.cumsum(power, axis=1, dtype=np.float64), ((0, 0), (1, 0)))
    half = np.maximum(pitch, RATE / FFT)[:, None] / 2 / bins[1]
    middle = np.arange(len(bins)) + 0.5

    def until(edge: Array) -> Array:
        edge = edge.clip(0, len(bins))
        left = np.minimum(edge.astype(np.intp), len(bins) - 1)
        below = np.take_along_axis(total, left, axis=1)
        return below + (edge - left) * np.take_along_axis(power, left, axis=1)

    begin, end = (middle - half).clip(0), (middle + half).clip(None, len(bins))
    mean = (until(end) - until(begin)) / (end - begin)
    return np.log(np.maximum(mean, QUIET)).astype(np.float32)


def _minimum_phase(gain: Array) -> Array:
    """Log-magnitudes to spectra whose energy comes first, as a vocal tract's does."""
    cepstrum = irfft(gain, LONG_FFT, axis=1)
    cepstrum[:, 1 : LONG_FFT // 2] *= 2
    cepstrum[:, LONG_FFT // 2 + 1 :] = 0
    return np.exp(rfft(cepstrum, axis=1))


def _fitted(spectrum: Array, target: Array, trust: float) -> Array:
    """Magnitudes (t, FFT // 2 + 1) near those of `spectrum`, whose mel is `target`.

    With less `trust` it is one between the two, on the log scale.
    Lee and Seung's (2001) multiplicative step for non-negative factors, one factor known.
    """
    filters = filterbank()
    power = (spectrum.real**2 + spectrum.imag**2) / WINDOW + np.float32(QUIET)
    covered = filters.sum(axis=0)
    target = target**trust * np.maximum(power @ filters.T, QUIET) ** (1 - trust)
    for _ in range(FITS):
        wrong = target / np.maximum(power @ filters.T, QUIET)
        power = power * np.where(covered > 1e-6, wrong @ filters / np.maximum(covered, 1e-6), 1)
    return np.sqrt(power * WINDOW).astype(np.float32)


def _settled(spectrum: Array, magnitude: Array) -> Array:
    """Sound whose spectra are consistent and near `magnitude`, begun from `spectrum`."""
    before = None
    for _ in range(SETTLES + 1):
        phase = spectrum / np.maximum(np.abs(spectrum), 1e-9)
        sound = _sound(magnitude * phase)
        found = _spectrum(sound)
        spectrum = found if before is None else found + MOMENTUM * (found - before)
        before = found
    return sound


@cache
def _window() -> Array:
    window = np.zeros(FFT, np.float32)
    start = (FFT - WINDOW) // 2
    window[start : start + WINDOW] = np.hanning(WINDOW)
    return window


def _pieces(sound: Array) -> Array:
    """(t, FFT) windowed, the frames of speech.mel."""
    padded = np.pad(sound, FFT // 2)
    return np.lib.stride_tricks.sliding_window_view(padded, FFT)[:-1:HOP] * _window()


def _spectrum(sound: Array) -> Array:
    return np.asarray(rfft(_pieces(sound), axis=1))


def _sound(spectrum: Array) -> Array:
    return _overlap(irfft(spectrum, FFT, axis=1) * _window(), _window() ** 2)


def _overlap(pieces: Array, weight: Array) -> Array:
    """(t, size) pieces, HOP apart, added and divided by the sum of their weights."""
    count, size = pieces.shape
    hops = -(-size // HOP)

    def added(rows: Array) -> Array:
        rows = np.pad(rows, ((0, 0), (0, hops * HOP - size))).reshape(count, hops, HOP)
        out = np.zeros((count + hops, HOP), np.float32)
        for k in range(hops):
            out[k : k + count] += rows[:, k]
        return out.ravel()[size // 2 :][: count * HOP]

    return added(pieces) / np.maximum(added(np.broadcast_to(weight, (count, size))), 0.1)
