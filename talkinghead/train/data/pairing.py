"""Fills a folder with frame pairs: which clips and stills they come from, and how many of each."""

import math
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np

from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.media.file_search import VIDEO_KINDS, VIDEO_SUFFIXES, walk_files
from talkinghead.train.data.clips import cached_detector, find_videos
from talkinghead.train.data.frame_pairs import SIDE, pair_clip_frames, pair_stills, save_frame_pairs
from talkinghead.train.data.jobs import PreprocessJob, Progress, run_jobs
from talkinghead.train.data.layouts import speaker_of
from talkinghead.train.data.splits import ClipInfo, is_test_speaker, read_manifest
from talkinghead.workers.engine import Engine

PAIRS_PER_SPEAKER = 120  # shared by the speaker's clips
MIN_PAIRS, MAX_PAIRS = 6, 64  # of one clip
STILLS_PER_FILE = 40
MANUAL_LANDMARKS = "landmarks68.npz"  # beside stills: file name -> 68 points set by hand


@dataclass(frozen=True)
class PairingJob:
    """One file of frame pairs to make, of a clip or of some stills."""

    paths: list[Path]
    target: Path
    speaker: str
    count: int
    side: int
    has_speech: bool = True


def preprocess_frame_pairs(
    root: Path,
    out: Path,
    engine: Engine | int = 2,
    side: int = SIDE,
    progress: Progress | None = None,
) -> list[str]:
    """Make frame pairs of every clip below `root`, and of the stills beside a landmarks68.npz.

    That file holds manual landmarks, name -> (68, 2) in pixels. See `run_jobs`.
    """
    pairing_jobs = list_jobs(root, out, side)
    if not pairing_jobs:
        raise InputError(f"{root}: no video clips ({VIDEO_KINDS}) to take pairs of")
    jobs = [
        PreprocessJob(job.target.relative_to(out).as_posix(), _work, (job,), job.target)
        for job in pairing_jobs
    ]
    return run_jobs(jobs, root, out, engine, progress)


def list_jobs(root: Path, out: Path, side: int) -> list[PairingJob]:
    """The files to make of what is below `root`, without test speakers."""
    manifest = read_manifest(root)
    by_speaker: dict[str, list[tuple[Path, bool]]] = defaultdict(list)
    for path in find_videos(root):
        name = path.relative_to(root)
        clip = manifest.get(name, ClipInfo(speaker_of(name)))
        if not is_test_speaker(clip.speaker):
            by_speaker[clip.speaker].append((path, clip.has_speech))
    jobs = []
    for speaker, clips in by_speaker.items():
        count = min(MAX_PAIRS, max(MIN_PAIRS, math.ceil(PAIRS_PER_SPEAKER / len(clips))))
        for path, has_speech in clips[:: max(1, MIN_PAIRS * len(clips) // PAIRS_PER_SPEAKER)]:
            target = out / path.relative_to(root).with_suffix(".npz")
            jobs.append(PairingJob([path], target, speaker, count, side, has_speech))
    for landmarks in (path for path in walk_files(root) if path.name == MANUAL_LANDMARKS):
        with np.load(landmarks) as stored:
            stills = [p for p in sorted(landmarks.parent.glob("*.jpg")) if p.stem in stored]
        folder = out / landmarks.parent.relative_to(root)
        for start in range(0, len(stills), STILLS_PER_FILE):
            paths = stills[start : start + STILLS_PER_FILE]
            target = folder / f"stills_{start:05}.npz"
            jobs.append(PairingJob(paths, target, "stills", 1, side))
    # In a random order, so that what an interrupted run leaves is balanced.
    return sorted(jobs, key=lambda job: crc32(job.target.as_posix().encode()))


def _work(job: PairingJob) -> str | None:
    path, detector = job.paths[0], cached_detector()
    try:
        if path.suffix.lower() in VIDEO_SUFFIXES:
            pairs = pair_clip_frames(
                path, detector, job.speaker, job.count, job.side, job.has_speech
            )
        else:
            with np.load(path.parent / MANUAL_LANDMARKS) as stored:
                manual = {still.stem: stored[still.stem] for still in job.paths}
            pairs = pair_stills(job.paths, detector, manual, job.side)
        save_frame_pairs(pairs, job.target)
    except TalkingHeadError as error:
        return f"{job.target.stem}: {error}"
    return None
