"""Grey mouth crops of talking clips with their audio, which SyncNet learns from."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np

from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.face.detectors.base import Detector
from talkinghead.face.tracking import fill_gaps, require_coverage
from talkinghead.landmarks import MOUTH
from talkinghead.media.file_search import VIDEO_KINDS
from talkinghead.media.video_reader import probe_video, read_video
from talkinghead.models.syncnet import FRAME_WINDOW
from talkinghead.sample_rates import FPS, FRAME_SAMPLES, RATE
from talkinghead.sync.crops import crop_mouths, resample_frame_indices
from talkinghead.train.data.array_store import (
    from_int16,
    read_arrays,
    require_files,
    to_int16,
    write_arrays,
)
from talkinghead.train.data.clips import cached_detector, find_videos
from talkinghead.train.data.jobs import PreprocessJob, Progress, run_jobs
from talkinghead.train.data.layouts import speaker_of
from talkinghead.train.data.splits import ClipInfo, is_test_speaker, read_manifest
from talkinghead.types import Array
from talkinghead.workers.engine import Engine

SIDE, MARGIN = 64, 8  # pixels of the crop, and around it, for augmentation to move it
FRAMES_PER_SPEAKER = 12_000  # 8 minutes, spread over all clips
MIN_CLIP_FRAMES = 4 * FRAME_WINDOW


@dataclass(frozen=True)
class MouthClip:
    """The mouth crops and audio of one clip, at 25 frames per second."""

    crops: Array  # (t, p, p) uint8 grey, p = SIDE + 2 * MARGIN
    lips: Array  # (t, 20, 2) float32 mouth landmarks in pixels of the crop
    samples: Array  # (FRAME_SAMPLES * t,) float32 at RATE
    speaker: str
    source: str  # path of the clip below the data folder

    def __len__(self) -> int:
        return len(self.crops)


def build_mouth_clip(path: Path, detector: Detector, speaker: str, source: str) -> MouthClip:
    """Read and register one clip. Raises TalkingHeadError for one without speech or face."""
    video = read_video(path)
    if video.audio is None or np.ptp(video.audio.samples) == 0:
        raise InputError("no audio to learn from")
    indices = resample_frame_indices(len(video.frames), video.fps)
    count = min(len(indices), video.audio.samples.size // FRAME_SAMPLES)
    if count < MIN_CLIP_FRAMES:
        raise InputError(f"{count} frames with audio; {MIN_CLIP_FRAMES} or more are needed")
    indices = indices[:count]
    points = fill_gaps(require_coverage(detector.track(video.frames)))[indices]
    crops, landmarks = crop_mouths(video.frames[indices], points, SIDE, MARGIN)
    samples = video.audio.samples[: count * FRAME_SAMPLES]
    return MouthClip(crops, landmarks[:, MOUTH], samples, speaker, source)


def save_mouth_clip(clip: MouthClip, path: Path) -> None:
    """Write one clip, its samples as 16-bit. Raises OutputError."""
    samples = to_int16(clip.samples)
    write_arrays(path, **{**vars(clip), "samples": samples}, rate=RATE)


def read_mouth_clips(folder: Path) -> Iterator[MouthClip]:
    """Every clip below a folder that `preprocess mouth-crops` filled, in a fixed order."""
    for path in require_files(folder, "mouth crops", "preprocess mouth-crops DATA"):
        with read_arrays(path) as stored:
            samples = from_int16(stored["samples"])
            speaker, source = str(stored["speaker"]), str(stored["source"])
            yield MouthClip(stored["crops"], stored["lips"], samples, speaker, source)


def preprocess_mouth_crops(
    root: Path,
    out: Path,
    engine: Engine | int = 2,
    progress: Progress | None = None,
    listed: Collection[str] | None = None,
) -> list[str]:
    """Crop the mouths of every clip with speech below `root`, without those of test speakers.

    With `listed` only the clips of a list; see `layouts.read_filelist`, and `run_jobs`.
    """
    manifest = read_manifest(root)
    by_speaker: dict[str, list[Path]] = defaultdict(list)
    for path in find_videos(root, listed):
        name = path.relative_to(root)
        clip = manifest.get(name, ClipInfo(speaker_of(name)))
        if clip.has_speech and not is_test_speaker(clip.speaker):
            by_speaker[clip.speaker].append(path)
    jobs = []
    for speaker, paths in by_speaker.items():
        for path in _select_clips(paths):
            name = path.relative_to(root)
            target = (out / name).with_suffix(".npz")
            jobs.append(
                PreprocessJob(str(name), _work, (path, speaker, name.as_posix(), target), target)
            )
    if not jobs:
        raise InputError(f"{root}: no video clips ({VIDEO_KINDS}) with speech")
    # In a random order, so that what an interrupted run leaves is balanced.
    jobs.sort(key=lambda job: crc32(job.name.encode()))
    return run_jobs(jobs, root, out, engine, progress)


def _select_clips(paths: list[Path]) -> list[Path]:
    """Clips of one speaker, spread over all of them, of about FRAMES_PER_SPEAKER in total."""
    middle = paths[len(paths) // 2]
    try:
        seconds = probe_video(middle).seconds or 1.0  # a speaker's clips are alike in length
    except TalkingHeadError:
        return paths  # unreadable ones are reported when they are read
    count = max(1, math.ceil(FRAMES_PER_SPEAKER / (FPS * seconds)))
    return paths[:: max(1, round(len(paths) / count))]


def _work(path: Path, speaker: str, source: str, target: Path) -> str | None:
    try:
        save_mouth_clip(build_mouth_clip(path, cached_detector(), speaker, source), target)
    except TalkingHeadError as error:
        return f"{source}: {error}"
    return None
