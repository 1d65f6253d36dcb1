"""Synthetic talking faces, clips of them on disk, and a detector that returns known landmarks."""

from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np

from talkinghead.evaluate import image_metrics
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import INNER_LOWER, OUTER_LOWER
from talkinghead.media.audio import write_wav
from talkinghead.rotation import euler_to_matrix
from talkinghead.types import Array, FaceTrack, Waveform

RATE, FPS = 16_000, 25
FRAMES, SIDE = 12, 96  # of the short clips


def speaking(opening: Array) -> Array:
    """(t, 68, 3) the mean face, its lower lip moved down by `opening` (t,)."""
    points = np.repeat(mean_face()[None], len(opening), axis=0)
    points[:, INNER_LOWER + OUTER_LOWER, 1] += opening[:, None]
    return points


def babble(frames: int, seed: int = 0) -> Array:
    """(t,) an aperiodic opening between 0 and 0.1."""
    rng = np.random.default_rng(seed)
    time = np.arange(frames) / FPS
    waves = [np.sin(2 * np.pi * (f * time + rng.uniform())) for f in (1.3, 2.1, 3.7)]
    curve = np.sum(waves, axis=0)
    normal: Array = 0.1 * (curve - curve.min()) / np.ptp(curve)
    return normal


def nodding(points: Array, width: float = 60.0, centre: float = 48.0) -> Array:
    """Points (t, 68, 3) in face units to pixels, with head rotation and translation."""
    time = np.arange(len(points)) / FPS
    angles = np.stack([12 * np.sin(time), 6 * np.cos(1.7 * time), 4 * np.sin(0.8 * time)], axis=1)
    turned = np.einsum("tij,tpj->tpi", euler_to_matrix(angles), points)
    drift = np.stack([3 * np.sin(time), 2 * np.cos(time), 0 * time], axis=1)
    placed: Array = turned * width + centre + drift[:, None]
    return placed


class FixedDetector:
    """Returns given points for any frames."""

    def __init__(self, points: Array) -> None:
        self.points = points

    def track(self, frames: Iterable[Array]) -> Array:
        count = sum(1 for _ in frames)
        return self.points[:count]


def as_track(points: Array) -> FaceTrack:
    return FaceTrack(points, np.zeros((len(points), 6)))


def noise(seconds: float, seed: int = 0) -> Waveform:
    rng = np.random.default_rng(seed)
    samples = 0.2 * rng.standard_normal(round(seconds * RATE))
    return Waveform(np.clip(samples, -1, 1).astype(np.float32), RATE)


def write_clip(path: Path, frames: Array, audio: Waveform | None) -> None:
    """An mp4 of frames (t, h, w, 3) at 25 fps; sound goes into a wav beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "18"})
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        for frame in frames:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        out.mux(stream.encode())
    if audio is not None:
        write_wav(audio, path.with_suffix(".wav"))


def noise_frames(rng: np.random.Generator, points: Array, side: int) -> Array:
    """(t, side, side, 3) uint8 noise with a grey rectangle where the mouth is."""
    ground = rng.integers(60, 200, size=(side, side, 3))
    frames: Array = np.repeat(ground[None], len(points), axis=0).astype(np.uint8)
    for frame, face in zip(frames, points, strict=True):
        frame[image_metrics.mouth_box(face, side, side, growth=0.7)] = 128
    return frames
