"""Sounds that are neither voices nor music, at random: for the voice detector."""

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

from talkinghead.sample_rates import RATE
from talkinghead.train.augment import noise
from talkinghead.types import Array

Sound = Callable[[int, np.random.Generator], Array]


def make_sound(size: int, rng: np.random.Generator) -> Array:
    """(size,) float32 of one or two random kinds of sound, of RMS about 0.1."""
    names = list(SOUNDS)
    weights = np.array([SOUNDS[name][0] for name in names])
    total = np.zeros(size)
    for pick in rng.choice(len(names), 1 + (rng.random() < 0.25), p=weights / weights.sum()):
        part = SOUNDS[names[pick]][1](size, rng)
        total += part / (np.sqrt(np.mean(part**2)) + 1e-9) * np.exp(rng.normal(0, 0.5))
    return np.asarray(total * (0.1 / (np.sqrt(np.mean(total**2)) + 1e-9)), dtype=np.float32)


def _scatter(size: int, rate: float, event: Callable[[], Array], rng: np.random.Generator) -> Array:
    """(size,) events at random times, `rate` a second on average."""
    out = np.zeros(size)
    for at in rng.integers(0, size, max(1, rng.poisson(rate * size / RATE))):
        part = event()[: size - at]
        out[at : at + len(part)] += part * np.exp(rng.normal(0, 0.4))
    return out


def _band(low: float, high: float, samples: Array) -> Array:
    sections = butter(2, [low, min(high, 7800)], "bandpass", fs=RATE, output="sos")
    return np.asarray(sosfilt(sections, samples))


def _click(rng: np.random.Generator, seconds: float, low: float, high: float) -> Array:
    """One short burst of noise in a band."""
    count = int(8 * seconds * RATE)
    fade = np.exp(-np.arange(count) / (seconds * RATE))
    return _band(low, high, rng.standard_normal(count) * fade)


def keyboard(size: int, rng: np.random.Generator) -> Array:
    """Typing, or other clicks: 2 to 12 a second, each of two parts."""
    low = float(rng.uniform(200, 2000))

    clicks = [_click(rng, rng.uniform(0.002, 0.012), low, 4 * low) for _ in range(6)]

    def press() -> Array:
        gap = np.zeros(int(rng.uniform(0.03, 0.12) * RATE))
        down, up = (clicks[pick] for pick in rng.integers(6, size=2))
        return np.concatenate([down, gap, 0.4 * up])

    return _scatter(size, rng.uniform(2, 12), press, rng)


def applause(size: int, rng: np.random.Generator) -> Array:
    """Many hands that clap, or rain: up to 400 short bursts a second."""
    claps = [
        _click(rng, rng.uniform(0.002, 0.01), rng.uniform(300, 1200), rng.uniform(1800, 7000))
        for _ in range(8)
    ]
    return _scatter(size, np.exp(rng.uniform(1, 6)), lambda: claps[rng.integers(8)], rng)


def knocks(size: int, rng: np.random.Generator) -> Array:
    """Steps, knocks, doors and dropped things: low thuds."""
    return _scatter(
        size, rng.uniform(0.5, 4),
        lambda: _click(rng, rng.uniform(0.01, 0.08), rng.uniform(40, 150), rng.uniform(300, 2500)),
        rng,
    )  # fmt: skip


def _tones(size: int, hz: Array, level: Array) -> Array:
    """(size,) harmonics of (size,) `hz`, at the amplitudes `level`."""
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(hz, (size,))) / RATE
    top = float(np.max(hz))
    return np.sum(
        [a * np.sin((n + 1) * phase) for n, a in enumerate(level) if (n + 1) * top < 7900], axis=0
    )


def beeps(size: int, rng: np.random.Generator) -> Array:
    """A telephone, an alarm or a machine: one to three tones in a repeated pattern."""
    times, out = np.arange(size) / RATE, np.zeros(size)
    period, share = rng.uniform(0.1, 3), rng.uniform(0.1, 0.9)
    count = int(rng.integers(1, 4))
    tones = np.exp(rng.uniform(np.log(300), np.log(4000), count))
    warble = float(rng.choice([0, rng.uniform(8, 30)]))
    for number, hz in enumerate(tones):
        together = warble == 0 and rng.random() < 0.5
        on = ((times / period) % 1 < share) & (
            together | ((times * max(warble, 2 / period)).astype(int) % count == number)
        )
        fade = np.convolve(on, np.ones(80) / 80, mode="same")
        out += fade * _tones(size, np.array(hz), np.array([1, rng.uniform(0, 0.6), 0.1]))
    return out


def whistle(size: int, rng: np.random.Generator) -> Array:
    """Whistling, birds and sirens: a gliding tone with few harmonics."""
    knots = max(3, int(size / RATE * np.exp(rng.uniform(-0.5, 2.5))))
    base, spread = rng.uniform(np.log(400), np.log(4000)), rng.uniform(0.02, 0.5)
    curve = np.interp(
        np.linspace(0, knots - 1, size), np.arange(knots), rng.normal(base, spread, knots)
    )
    vibrato = rng.uniform(0, 0.03) * np.sin(2 * np.pi * rng.uniform(3, 12) * np.arange(size) / RATE)
    hz = np.exp(curve + vibrato).clip(100, 7000)
    on = np.interp(
        np.linspace(0, knots - 1, size), np.arange(knots), rng.choice([0.0, 1, 1], knots)
    )
    breath = rng.uniform(0, 0.1) * rng.standard_normal(size)
    tone = _tones(size, hz, np.array([1, rng.uniform(0, 0.3), rng.uniform(0, 0.1)]))
    return np.asarray((tone + breath) * on)


def barks(size: int, rng: np.random.Generator) -> Array:
    """Dogs and other animals: short, harsh, falling calls."""
    base = rng.uniform(np.log(180), np.log(900))
    loudness = np.exp(-(((np.arange(24) - rng.uniform(1, 8)) / rng.uniform(1.5, 5)) ** 2))

    def call() -> Array:
        count = int(rng.uniform(0.07, 0.4) * RATE)
        share = np.arange(count) / count
        hz = np.exp(base + rng.uniform(0.1, 0.6) * np.sin(np.pi * share) - 0.2 * share)
        hz = hz * (1 + 0.03 * np.cumsum(rng.standard_normal(count)) / np.sqrt(count))
        tone = _tones(count, hz, loudness) + 0.5 * rng.standard_normal(count)
        return np.asarray(tone * np.sin(np.pi * share) ** 0.5)

    return _scatter(size, rng.uniform(0.5, 3), call, rng)


def engine(size: int, rng: np.random.Generator) -> Array:
    """Motors, fans and traffic: low harmonics of a slowly changing speed, and noise."""
    knots = max(2, size // RATE)
    speed = np.exp(rng.normal(rng.uniform(np.log(18), np.log(140)), 0.15, knots))
    hz = np.interp(np.linspace(0, knots - 1, size), np.arange(knots), speed)
    loudness = rng.uniform(0.1, 1, 14) / np.arange(1, 15) ** rng.uniform(0.2, 1.2)
    tone = _tones(size, hz, loudness)
    rush = noise.coloured_noise(size, rng)
    return np.asarray(tone / (tone.std() + 1e-9) + rng.uniform(0, 2) * rush / rush.std())


def ringing(size: int, rng: np.random.Generator) -> Array:
    """Bells, glasses and metal: inharmonic tones that die away."""

    def strike() -> Array:
        times = np.arange(int(rng.uniform(0.2, 1.5) * RATE)) / RATE
        partials = np.exp(rng.uniform(np.log(300), np.log(6500), int(rng.integers(2, 9))))
        fades = np.exp(-times * rng.uniform(2, 15, (len(partials), 1)))
        return np.asarray((fades * np.sin(2 * np.pi * partials[:, None] * times)).sum(axis=0))

    return _scatter(size, rng.uniform(0.3, 4), strike, rng)


def wind(size: int, rng: np.random.Generator) -> Array:
    """Wind, waves and passing cars: noise through a resonance that wanders."""
    source, out = rng.standard_normal(size), np.zeros(size)
    state, block = np.zeros(2), RATE // 20
    hz, radius = rng.uniform(200, 1500), rng.uniform(0.9, 0.99)
    for at in range(0, size, block):
        hz = float(np.clip(hz * np.exp(rng.normal(0, 0.08)), 100, 4000))
        poles = [1, -2 * radius * np.cos(2 * np.pi * hz / RATE), radius**2]
        out[at : at + block], state = lfilter([1.0], poles, source[at : at + block], zi=state)
    return out * noise.level_curve(size, rng)


# name -> how often it is drawn, and the function that makes it
SOUNDS: Final[dict[str, tuple[float, Sound]]] = {
    "noise": (4, noise.coloured_noise),
    "hum": (1, noise.hum),
    "engine": (1, engine),
    "wind": (1, wind),
    "keyboard": (1, keyboard),
    "applause": (1, applause),
    "knocks": (1, knocks),
    "beeps": (1.5, beeps),
    "whistle": (1.5, whistle),
    "barks": (1, barks),
    "ringing": (1, ringing),
}
