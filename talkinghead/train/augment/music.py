"""Instrumental music, composed and synthesised at random: for the voice detector.

`noise.music` is a fast background for every other training. Here melodies, vibrato, glides, body
resonances and swept filters come as close to a voice as instruments do.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy.signal import lfilter

from talkinghead.sample_rates import RATE
from talkinghead.train.augment.reverb import reverberate, room_impulse_response
from talkinghead.types import Array

CYCLE: Final = 1024  # samples of one period of an instrument's waveform
HIGHEST: Final = 7600.0  # Hz, of the highest harmonic
SCALES: Final = (
    (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9), (0, 3, 5, 7, 10),
    (0, 1, 3, 5, 7, 8, 11), (0, 2, 4, 6, 8, 10),
)  # fmt: skip
PROGRESSIONS: Final = ((0, 4, 5, 3), (0, 3, 4, 4), (0, 5, 3, 4), (0, 0, 3, 4), (1, 4, 0, 0))
CONTROL: Final = 80  # samples (5 ms) between the values of envelopes and pitch curves


@dataclass
class Instrument:
    """A random instrument: waveforms, envelope, and how its notes move."""

    rolloff: float  # amplitude of harmonic n is n ** -rolloff
    odd: float  # level of the even harmonics over the odd ones
    resonances: Array  # (k, 3) Hz, octaves wide, dB
    attack: float  # seconds
    decay: float  # seconds to fall by 8.7 dB
    sustain: float  # level in [0, 1] that the decay falls to: 0 plucked or struck, 1 held
    release: float  # seconds
    vibrato: float  # semitones
    vibrato_hz: float
    vibrato_delay: float  # seconds
    glide: float  # seconds in which one note bends into the next; 0: none
    brightness: float  # share of high harmonics that follows the envelope
    sweep_hz: float  # of a filter that opens and closes; 0: none
    breath: float  # level of the noise
    detune: float  # semitones between two copies of each note; 0: one copy
    drive: float  # of a distortion; 0: none
    tables: dict[tuple[int, bool], Array] = field(default_factory=dict)
    phases: Array = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Instrument":
        """Strings, winds, brass, organs, plucked and struck ones, synthesisers, or in between."""
        held = rng.random() < 0.55
        count = int(rng.integers(0, 5))
        resonances = np.stack(
            [
                np.exp(rng.uniform(np.log(250), np.log(4500), count)),
                rng.uniform(0.1, 0.6, count),
                rng.uniform(3, 18, count),
            ],
            axis=1,
        )
        return cls(
            rolloff=float(rng.uniform(0.4, 2.2)),
            odd=float(rng.choice([1.0, rng.uniform(0, 1)])),
            resonances=resonances,
            attack=float(np.exp(rng.uniform(*np.log([0.008, 0.25])))) if held else 0.004,
            decay=float(np.exp(rng.uniform(*np.log([0.08, 1.5])))),
            sustain=float(rng.uniform(0.5, 1)) if held else float(rng.choice([0, 0, 0.2])),
            release=float(np.exp(rng.uniform(*np.log([0.02, 0.4])))),
            vibrato=float(rng.choice([0, rng.uniform(0.05, 1.0)])),
            vibrato_hz=float(rng.uniform(3.5, 7.5)),
            vibrato_delay=float(rng.uniform(0, 0.4)),
            glide=float(rng.choice([0, 0, rng.uniform(0.02, 0.2)])),
            brightness=float(rng.uniform(0, 1)),
            sweep_hz=float(rng.choice([0, 0, 0, rng.uniform(0.2, 4)])),
            breath=float(rng.choice([0, 0, rng.uniform(0.01, 0.15)])),
            detune=float(rng.choice([0, 0, rng.uniform(0.03, 0.25)])),
            drive=float(rng.choice([0, 0, 0, np.exp(rng.uniform(0, 3))])),
            phases=rng.random(64),
        )

    def _table(self, hz: float, bright: bool) -> Array:
        """(CYCLE,) one period at about `hz`, band-limited; a bright or a dull one."""
        count = int(np.clip(HIGHEST / hz, 1, 64))
        count = count if count < 8 else count // 4 * 4
        octave = int(np.log2(hz) * 3)  # resonances stay where they are as the pitch moves
        key = (count * 1000 + octave, bright)
        if key not in self.tables:
            orders = np.arange(1, count + 1)
            rolloff = self.rolloff if bright else self.rolloff + 1.2
            loudness = orders**-rolloff
            loudness[1::2] *= self.odd
            pitch = 2 ** ((octave + 0.5) / 3)
            for centre, width, decibels in self.resonances:
                distance = np.log2(orders * pitch / centre) / width
                loudness *= 10 ** (decibels / 20 * np.exp(-0.5 * distance**2))
            turns = np.arange(CYCLE)[:, None] / CYCLE * orders + self.phases[:count]
            wave = np.cos(2 * np.pi * turns) @ loudness
            wave /= np.sqrt(np.mean(wave**2) + 1e-12)
            self.tables[key] = np.asarray(wave, dtype=np.float32)
        return self.tables[key]

    def note(self, hz: float, before: float, seconds: float, rng: np.random.Generator) -> Array:
        """(n,) one note of `hz`, after one of `before` Hz, that is held for `seconds`."""
        size = int((seconds + self.release) * RATE)
        knots = np.arange(0, size + CONTROL, CONTROL)
        times = knots / RATE
        level = np.minimum(times / self.attack, 1)
        level *= self.sustain + (1 - self.sustain) * np.exp(-times / self.decay)
        level *= np.clip((seconds + self.release - times) / self.release, 0, 1)
        bend = np.zeros(len(times))
        if self.glide and before:
            bend += 12 * np.log2(before / hz) * np.exp(-times / self.glide)
        if self.vibrato:
            depth = self.vibrato * np.clip((times - self.vibrato_delay) / 0.2, 0, 1)
            bend += depth * np.sin(2 * np.pi * (self.vibrato_hz * times + rng.random()))
        bright = 1 - self.brightness + self.brightness * level
        if self.sweep_hz:
            bright *= 0.5 + 0.5 * np.sin(2 * np.pi * (self.sweep_hz * times + rng.random()))
        at = np.arange(size)
        envelope, brightness = (np.interp(at, knots, curve) for curve in (level, bright))
        out = np.zeros(size)
        for copy in range(2 if self.detune else 1):
            cents = bend + copy * self.detune
            pitch = np.interp(at, knots, hz * 2 ** (cents / 12))
            phase = (np.cumsum(pitch) * (CYCLE / RATE) + CYCLE * rng.random()).astype(np.int64)
            phase %= CYCLE
            dull, full = self._table(hz, False)[phase], self._table(hz, True)[phase]
            out += dull + brightness * (full - dull)
        if self.breath:
            out += self.breath * rng.standard_normal(size, dtype=np.float32)
        return np.asarray(out * envelope, dtype=np.float32)


def _hz(midi: float) -> float:
    return float(440 * 2 ** ((midi - 69) / 12))


@dataclass(frozen=True)
class _Piece:
    """What the parts of one piece share."""

    size: int  # samples
    beat: float  # seconds
    root: int  # MIDI note
    scale: tuple[int, ...]
    chords: tuple[int, ...]  # degrees, one a bar of four beats

    def degree(self, number: int) -> int:
        """The MIDI note of a degree of the scale, of any octave."""
        octave, step = divmod(number, len(self.scale))
        return self.root + 12 * octave + self.scale[step]

    def chord(self, time: float) -> int:
        """The degree on which the chord at a time stands."""
        return self.chords[int(time / (4 * self.beat)) % len(self.chords)]


def compose_music(size: int, rng: np.random.Generator) -> Array:
    """(size,) float32 of one to four instruments, mostly with a rhythm, of RMS about 0.1."""
    scale = SCALES[rng.integers(len(SCALES))]
    piece = _Piece(
        size,
        60 / float(rng.uniform(55, 170)),
        int(rng.integers(45, 62)),
        scale,
        PROGRESSIONS[rng.integers(len(PROGRESSIONS))],
    )
    parts = {
        "melody": (0.65, _melody), "chords": (0.55, _chords), "bass": (0.4, _bass),
        "arpeggio": (0.3, _arpeggio), "drums": (0.4, _drums),
    }  # fmt: skip
    chosen = [name for name, (chance, _) in parts.items() if rng.random() < chance]
    chosen = chosen or [str(rng.choice(["melody", "chords", "arpeggio"]))]
    total = np.zeros(size, np.float32)
    for name in chosen:
        part = parts[name][1](piece, rng)
        rms = float(np.sqrt(np.mean(part**2)))
        if rms > 0:
            total += part / rms * np.float32(np.exp(rng.normal(0, 0.6)))
    if rng.random() < 0.5:
        total = reverberate(total, room_impulse_response(rng))
    rms = float(np.sqrt(np.mean(total**2)))
    return np.asarray(total * (0.1 / max(rms, 1e-9)), dtype=np.float32)


def _play(
    notes: Sequence[tuple[float, float, float, float]],
    instrument: Instrument,
    size: int,
    rng: np.random.Generator,
) -> Array:
    """(size,) notes of (start in seconds, length in seconds, MIDI note, level)."""
    out, before = np.zeros(size, np.float32), 0.0
    for start, length, midi, level in notes:
        at = int(start * RATE)
        if at >= size or not 27 < _hz(midi) < 3000:
            continue
        sound = instrument.note(_hz(midi), before, length, rng)[: size - max(at, 0)]
        if at < 0:
            sound, at = sound[-at:], 0
        out[at : at + len(sound)] += np.float32(level) * sound
        before = _hz(midi)
    if instrument.drive:
        rms = float(np.sqrt(np.mean(out**2))) + 1e-9
        out = np.tanh(out * np.float32(instrument.drive / rms))
        out = np.asarray(lfilter([0.5, 0.5], [1], out), dtype=np.float32)  # a speaker's roll-off
    return out


def _melody(piece: _Piece, rng: np.random.Generator) -> Array:
    instrument, notes = Instrument.sample(rng), []
    time, degree = -float(rng.uniform(0, piece.beat)), int(rng.integers(0, 10))
    lengths = [(0.5, 1, 2), (1, 1, 2, 4), (0.25, 0.5, 0.5), (0.5, 0.5, 1)][rng.integers(4)]
    octave = 12 * int(rng.integers(0, 2))
    while time * RATE < piece.size:
        length = float(rng.choice(lengths)) * piece.beat
        degree = int(np.clip(degree + rng.integers(-3, 4), -3, 14))
        if rng.random() > 0.12:
            held = length * float(rng.uniform(0.5, 1.05))
            notes.append((time, held, piece.degree(degree) + octave, float(rng.uniform(0.5, 1))))
        time += length
    return _play(notes, instrument, piece.size, rng)


def _chords(piece: _Piece, rng: np.random.Generator) -> Array:
    instrument, notes = Instrument.sample(rng), []
    instrument.glide = 0.0
    length, time = piece.beat * float(rng.choice([0.5, 1, 2, 4])), -float(rng.uniform(0, 0.5))
    count = int(rng.integers(2, 5))
    while time * RATE < piece.size:
        first = piece.chord(max(time, 0))
        held = length * float(rng.uniform(0.4, 1.1))
        notes += [(time, held, piece.degree(first + 2 * k), 1.0) for k in range(count)]
        time += length
    return _play(notes, instrument, piece.size, rng)


def _bass(piece: _Piece, rng: np.random.Generator) -> Array:
    instrument, notes, time = Instrument.sample(rng), [], -float(rng.uniform(0, 0.5))
    length = piece.beat * float(rng.choice([0.5, 1, 2]))
    while time * RATE < piece.size:
        degree = piece.chord(max(time, 0)) + int(rng.choice([0, 0, 0, 2, 4]))
        notes.append((time, length * 0.9, piece.degree(degree) - 12, 1.0))
        time += length
    return _play(notes, instrument, piece.size, rng)


def _arpeggio(piece: _Piece, rng: np.random.Generator) -> Array:
    instrument, notes, time = Instrument.sample(rng), [], 0.0
    length = piece.beat * float(rng.choice([0.25, 0.5, 1 / 3]))
    order = rng.permutation(4)
    while time * RATE < piece.size:
        for step in order:
            degree = piece.chord(time) + 2 * int(step)
            notes.append((time, length, piece.degree(degree) + 12, 1.0))
            time += length
    return _play(notes, instrument, piece.size, rng)


def _drums(piece: _Piece, rng: np.random.Generator) -> Array:
    """Kick, snare, hi-hat and toms on sixteenths."""
    out, step = np.zeros(piece.size, np.float32), piece.beat / 4
    tone = {name: float(rng.uniform(0.8, 1.25)) for name in ("kick", "snare", "hat", "tom")}
    pattern = {
        "kick": np.r_[1.0, rng.choice([0, 0.2, 0.8], 15, p=[0.7, 0.2, 0.1])],
        "snare": np.where(np.arange(16) % 8 == 4, 1.0, rng.choice([0, 0.1], 16)),
        "hat": np.where(np.arange(16) % int(rng.choice([1, 2, 4])) == 0, 0.9, 0.05),
        "tom": np.full(16, rng.choice([0, 0.1])),
    }
    for number in range(int(piece.size / RATE / step) + 1):
        for name, chances in pattern.items():
            if rng.random() < chances[number % 16]:
                at = int(number * step * RATE)
                hit = drum(name, tone[name], rng)[: piece.size - at]
                out[at : at + len(hit)] += hit * np.float32(rng.uniform(0.5, 1))
    return out


def drum(name: str, tone: float, rng: np.random.Generator) -> Array:
    """(n,) one hit of a `kick`, `snare`, `hat` or `tom`; `tone` scales its pitch."""
    seconds = {"kick": 0.25, "snare": 0.18, "hat": 0.07, "tom": 0.3}[name]
    times = np.arange(int(seconds * RATE)) / RATE
    noise = rng.standard_normal(times.size)
    fade = np.exp(-5 * times / seconds)
    if name == "hat":
        return np.asarray(0.4 * np.diff(noise, prepend=0) * fade, dtype=np.float32)
    hz = tone * {"kick": 50, "snare": 180, "tom": 120}[name]
    body = np.sin(2 * np.pi * (hz * times + 3 * tone * (1 - np.exp(-times / 0.03))))
    share = {"kick": 0.02, "snare": 0.7, "tom": 0.1}[name]
    return np.asarray(((1 - share) * body + share * noise) * fade, dtype=np.float32)
