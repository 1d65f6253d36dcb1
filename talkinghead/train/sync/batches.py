"""Batches for SyncNet: a second of mouth crops and log-mel each, both augmented."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from talkinghead.errors import InputError
from talkinghead.geometry.align import apply_affine
from talkinghead.media.loudness import normalise_loudness
from talkinghead.models.mel import filterbank, log_mel_from_power, power_spectrum
from talkinghead.models.syncnet import FRAME_WINDOW
from talkinghead.sample_rates import RATE
from talkinghead.sync.crops import mel_window, sync_log_mel
from talkinghead.train.augment.speech import WARPS, distort, mask_bands
from talkinghead.train.batches import TensorBatch, sampling_weights
from talkinghead.train.data.clips import MIN_FRAMES
from talkinghead.train.data.mouth_crops import MARGIN, SIDE, MouthClip
from talkinghead.types import Array, Waveform

ROW_FRAMES = MIN_FRAMES
AUGMENTATIONS = 4  # of the audio of each clip
SAMPLING_POWER = 0.4  # a speaker is drawn in proportion to this power of the number of frames
PITCH_SHIFT = 0.3  # probability


@dataclass(frozen=True)
class SyncBatch(TensorBatch):
    """The training examples of one step; rows 2 k and 2 k + 1 are of the same speaker."""

    crops: Tensor  # (b, t, s, s) grey in [0, 1]
    mel: Tensor  # (b, mel_frames(t), MEL_BANDS)
    lips: Tensor  # (b, t - FRAME_WINDOW + 1, 80) see `lip_targets`


def group_by_speaker(clips: Iterable[MouthClip]) -> dict[str, list[MouthClip]]:
    """Clips of ROW_FRAMES or more by speaker, sorted. Raises InputError if there are none."""
    grouped: dict[str, list[MouthClip]] = defaultdict(list)
    for clip in clips:
        if len(clip) >= ROW_FRAMES:
            grouped[clip.speaker].append(clip)
    if not grouped:
        raise InputError(f"no clip has {ROW_FRAMES} frames with audio; longer ones are needed")
    return dict(sorted(grouped.items()))


def full_clip(clip: MouthClip, side: int) -> tuple[Tensor, Tensor]:
    """Crops (1, t, side, side) and log-mel (1, mel_frames(t), MEL_BANDS) without augmentation."""
    inner = clip.crops[:, MARGIN : MARGIN + SIDE, MARGIN : MARGIN + SIDE]
    resized = [cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA) for crop in inner]
    mel = mel_window(sync_log_mel(Waveform(clip.samples, RATE)), 0, len(clip))
    crops = np.stack(resized).astype(np.float32) / 255
    return torch.from_numpy(crops)[None], torch.from_numpy(mel)[None]


def lip_targets(points: Array) -> Array:
    """(t, 20, 2) mouth landmarks of the crop to (t - FRAME_WINDOW + 1, 80) regression targets.

    For each window, the landmarks of its middle frame and their motion from its first frame to its
    last, about in [-1, 1].
    """
    scaled = (points - SIDE / 2) / (SIDE / 4)
    middle = scaled[FRAME_WINDOW // 2 : len(scaled) - FRAME_WINDOW // 2]
    motion = scaled[FRAME_WINDOW - 1 :] - scaled[: len(scaled) - FRAME_WINDOW + 1]
    targets = np.concatenate([middle, 2 * motion], axis=1)
    return np.asarray(targets.reshape(len(targets), -1), dtype=np.float32)


class SyncBatches:
    """Random batches: a function of seed and step.

    Augmenting audio takes longer than a training step: AUGMENTATIONS of each clip are made when
    they are first drawn, and kept.
    """

    def __init__(
        self, speakers: dict[str, list[MouthClip]], side: int, *, size: int = 16, seed: int = 0
    ):
        self.speakers, self.side = list(speakers.values()), side
        self.size, self.seed = size, seed
        frames = (sum(map(len, clips)) for clips in self.speakers)
        self.probabilities = sampling_weights(frames, SAMPLING_POWER)
        self.augmented: dict[tuple[int, int, int], Array] = {}

    def __call__(self, step: int) -> SyncBatch:
        rng = np.random.default_rng([self.seed, step])
        rows = []
        for speaker in rng.choice(len(self.speakers), size=self.size // 2, p=self.probabilities):
            for _ in range(2):
                number = int(rng.integers(len(self.speakers[speaker])))
                clip = self.speakers[speaker][number]
                start = int(rng.integers(len(clip) - ROW_FRAMES + 1))
                crops, lips = _augment_crops(clip, start, self.side, rng)
                mel = self._augmented_mel(int(speaker), number, int(rng.integers(AUGMENTATIONS)))
                mel = _equalize(mel_window(mel, start, ROW_FRAMES), rng)
                rows.append((crops, mel, lip_targets(lips)))
        return SyncBatch.stack(rows)

    def _augmented_mel(self, speaker: int, number: int, augmentation: int) -> Array:
        """(n, MEL_BANDS) log-mel of a whole clip, with another voice, room and noise."""
        key = (speaker, number, augmentation)
        if key not in self.augmented:
            rng = np.random.default_rng([self.seed, *key])
            other = self.speakers[rng.integers(len(self.speakers))]
            babble = other[rng.integers(len(other))].samples
            wave = Waveform(self.speakers[speaker][number].samples, RATE)
            samples = normalise_loudness(wave).samples
            samples = distort(samples, rng, others=[babble], pitch_shift=PITCH_SHIFT, codec=0)
            warp = round(float(rng.uniform(*WARPS)), 2)
            mel = log_mel_from_power(power_spectrum(samples), filterbank(warp))
            self.augmented[key] = mel.astype(np.float16)
        return self.augmented[key].astype(np.float32)


def _equalize(mel: Array, rng: np.random.Generator) -> Array:
    """Log-mel with another level and spectral shape, and with bands masked."""
    place = np.linspace(-1, 1, mel.shape[1], dtype=np.float32)
    tilt = rng.normal(0, 0.2) * place + rng.normal(0, 0.1) * np.cos(3 * place + rng.uniform(0, 6))
    return mask_bands(mel + np.float32(rng.normal(0, 0.2)) + tilt.astype(np.float32), rng)


def _augment_crops(
    clip: MouthClip, start: int, side: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Crops (ROW_FRAMES, side, side) in [0, 1] with other lighting, pose and noise.

    And their mouth landmarks (ROW_FRAMES, 20, 2) in pixels of SIDE.
    """
    middle = (SIDE + 2 * MARGIN - 1) / 2
    pose = cv2.getRotationMatrix2D(
        (middle, middle), rng.normal(0, 5), float(np.exp(rng.normal(0, 0.06)))
    )
    pose[:, 2] += rng.uniform(-5, 5, size=2) - MARGIN
    if rng.random() < 0.5:
        pose = np.array([[-1, 0, SIDE - 1], [0, 1, 0]]) @ np.vstack([pose, [0, 0, 1]])
    jitter = rng.normal(0, rng.uniform(0, 0.5), size=(ROW_FRAMES, 2))
    crops = np.empty((ROW_FRAMES, side, side), dtype=np.float32)
    points = np.empty((ROW_FRAMES, *clip.lips.shape[1:]), dtype=np.float32)
    sigma, is_blurred, factor = rng.uniform(0.3, 0.9), rng.random() < 0.4, side / SIDE
    for i in range(ROW_FRAMES):
        matrix = pose + np.column_stack([np.zeros((2, 2)), jitter[i]])
        points[i] = apply_affine(matrix, clip.lips[start + i])
        matrix = factor * matrix + np.array([[0, 0, (factor - 1) / 2]])
        crop = cv2.warpAffine(
            clip.crops[start + i], matrix, (side, side), borderMode=cv2.BORDER_REPLICATE
        )
        crops[i] = cv2.GaussianBlur(crop, (0, 0), sigma) if is_blurred else crop
    crops = (crops / 255) ** np.float32(np.exp(rng.normal(0, 0.3)))
    if rng.random() < 0.5:
        crops += rng.normal(0, rng.uniform(0, 0.03), size=crops.shape).astype(np.float32)
    if rng.random() < 0.3:  # an occlusion: a microphone, a hand, a caption
        left, top = rng.integers(-side // 8, side - side // 8, size=2)
        width, height = rng.integers(side // 8, side * 3 // 8, size=2)
        hidden = np.s_[:, max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)]
        crops[hidden] = crops.mean()
    return crops, points
