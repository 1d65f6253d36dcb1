"""Batches for the voice detector: voices, music and other sounds, alone and mixed.

Voices and backgrounds are made one by one and kept; each row of a batch mixes two of them anew, as
powers of mel bands, which add on average.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_closing, maximum_filter1d
from torch import Tensor

from talkinghead.errors import InputError
from talkinghead.models.conv_encoder import SUBSAMPLING
from talkinghead.models.mel import (
    LOG_OFFSET,
    LOG_SCALE,
    MEL_BANDS,
    POWER_FLOOR,
    log_mel,
    mel_power,
)
from talkinghead.sample_rates import HOP, RATE
from talkinghead.speech.vad import smooth_level, speech_band_level
from talkinghead.train.augment import noise
from talkinghead.train.augment.music import compose_music
from talkinghead.train.augment.singing import sing, whisper
from talkinghead.train.augment.sounds import make_sound
from talkinghead.train.augment.speech import distort, equalize
from talkinghead.train.batches import TensorBatch, sampling_weights
from talkinghead.train.data.speech import FAMILY_SHARES, Utterance
from talkinghead.types import Array, Waveform

SUNG, WHISPERED, CHORUS = 0.18, 0.12, 0.1  # probabilities of kinds of voice
MUSIC = 0.7  # share of the backgrounds; the rest are other sounds
VOICE_ALONE, BACKGROUND_ALONE = 0.25, 0.35  # of the rows; the rest are mixed
SNR = (-5.0, 25.0)  # dB
LEVEL = (-22.0, 8.0)  # dB by which a row is amplified
TILT = 6.0  # dB, standard deviation of the tilt over all bands
PAUSE_SECONDS = (0.2, 2.0)
VOICED, UNVOICED = 24.0, 38.0  # dB below the loud level: voice above, none below, else not scored
GAP = 16  # mel frames without voice that belong to a word
EDGE = 12  # mel frames after a voice that are not scored: it rings


@dataclass(frozen=True)
class DetectorBatch(TensorBatch):
    """The training examples of one step: t mel frames, t // SUBSAMPLING outputs."""

    mel: Tensor  # (b, t, 80) log-mel
    voice: Tensor  # (b, t // SUBSAMPLING) 1 where a voice is heard
    mask: Tensor  # (b, t // SUBSAMPLING) 1 where that is certain


@dataclass(frozen=True)
class _Voice:
    """A voice without pauses longer than speech has, and where it is heard."""

    mel: Array  # (t, 80) float16 log-mel
    voice: Array  # (t // SUBSAMPLING,) bool
    mask: Array  # (t // SUBSAMPLING,) bool


class DetectorBatches:
    """Random batches: a function of seed and step. Raises InputError without utterances."""

    def __init__(
        self,
        utterances: Iterable[Utterance],
        *,
        size: int = 24,
        frames: int = 600,
        voices: int = 400,
        backgrounds: int = 1800,
        seed: int = 0,
    ):
        self.size, self.frames, self.seed = size, frames, seed
        self.counts = voices, backgrounds
        self.speakers: dict[str, list[Utterance]] = defaultdict(list)
        for utterance in utterances:
            self.speakers[utterance.speaker].append(utterance)
        if not self.speakers:
            raise InputError(
                f"no utterance of {', '.join(FAMILY_SHARES)}; 'preprocess speech' makes them"
            )
        self._voices: dict[int, _Voice] = {}
        self._backgrounds: dict[int, Array] = {}

    def __call__(self, step: int) -> DetectorBatch:
        rng = np.random.default_rng([self.seed, step])
        return DetectorBatch.stack([self.draw_row(rng) for _ in range(self.size)])

    def draw_row(self, rng: np.random.Generator) -> tuple[Array, ...]:
        """Log-mel, voice and mask of one row."""
        kind = rng.random()
        background: Array = np.zeros((self.frames, MEL_BANDS), np.float32)
        if kind >= VOICE_ALONE:
            mel = self._background(int(rng.integers(self.counts[1])))
            background = _power(mel) * _random_gains(rng) * _switched(self.frames, rng)
        if VOICE_ALONE <= kind < VOICE_ALONE + BACKGROUND_ALONE:
            silent = np.zeros(self.frames // SUBSAMPLING, np.float32)
            return _to_log_mel(background, rng), silent, silent + 1
        voice = self._voice(int(rng.integers(self.counts[0])))
        power: Array = _power(voice.mel) * _random_gains(rng)
        if kind >= VOICE_ALONE:
            ratio = power.mean() / max(float(background.mean()), 1e-12)
            gain = 10 ** (rng.uniform(*SNR) / 10) / max(float(ratio), 1e-9)
            power = np.asarray(power * np.float32(gain))
        mel = _to_log_mel(power + background, rng)
        return mel, voice.voice.astype(np.float32), voice.mask.astype(np.float32)

    def _voice(self, number: int) -> _Voice:
        if number not in self._voices:
            rng = np.random.default_rng([self.seed, number, 1])
            self._voices[number] = make_voice(self.speakers, self.frames, rng)
        return self._voices[number]

    def _background(self, number: int) -> Array:
        if number not in self._backgrounds:
            rng = np.random.default_rng([self.seed, number, 2])
            make = compose_music if rng.random() < MUSIC else make_sound
            samples = make(self.frames * HOP, rng)
            if rng.random() < 0.5:
                samples = equalize(samples, rng)
            self._backgrounds[number] = log_mel(Waveform(samples, RATE)).astype(np.float16)
        return self._backgrounds[number]


def make_voice(
    speakers: dict[str, list[Utterance]], frames: int, rng: np.random.Generator
) -> _Voice:
    """A random voice that speaks, sings or whispers, with pauses, in a room or over a codec."""
    families = defaultdict(list)
    for name, utterances in speakers.items():
        families[utterances[0].family].append(name)
    shares = sampling_weights([FAMILY_SHARES.get(family, 0.1) for family in families], 1)
    names = families[str(rng.choice(list(families), p=shares))]
    utterances = speakers[names[rng.integers(len(names))]]
    kind, samples = rng.random(), np.zeros(0, np.float32)
    if rng.random() < 0.3:
        samples = np.zeros(int(rng.uniform(*PAUSE_SECONDS) * RATE), np.float32)
    while samples.size < frames * HOP:
        utterance = utterances[rng.integers(len(utterances))]
        first = int(rng.integers(max(1, utterance.f0.size - frames + 1)))
        part = utterance.samples[first * HOP : (first + frames) * HOP]
        if kind < SUNG:
            part = sing(part, utterance.f0[first : first + frames], rng)
        elif kind < SUNG + WHISPERED:
            part = whisper(part, rng)
        if part.size > 2 * RATE and rng.random() < 0.6:
            part = part[: int(rng.uniform(1, part.size / RATE) * RATE)]
        pause = np.zeros(int(rng.uniform(*PAUSE_SECONDS) * RATE), np.float32)
        samples = np.concatenate([samples, part, pause]).astype(np.float32)
    samples = samples[: frames * HOP]
    if rng.random() < CHORUS:
        others = [utterances[0].samples for utterances in speakers.values()]
        crowd = noise.babble(samples.size, others, rng)
        samples = noise.mix_at_snr(samples, crowd, rng.uniform(-6, 6))
    voice, mask = label_voice(samples)
    samples = distort(samples, rng)
    return _Voice(log_mel(Waveform(samples, RATE)).astype(np.float16), voice, mask)


def label_voice(samples: Array) -> tuple[Array, Array]:
    """(t,) bool, where clean samples hold a voice, and (t,) bool, where that is certain.

    t is the number of outputs of the detector. Short gaps in a word hold a voice.
    """
    level = smooth_level(speech_band_level(samples))
    level = level[: len(level) // SUBSAMPLING * SUBSAMPLING]
    loud = np.percentile(level, 95)
    gap = np.ones(GAP + 1, bool)
    certain = binary_closing(np.pad(level > loud - VOICED, GAP), gap)[GAP:-GAP]
    possible = maximum_filter1d(level > loud - UNVOICED, 2 * EDGE + 1, origin=EDGE // 2)
    near = maximum_filter1d(certain, 2 * EDGE + 1, origin=EDGE // 2)
    mask = certain | ~(possible | near)
    return certain[::SUBSAMPLING], mask[::SUBSAMPLING]


def _power(mel: Array) -> Array:
    """(t, 80) power of each band, without the floor."""
    power = mel_power(mel.astype(np.float32)) - POWER_FLOOR
    return np.asarray(np.maximum(power, 0), dtype=np.float32)


def _random_gains(rng: np.random.Generator) -> Array:
    """(80,) gains of the bands: a random tilt."""
    decibels = rng.normal(0, TILT) * np.linspace(-0.5, 0.5, MEL_BANDS)
    return np.asarray(10 ** (decibels / 10), dtype=np.float32)


def _switched(frames: int, rng: np.random.Generator) -> Array:
    """(t, 1) gain of a background: it stays, or begins or ends in between."""
    gain = np.ones((frames, 1), np.float32)
    if rng.random() < 0.35:
        at = int(rng.integers(frames))
        part: slice = slice(0, at) if rng.random() < 0.5 else slice(at, frames)
        gain[part] = 1e-4
    return gain


def _to_log_mel(power: Array, rng: np.random.Generator) -> Array:
    """(t, 80) float32 log-mel of powers, at a random level and with a faint noise."""
    gain = 10 ** (rng.uniform(*LEVEL) / 10)
    hiss = 10 ** (rng.uniform(-9, -5.5)) * rng.exponential(1, power.shape)
    total = power * np.float32(gain) + hiss + POWER_FLOOR
    return np.asarray((np.log(total) + LOG_OFFSET) / LOG_SCALE, dtype=np.float32)


def fixed_rows(batches: DetectorBatches, count: int) -> Sequence[tuple[Array, ...]]:
    """`count` rows that are the same in every validation."""
    rng = np.random.default_rng([batches.seed, 3])
    return [batches.draw_row(rng) for _ in range(count)]
