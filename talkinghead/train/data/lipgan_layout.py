"""Writes clips in the layout that LipGAN trains on.

`OUT/<split>/<speaker>/<clip>/` holds the face in each frame as `0.jpg`, `1.jpg`, ..., the audio as
`audio.wav` at 16 kHz, and `mels.npz` with the array `spec` (80, t): log-mel in [-4, 4] of 80 frames
a second, with the parameters of LipGAN's `audio.py`.
"""

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from scipy.signal import get_window, lfilter

from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.face.detectors.base import Detector
from talkinghead.media.audio import write_wav
from talkinghead.media.file_search import VIDEO_KINDS
from talkinghead.media.video_reader import read_video
from talkinghead.sample_rates import RATE
from talkinghead.train.data.array_store import write_arrays
from talkinghead.train.data.clips import cached_detector, find_videos
from talkinghead.train.data.jobs import PreprocessJob, Progress, run_jobs
from talkinghead.train.data.layouts import speaker_of
from talkinghead.train.data.splits import ClipInfo, read_manifest, split_of
from talkinghead.types import Array, Waveform
from talkinghead.workers.engine import Engine

_WINDOW, _HOP, _BANDS = 800, 200, 80  # samples, samples, number of mel bands
_LOW, _HIGH = 55.0, 7600.0  # Hz
_PRE_EMPHASIS, _RANGE_DB, _REFERENCE_DB, _LIMIT = 0.97, 100.0, 20.0, 4.0
_SPLITS: Final = {"train": "train", "validation": "val"}  # the others are `test`
_MARGIN: Final = 0.06  # face widths around the landmarks
_FOREHEAD: Final = 0.25  # face widths above them


def preprocess_lipgan(
    root: Path,
    out: Path,
    engine: Engine | int = 2,
    progress: Progress | None = None,
    listed: Collection[str] | None = None,
    split: str | None = None,
) -> list[str]:
    """Write every clip with speech below `root` in LipGAN's layout; see `run_jobs`.

    With `listed` only the clips of a list, as split `split`; else the split is that of the speaker.
    """
    paths = find_videos(root, listed)
    if not paths:
        raise InputError(f"{root}: no video clips ({VIDEO_KINDS}), or none that is listed")
    manifest = read_manifest(root)
    jobs = []
    for path in paths:
        name = path.relative_to(root)
        clip = manifest.get(name, ClipInfo(speaker_of(name)))
        if clip.has_speech:
            part = split or _SPLITS.get(split_of(clip.speaker), "test")
            target = out / part / clip.speaker / name.stem / "mels.npz"
            jobs.append(PreprocessJob(str(name), _work, (path, str(name), target), target))
    return run_jobs(jobs, root, out, engine, progress)


def _work(path: Path, source: str, target: Path) -> str | None:
    try:
        write_clip(path, target, cached_detector())
    except TalkingHeadError as error:
        return f"{source}: {error}"
    return None


def write_clip(path: Path, target: Path, detector: Detector) -> None:
    """Write one clip; `target` is its mels.npz, which is written last.

    Raises TalkingHeadError for a clip without audio, or with a frame that shows no face: LipGAN
    takes frame and spectrogram by their numbers.
    """
    video = read_video(path)
    if video.audio is None:
        raise InputError("no audio; put one into the clip")
    points = detector.track(video.frames)
    missing = int((~np.isfinite(points).all(axis=(1, 2))).sum())
    if missing:
        raise InputError(f"{missing} of {len(points)} frames show no face")
    target.parent.mkdir(parents=True, exist_ok=True)
    for number, (frame, face) in enumerate(zip(video.frames, points, strict=True)):
        picture = np.ascontiguousarray(_crop(frame, face)[..., ::-1])  # OpenCV's order of colours
        cv2.imwrite(str(target.parent / f"{number}.jpg"), picture)
    write_wav(video.audio, target.parent / "audio.wav")
    write_arrays(target, spec=log_mel(video.audio))


def _crop(frame: Array, points: Array) -> Array:
    """The face in an (h, w, 3) picture, from the forehead to the chin."""
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    width = float(high[0] - low[0])
    low, high = low - (_MARGIN * width, _FOREHEAD * width), high + _MARGIN * width
    left, top = np.floor(low).clip(0).astype(int)
    right, bottom = np.ceil(high).astype(int)
    return frame[top:bottom, left:right]


def log_mel(wave: Waveform) -> Array:
    """(80, t) float32 in [-4, 4]: LipGAN's spectrogram, 80 frames a second."""
    samples = lfilter([1, -_PRE_EMPHASIS], [1], wave.samples.astype(np.float64))
    padded = np.pad(samples, _WINDOW // 2, mode="reflect" if len(samples) > 400 else "constant")
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    magnitude = np.abs(np.fft.rfft(frames * get_window("hann", _WINDOW), axis=1))
    decibels = 20 * np.log10(np.maximum(1e-5, magnitude @ _filters().T)) - _REFERENCE_DB
    scaled = 2 * _LIMIT * (decibels + _RANGE_DB) / _RANGE_DB - _LIMIT
    return np.asarray(scaled.clip(-_LIMIT, _LIMIT).T, dtype=np.float32)


@cache
def _filters() -> Array:
    """(80, bins) triangular filters of unit area on Slaney's mel scale."""
    low, high = _to_mel(np.array([_LOW, _HIGH]))
    edges = _to_hz(np.linspace(low, high, _BANDS + 2))
    frequencies = np.fft.rfftfreq(_WINDOW, 1 / RATE)
    rising = (frequencies - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - frequencies) / np.diff(edges)[1:, None]
    area = 2 / (edges[2:] - edges[:-2])
    return np.maximum(0, np.minimum(rising, falling)) * area[:, None]


def _to_mel(hz: Array) -> Array:
    """Slaney's scale: linear to 1000 Hz, logarithmic above."""
    linear = hz / (200 / 3)
    return np.where(hz < 1000, linear, 15 + np.log(np.maximum(hz, 1) / 1000) * 27 / np.log(6.4))


def _to_hz(mel: Array) -> Array:
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))
