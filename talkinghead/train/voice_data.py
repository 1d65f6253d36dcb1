"""Utterances to batches for the voice network: distorted sound in, clean sound and phones out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from talkinghead.clock import HOP
from talkinghead.encoder import HALVING
from talkinghead.errors import InputError
from talkinghead.speech.mel import filterbank, log_mel_of, power_spectrum
from talkinghead.speech.pitch import normalised_pitch
from talkinghead.train.augment import WARPS, distort, hide_bands
from talkinghead.train.speech import Utterance
from talkinghead.types import Array

# How often a family is drawn, where it is there: real voices most, synthetic ones for their true
# phone times and for the sounds of other languages. What is not named here is not trained on:
# these have phones, and licences that let the weights go anywhere.
SHARES = {"librispeech": 0.45, "grid-s1": 0.1, "flite": 0.17, "espeak": 0.28}
EVEN = 0.4  # power of a speaker's seconds that his share of his family grows with
STRANGER = 0.3  # share of the rows whose encoder is not told the speaker
TEMPI = (0.85, 1.2)


@dataclass(frozen=True)
class VoiceBatch:
    """What one step learns from; t mel frames, t // HALVING code frames."""

    heard: Tensor  # (b, t, 80) log-mel, distorted
    known: Tensor  # (b, 256) embedding told to the encoder, zeros for some
    clean: Tensor  # (b, t, 80) log-mel as recorded
    voice: Tensor  # (b, 256) the speaker's embedding
    pitch: Tensor  # (b, t, 2)
    phones: Tensor  # (b, t // HALVING) int64 classes, UNKNOWN where nobody knows
    speaker: Tensor  # (b,) int64

    def to(self, device: str) -> "VoiceBatch":
        """The same batch on another device."""
        return VoiceBatch(*(part.to(device) for part in vars(self).values()))


def code_phones(phones: Array) -> Array:
    """(t,) classes of mel frames to the (t // HALVING,) of code frames."""
    return phones[: len(phones) // HALVING * HALVING : HALVING]


class VoiceBatches:
    """Draws batches for ever; the same seed and step give the same batch."""

    def __init__(
        self, utterances: Iterable[Utterance], *, size: int = 16, frames: int = 250, seed: int = 0
    ):
        self.size, self.frames, self.seed = size, frames, seed
        self.families: dict[str, dict[str, list[Utterance]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for one in utterances:
            if one.family in SHARES and one.samples.size > HOP * HALVING:
                self.families[one.family][one.speaker].append(one)
        if not self.families:
            raise InputError(f"no utterance of {', '.join(SHARES)}; 'preprocess speech' makes them")
        speakers = {name for family in self.families.values() for name in family}
        self.numbers = {name: number for number, name in enumerate(sorted(speakers))}
        shares = np.array([SHARES[family] for family in self.families])
        self.shares = shares / shares.sum()

    def __call__(self, step: int) -> VoiceBatch:
        rng = np.random.default_rng([self.seed, step])
        rows = [self._row(rng) for _ in range(self.size)]
        stacked = [torch.from_numpy(np.stack(part)) for part in zip(*rows, strict=True)]
        return VoiceBatch(*stacked)

    def _family(self, rng: np.random.Generator) -> dict[str, list[Utterance]]:
        return self.families[str(rng.choice(list(self.families), p=self.shares))]

    def _strung(
        self, utterances: Sequence[Utterance], frames: int, rng: np.random.Generator
    ) -> tuple[Array, Array, Array, Array]:
        """Samples, phones, pitch and voice of `frames` mel frames of one speaker."""
        parts = []
        voice = np.zeros(0)
        left = frames
        while left > 0:
            one = utterances[rng.integers(len(utterances))]
            whole = one.samples.size // HOP
            start = int(rng.integers(max(1, whole - left + 1)))
            end = min(start + left, whole)
            samples = one.samples[start * HOP : end * HOP]
            pitch = normalised_pitch(one.pitch)[start:end]
            parts.append((samples, one.phones[start:end], pitch))
            voice = one.voice
            left -= end - start
        samples, phones, pitch = (np.concatenate(part) for part in zip(*parts, strict=True))
        return samples[: frames * HOP], phones[:frames], pitch[:frames], voice

    def _row(self, rng: np.random.Generator) -> tuple[Array, ...]:
        speakers = self._family(rng)
        names = list(speakers)
        seconds = np.array([sum(len(u.phones) for u in speakers[n]) for n in names]) ** EVEN
        name = names[rng.choice(len(names), p=seconds / seconds.sum())]
        tempo = float(rng.uniform(*TEMPI))
        read = (np.arange(self.frames) * tempo).astype(int)
        samples, phones, pitch, voice = self._strung(speakers[name], int(read[-1]) + 1, rng)
        others = [self._other(rng, samples.size)]
        heard = power_spectrum(distort(samples, rng, others=others))[read]
        clean = log_mel_of(power_spectrum(samples)[read])
        warp = round(float(rng.uniform(*WARPS)), 2) if rng.random() < 0.8 else 1.0
        mel = hide_bands(log_mel_of(heard, filterbank(warp)), rng)
        known = np.asarray(voice * np.float32(rng.random() >= STRANGER))
        numbers = code_phones(phones[read]).astype(np.int64)
        number = np.array(self.numbers[name], dtype=np.int64)
        return mel, known, clean, voice, pitch[read], numbers, number

    def _other(self, rng: np.random.Generator, samples: int) -> Array:
        """Somebody else's speech, to talk in between."""
        speakers = list(self._family(rng).values())
        own = speakers[rng.integers(len(speakers))]
        one = own[rng.integers(len(own))].samples
        return np.resize(one, samples)
