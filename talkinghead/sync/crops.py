"""SyncNet's inputs: head-stabilised mouth crops at 25 frames per second, and their log-mel."""

from collections.abc import Iterable

import numpy as np

from talkinghead.geometry.align import compose_affine
from talkinghead.geometry.mouth import face_width, lip_gaps
from talkinghead.geometry.mouth_crop import (
    crop_square,
    head_stabilised_affine,
    mouth_crop_matrix,
    points_in_crop,
)
from talkinghead.media.image import LUMA
from talkinghead.media.loudness import normalise_loudness
from talkinghead.models.mel import MEL_BANDS, SILENCE, log_mel
from talkinghead.models.syncnet import MEL_LEAD, mel_frames
from talkinghead.sample_rates import FPS, STRIDE
from talkinghead.types import Array, Waveform

_REFERENCE_QUANTILE = 0.1  # the crop is placed on a frame at this quantile of mouth opening


def resample_frame_indices(frames: int, fps: float) -> Array:
    """(t,) indices of the `frames` frames at `fps` that a video at FPS shows."""
    count = max(1, round(frames * FPS / fps))
    # Half a frame later: a frame is shown until the next one begins.
    return np.minimum(((np.arange(count) + 0.5) * fps / FPS).astype(int), frames - 1)


def crop_mouths(
    frames: Iterable[Array], points: Array, side: int, margin: int = 0
) -> tuple[Array, Array]:
    """Grey mouth crops (t, p, p) uint8 of t frames (h, w, 3) uint8, and landmarks (t, 68, 2).

    `points` are landmarks (t, 68, 3) in pixels of the frames; those returned are in pixels of the
    crops. The crop moves with the skull, as the translator's, from a frame with the mouth almost
    closed; p is side + 2 * margin.
    """
    openings = lip_gaps(points).max(axis=1) / face_width(points)
    reference = points[int(np.argsort(openings)[int(_REFERENCE_QUANTILE * len(openings))])]
    reference_matrix = mouth_crop_matrix(reference, side, margin)
    size = side + 2 * margin
    crops = np.empty((len(points), size, size), dtype=np.uint8)
    cropped_points = np.empty((len(points), points.shape[1], 2), dtype=np.float32)
    for i, (frame, landmarks) in enumerate(zip(frames, points, strict=True)):
        matrix = compose_affine(head_stabilised_affine(reference, landmarks), reference_matrix)
        crops[i] = np.rint(crop_square(frame, matrix, size) @ LUMA)
        cropped_points[i] = points_in_crop(landmarks, matrix)
    return crops, cropped_points


def sync_log_mel(wave: Waveform) -> Array:
    """(n, MEL_BANDS) float32 log-mel of a recording at normalised loudness."""
    return log_mel(normalise_loudness(wave))


def mel_window(mel: Array, first: int, frames: int) -> Array:
    """(mel_frames(frames), MEL_BANDS): the log-mel that goes with `frames` frames from `first`.

    `mel` (n, MEL_BANDS) is of the whole recording; beyond its ends there is silence.
    """
    indices = STRIDE * first - MEL_LEAD + np.arange(mel_frames(frames))
    inside = (indices >= 0) & (indices < len(mel))
    out = np.full((len(indices), MEL_BANDS), SILENCE, dtype=np.float32)
    out[inside] = mel[indices[inside]]
    return out
