"""Batches for the content-voice model: augmented log-mel in, clean log-mel and phones out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from talkinghead.errors import InputError
from talkinghead.models.conv_encoder import SUBSAMPLING
from talkinghead.models.mel import filterbank, log_mel_from_power, power_spectrum
from talkinghead.sample_rates import HOP
from talkinghead.speech.f0 import normalise_f0
from talkinghead.train.augment.speech import WARPS, distort, mask_bands
from talkinghead.train.batches import TensorBatch, sampling_weights
from talkinghead.train.data.speech import FAMILY_SHARES, Utterance
from talkinghead.types import Array

SAMPLING_POWER = 0.4  # a speaker is drawn in proportion to this power of the mel frames
UNKNOWN_SPEAKER = 0.3  # probability that the encoder's speaker embedding is zeros
TEMPI = (0.85, 1.2)
WARPED = 0.8  # probability of a warped frequency axis


@dataclass(frozen=True)
class VoiceBatch(TensorBatch):
    """The training examples of one step: t mel frames, t // SUBSAMPLING code frames."""

    mel: Tensor  # (b, t, 80) log-mel, augmented
    encoder_speaker: Tensor  # (b, 256) embedding for the encoder, zeros for some rows
    clean_mel: Tensor  # (b, t, 80) log-mel as recorded
    speaker_embedding: Tensor  # (b, 256)
    f0: Tensor  # (b, t, 2) normalised contour (`speech.f0.normalise_f0`)
    phones: Tensor  # (b, t // SUBSAMPLING) int64 classes, UNKNOWN where not labelled
    speaker: Tensor  # (b,) int64 number of the speaker


def code_phones(phones: Array) -> Array:
    """(t,) classes of mel frames to the (t // SUBSAMPLING,) classes of code frames."""
    return phones[: len(phones) // SUBSAMPLING * SUBSAMPLING : SUBSAMPLING]


class VoiceBatches:
    """Random batches of utterances in FAMILY_SHARES: a function of seed and step.

    Raises InputError if there is no such utterance.
    """

    def __init__(
        self, utterances: Iterable[Utterance], *, size: int = 16, frames: int = 250, seed: int = 0
    ):
        self.size, self.frames, self.seed = size, frames, seed
        self.families: dict[str, dict[str, list[Utterance]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for utterance in utterances:
            if utterance.family in FAMILY_SHARES and utterance.samples.size > HOP * SUBSAMPLING:
                self.families[utterance.family][utterance.speaker].append(utterance)
        if not self.families:
            families = ", ".join(FAMILY_SHARES)
            raise InputError(f"no utterance of {families}; 'preprocess speech' makes them")
        speakers = {name for family in self.families.values() for name in family}
        self.speaker_numbers = {name: number for number, name in enumerate(sorted(speakers))}
        self.family_weights = sampling_weights([FAMILY_SHARES[name] for name in self.families], 1)

    def __call__(self, step: int) -> VoiceBatch:
        rng = np.random.default_rng([self.seed, step])
        return VoiceBatch.stack([self._make_row(rng) for _ in range(self.size)])

    def _draw_family(self, rng: np.random.Generator) -> dict[str, list[Utterance]]:
        return self.families[str(rng.choice(list(self.families), p=self.family_weights))]

    def _make_row(self, rng: np.random.Generator) -> tuple[Array, ...]:
        speakers = self._draw_family(rng)
        names = list(speakers)
        sizes = (sum(len(u.phones) for u in speakers[name]) for name in names)
        name = names[rng.choice(len(names), p=sampling_weights(sizes, SAMPLING_POWER))]
        tempo = float(rng.uniform(*TEMPI))
        indices = (np.arange(self.frames) * tempo).astype(int)
        samples, phones, f0, embedding = _join(speakers[name], int(indices[-1]) + 1, rng)
        babble = self._draw_speech(rng, samples.size)
        power = power_spectrum(distort(samples, rng, others=[babble]))[indices]
        clean_mel = log_mel_from_power(power_spectrum(samples)[indices])
        warp = round(float(rng.uniform(*WARPS)), 2) if rng.random() < WARPED else 1.0
        mel = mask_bands(log_mel_from_power(power, filterbank(warp)), rng)
        encoder_speaker = np.asarray(embedding * np.float32(rng.random() >= UNKNOWN_SPEAKER))
        labels = code_phones(phones[indices]).astype(np.int64)
        number = np.array(self.speaker_numbers[name], dtype=np.int64)
        return mel, encoder_speaker, clean_mel, embedding, f0[indices], labels, number

    def _draw_speech(self, rng: np.random.Generator, samples: int) -> Array:
        """(samples,) random speech, for babble noise."""
        speakers = list(self._draw_family(rng).values())
        utterances = speakers[rng.integers(len(speakers))]
        return np.resize(utterances[rng.integers(len(utterances))].samples, samples)


def _join(
    utterances: Sequence[Utterance], frames: int, rng: np.random.Generator
) -> tuple[Array, Array, Array, Array]:
    """Samples, phones, f0 and speaker embedding of `frames` mel frames of one speaker."""
    parts = []
    embedding = np.zeros(0)
    remaining = frames
    while remaining > 0:
        utterance = utterances[rng.integers(len(utterances))]
        length = utterance.samples.size // HOP
        start = int(rng.integers(max(1, length - remaining + 1)))
        end = min(start + remaining, length)
        samples = utterance.samples[start * HOP : end * HOP]
        f0 = normalise_f0(utterance.f0)[start:end]
        parts.append((samples, utterance.phones[start:end], f0))
        embedding = utterance.speaker_embedding
        remaining -= end - start
    samples, phones, f0 = (np.concatenate(part) for part in zip(*parts, strict=True))
    return samples[: frames * HOP], phones[:frames], f0[:frames], embedding
