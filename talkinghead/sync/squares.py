"""What the sync expert is shown of footage: mouths on the skull's square, and log-mel beside."""

from collections.abc import Iterable

import numpy as np

from talkinghead.clock import FPS, STRIDE
from talkinghead.geometry.affine import after
from talkinghead.geometry.mouth import face_width, gaps
from talkinghead.media.audio import normalise_loudness
from talkinghead.media.luma import LUMA
from talkinghead.render.paint import ride, sampled, window, within
from talkinghead.speech.mel import BANDS, SILENCE, log_mel
from talkinghead.sync.net import BEFORE, mel_frames
from talkinghead.types import Array, Waveform

_REST_SHARE = 0.1  # the square is that of a mouth opened no wider than in this share of frames


def shown_at(frames: int, fps: float) -> Array:
    """(t,) which of `frames` frames is shown at each frame of the clock, the last one included."""
    count = max(1, round(frames * FPS / fps))
    # Half a frame of the clock later: a frame is shown until the next one begins.
    return np.minimum(((np.arange(count) + 0.5) * fps / FPS).astype(int), frames - 1)


def mouths(
    frames: Iterable[Array], points: Array, side: int, margin: int = 0
) -> tuple[Array, Array]:
    """Squares (t, p, p) uint8 grey of t frames (h, w, 3) uint8, and their points (t, 68, 2).

    `points` are landmarks (t, 68, 3) in pixels of the frames. The square rides on the skull as
    the translator's does, from a frame with the mouth hardly open; p is side + 2 * margin.
    """
    parted = gaps(points).max(axis=1) / face_width(points)
    rest = points[int(np.argsort(parted)[int(_REST_SHARE * len(parted))])]
    home = window(rest, side, margin)
    size = side + 2 * margin
    squares = np.empty((len(points), size, size), dtype=np.uint8)
    inside = np.empty((len(points), points.shape[1], 2), dtype=np.float32)
    for i, (frame, now) in enumerate(zip(frames, points, strict=True)):
        matrix = after(ride(rest, now), home)
        squares[i] = np.rint(sampled(frame, matrix, size) @ LUMA)
        inside[i] = within(now, matrix)
    return squares, inside


def mel_of(wave: Waveform) -> Array:
    """(n, BANDS) float32 log-mel of a recording, its speech brought to one loudness."""
    return log_mel(normalise_loudness(wave))


def heard(mel: Array, first: int, frames: int) -> Array:
    """(mel_frames(frames), BANDS): what is heard with `frames` frames from `first` on.

    `mel` is a whole recording's, (n, BANDS) at MEL_FPS; beyond its ends there is silence.
    """
    begin = STRIDE * first - BEFORE
    places = begin + np.arange(mel_frames(frames))
    known = (places >= 0) & (places < len(mel))
    out = np.full((len(places), BANDS), SILENCE, dtype=np.float32)
    out[known] = mel[places[known]]
    return out
