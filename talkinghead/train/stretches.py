"""Mouths and sound to batches: a second of each, seen and heard in ever other conditions."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from talkinghead.clock import RATE
from talkinghead.errors import InputError
from talkinghead.geometry.affine import placed
from talkinghead.media.audio import normalise_loudness
from talkinghead.speech.mel import filterbank, log_mel_of, power_spectrum
from talkinghead.sync.net import SEEN
from talkinghead.sync.squares import heard, mel_of
from talkinghead.train.augment import WARPS, distort, hide_bands
from talkinghead.train.clips import SHORTEST
from talkinghead.train.mouths import MARGIN, SIDE, Mouths
from talkinghead.types import Array, Waveform

LENGTH = SHORTEST  # frames of a stretch
TAKES = 4  # ways in which a clip is heard
SHARE = 0.4  # power of a talker's frames that his share of the batches grows with


@dataclass(frozen=True)
class Stretches:
    """What one step learns from; rows 2 k and 2 k + 1 are of one talker."""

    squares: Tensor  # (b, t, s, s) grey in [0, 1]
    mel: Tensor  # (b, mel_frames(t), BANDS)
    lips: Tensor  # (b, t - SEEN + 1, 80) where the lips are amid SEEN frames, and have gone

    def to(self, device: str) -> "Stretches":
        """The same on another device."""
        return Stretches(*(part.to(device) for part in vars(self).values()))


def by_talker(clips: Iterable[Mouths]) -> dict[str, list[Mouths]]:
    """Clips long enough, by talker, in the order of the names. Raises InputError for none."""
    grouped: dict[str, list[Mouths]] = defaultdict(list)
    for clip in clips:
        if len(clip) >= LENGTH:
            grouped[clip.talker].append(clip)
    if not grouped:
        raise InputError(f"no clip has {LENGTH} frames with sound; longer ones are needed")
    return dict(sorted(grouped.items()))


def plain(clip: Mouths, side: int) -> tuple[Tensor, Tensor]:
    """A whole clip as it is: squares (1, t, side, side) and mel (1, mel_frames(t), BANDS)."""
    inner = clip.squares[:, MARGIN : MARGIN + SIDE, MARGIN : MARGIN + SIDE]
    small = [cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA) for square in inner]
    mel = heard(mel_of(Waveform(clip.samples, RATE)), 0, len(clip))
    squares = np.stack(small).astype(np.float32) / 255
    return torch.from_numpy(squares)[None], torch.from_numpy(mel)[None]


def lips_of(points: Array) -> Array:
    """(t, 20, 2) points in the square to (t - SEEN + 1, 80): amid SEEN frames, and their way."""
    placed = (points - SIDE / 2) / (SIDE / 4)
    middle = placed[SEEN // 2 : len(placed) - SEEN // 2]
    gone = placed[SEEN - 1 :] - placed[: len(placed) - SEEN + 1]
    both = np.concatenate([middle, 2 * gone], axis=1)
    return np.asarray(both.reshape(len(both), -1), dtype=np.float32)


class StretchBatches:
    """Draws batches for ever; the same seed and step give the same batch.

    Another voice in another room costs more than learning: each clip is given TAKES of them,
    made when they are first drawn, and kept.
    """

    def __init__(
        self, talkers: dict[str, list[Mouths]], side: int, *, size: int = 16, seed: int = 0
    ):
        self.talkers, self.side = list(talkers.values()), side
        self.size, self.seed = size, seed
        frames = np.array([sum(map(len, clips)) for clips in self.talkers])
        self.chances = frames**SHARE / (frames**SHARE).sum()
        self.takes: dict[tuple[int, int, int], Array] = {}

    def __call__(self, step: int) -> Stretches:
        rng = np.random.default_rng([self.seed, step])
        rows = []
        for who in rng.choice(len(self.talkers), size=self.size // 2, p=self.chances):
            for _ in range(2):
                which = int(rng.integers(len(self.talkers[who])))
                clip = self.talkers[who][which]
                start = int(rng.integers(len(clip) - LENGTH + 1))
                squares, lips = _shown(clip, start, self.side, rng)
                mel = self._take(int(who), which, int(rng.integers(TAKES)))
                mel = _coloured(heard(mel, start, LENGTH), rng)
                rows.append((squares, mel, lips_of(lips)))
        return Stretches(*(torch.from_numpy(np.stack(part)) for part in zip(*rows, strict=True)))

    def _take(self, who: int, which: int, number: int) -> Array:
        """(n, BANDS) log-mel of a whole clip, said by another voice in another room."""
        if (who, which, number) not in self.takes:
            rng = np.random.default_rng([self.seed, who, which, number])
            stranger = self.talkers[rng.integers(len(self.talkers))]
            babble = stranger[rng.integers(len(stranger))].samples
            own = normalise_loudness(Waveform(self.talkers[who][which].samples, RATE)).samples
            changed = distort(own, rng, others=[babble], revoiced=0.3, coded=0)
            warp = round(float(rng.uniform(*WARPS)), 2)
            mel = log_mel_of(power_spectrum(changed), filterbank(warp))
            self.takes[who, which, number] = mel.astype(np.float16)
        return self.takes[who, which, number].astype(np.float32)


def _coloured(mel: Array, rng: np.random.Generator) -> Array:
    """Log-mel, louder or softer, through another microphone, with bands hidden."""
    place = np.linspace(-1, 1, mel.shape[1], dtype=np.float32)
    tilt = rng.normal(0, 0.2) * place + rng.normal(0, 0.1) * np.cos(3 * place + rng.uniform(0, 6))
    return hide_bands(mel + np.float32(rng.normal(0, 0.2)) + tilt.astype(np.float32), rng)


def _shown(clip: Mouths, start: int, side: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """A stretch in other light, from another camera: (LENGTH, side, side) in [0, 1].

    And the points of its lips in pixels of SIDE.
    """
    middle = (SIDE + 2 * MARGIN - 1) / 2
    turn = cv2.getRotationMatrix2D(
        (middle, middle), rng.normal(0, 5), float(np.exp(rng.normal(0, 0.06)))
    )
    turn[:, 2] += rng.uniform(-5, 5, size=2) - MARGIN
    if rng.random() < 0.5:
        turn = np.array([[-1, 0, SIDE - 1], [0, 1, 0]]) @ np.vstack([turn, [0, 0, 1]])
    tremble = rng.normal(0, rng.uniform(0, 0.5), size=(LENGTH, 2))
    squares = np.empty((LENGTH, side, side), dtype=np.float32)
    points = np.empty((LENGTH, *clip.lips.shape[1:]), dtype=np.float32)
    blur, blurred, factor = rng.uniform(0.3, 0.9), rng.random() < 0.4, side / SIDE
    for i in range(LENGTH):
        matrix = turn + np.column_stack([np.zeros((2, 2)), tremble[i]])
        points[i] = placed(matrix, clip.lips[start + i])
        matrix = factor * matrix + np.array([[0, 0, (factor - 1) / 2]])
        square = cv2.warpAffine(
            clip.squares[start + i], matrix, (side, side), borderMode=cv2.BORDER_REPLICATE
        )
        squares[i] = cv2.GaussianBlur(square, (0, 0), blur) if blurred else square
    squares = (squares / 255) ** np.float32(np.exp(rng.normal(0, 0.3)))
    if rng.random() < 0.5:
        squares += rng.normal(0, rng.uniform(0, 0.03), size=squares.shape).astype(np.float32)
    if rng.random() < 0.3:  # a microphone, a hand, a caption
        left, top = rng.integers(-side // 8, side - side // 8, size=2)
        width, height = rng.integers(side // 8, side * 3 // 8, size=2)
        hidden = np.s_[:, max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)]
        squares[hidden] = squares.mean()
    return squares, points
