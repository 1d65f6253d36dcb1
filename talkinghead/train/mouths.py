"""Talking clips to mouths and sound: what the sync expert learns from."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np

from talkinghead.clock import FPS, FRAME, RATE
from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.face.base import Detector
from talkinghead.face.follow import check_found, fill_gaps
from talkinghead.landmarks import MOUTH
from talkinghead.media.video import probe, read_video
from talkinghead.sync.net import SEEN
from talkinghead.sync.squares import mouths, shown_at
from talkinghead.train.clips import SUFFIXES, face_finder
from talkinghead.train.jobs import Job, Progress, run_jobs
from talkinghead.train.splits import Listing, listings, split_of
from talkinghead.train.store import files_below, read_arrays, write_arrays
from talkinghead.types import Array

SIDE, MARGIN = 64, 8  # pixels of the square, and around it, for it to be moved about
QUOTA = 12_000  # frames of one talker, 8 minutes, spread over all clips
LEAST = 4 * SEEN  # frames of a clip


@dataclass(frozen=True)
class Mouths:
    """One clip at 25 frames a second."""

    squares: Array  # (t, p, p) uint8 grey
    lips: Array  # (t, 20, 2) float32 points of the mouth, pixels of the square
    samples: Array  # (FRAME * t,) float32 at RATE
    talker: str
    source: str  # the clip's path below the data folder

    def __len__(self) -> int:
        return len(self.squares)


def mouths_of(path: Path, faces: Detector, talker: str, source: str) -> Mouths:
    """Read and register one clip. Raises TalkingHeadError for one without a voice or a face."""
    footage = read_video(path)
    if footage.audio is None or np.ptp(footage.audio.samples) == 0:
        raise InputError("no sound to learn from")
    which = shown_at(len(footage.frames), footage.fps)
    count = min(len(which), footage.audio.samples.size // FRAME)
    if count < LEAST:
        raise InputError(f"{count} frames with sound; {LEAST} or more can be learnt from")
    points = fill_gaps(check_found(faces.follow(footage.frames)))[which[:count]]
    squares, inside = mouths(footage.frames[which[:count]], points, SIDE, MARGIN)
    samples = footage.audio.samples[: count * FRAME]
    return Mouths(squares, inside[:, MOUTH], samples, talker, source)


def save_mouths(clip: Mouths, path: Path) -> None:
    """Write one clip; sound as 16-bit."""
    samples = np.round(clip.samples * 32767).astype(np.int16)
    write_arrays(path, **{**vars(clip), "samples": samples}, rate=RATE)


def mouths_in(folder: Path) -> Iterator[Mouths]:
    """Every clip below a folder that `preprocess_mouths` filled, in a fixed order."""
    for path in files_below(folder, "mouths", "preprocess mouths DATA"):
        with read_arrays(path) as stored:
            samples = stored["samples"].astype(np.float32) / 32767
            talker, source = str(stored["talker"]), str(stored["source"])
            yield Mouths(stored["squares"], stored["lips"], samples, talker, source)


def _work(path: Path, talker: str, source: str, target: Path) -> str | None:
    try:
        save_mouths(mouths_of(path, face_finder(), talker, source), target)
    except TalkingHeadError as error:
        return f"{source}: {error}"
    return None


def _within_quota(clips: list[Path]) -> list[Path]:
    """Clips of one talker, spread over all of them, of about QUOTA frames together."""
    middle = clips[len(clips) // 2]
    try:
        seconds = probe(middle).seconds or 1.0  # a talker's clips are alike in length
    except TalkingHeadError:
        return clips  # which of them cannot be read is told when they are
    count = max(1, math.ceil(QUOTA / (FPS * seconds)))
    return clips[:: max(1, round(len(clips) / count))]


def preprocess_mouths(
    root: Path, out: Path, workers: int = 2, progress: Progress | None = None
) -> list[str]:
    """Take the mouth and the voice of every clip below `root` in which the talker is heard.

    Talkers of the test split are passed over. See `run_jobs`.
    """
    known = listings(root)
    by_talker: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(p for p in root.rglob("*") if p.suffix.lower() in SUFFIXES):
        name = path.relative_to(root)
        listing = known.get(name, Listing(name.parent.name))
        if listing.speech and split_of(listing.talker) != "test":
            by_talker[listing.talker].append(path)
    jobs = []
    for talker, clips in by_talker.items():
        for clip in _within_quota(clips):
            name = clip.relative_to(root)
            target = (out / name).with_suffix(".npz")
            jobs.append(Job(str(name), _work, (clip, talker, name.as_posix(), target), target))
    if not jobs:
        raise InputError(f"{root}: no video clips ({', '.join(sorted(SUFFIXES))}) of a voice")
    # In any order but the folders': what an interrupted run leaves is balanced.
    jobs.sort(key=lambda job: crc32(job.name.encode()))
    return run_jobs(jobs, root, out, workers, progress)
