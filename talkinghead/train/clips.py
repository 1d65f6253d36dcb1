"""Talking clips to training examples: landmarks, registered, beside the sound."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from talkinghead.clock import FRAME, RATE
from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.face.base import Detector
from talkinghead.face.follow import follow
from talkinghead.face.mesh import MediapipeDetector
from talkinghead.media.video import read_video
from talkinghead.train.jobs import Job, Progress, run_jobs
from talkinghead.train.splits import Listing, listings
from talkinghead.train.store import files_below, read_arrays, write_arrays
from talkinghead.types import Array

SUFFIXES = {".mp4", ".mov", ".mkv", ".webm", ".avi"}
SHORTEST = 28  # frames of the shortest clips at hand: what is learnt of all of them fits in


@dataclass(frozen=True)
class Example:
    """One clip, registered: what a branch learns from."""

    points: Array  # (t, 68, 3) float32 face units at FPS, head motion taken out
    pose: Array  # (t, 6) float32 degrees and face widths, relative to the clip's mean
    samples: Array  # (n,) float32 at RATE; empty for silent clips
    talker: str
    source: str  # the clip's path below the data folder


def example_of(path: Path, faces: Detector, listing: Listing, source: str) -> Example:
    """Read, detect and register one clip; sound that is not speech is dropped."""
    footage = read_video(path)
    track = follow(footage.frames, footage.fps, faces)
    samples = np.zeros(0, dtype=np.float32)
    if footage.audio is not None and listing.speech:
        samples = footage.audio.samples
    wanted = len(track) * FRAME
    if samples.size:
        samples = np.pad(samples, (0, max(0, wanted - samples.size)))[:wanted]
    return Example(track.points, track.pose, samples, listing.talker, source)


def save_example(example: Example, path: Path) -> None:
    """Write one example; sound as 16-bit."""
    write_arrays(
        path,
        points=example.points,
        pose=example.pose,
        samples=np.round(example.samples * 32767).astype(np.int16),
        talker=example.talker,
        source=example.source,
        rate=RATE,
    )


def load_example(path: Path) -> Example:
    """Read what `save_example` wrote."""
    with read_arrays(path) as stored:
        return Example(
            stored["points"],
            stored["pose"],
            stored["samples"].astype(np.float32) / 32767,
            str(stored["talker"]),
            str(stored["source"]),
        )


def examples_in(folder: Path) -> Iterator[Example]:
    """Every example below a folder that `preprocess` filled, in a fixed order."""
    for path in files_below(folder, "examples", "preprocess clips DATA"):
        yield load_example(path)


@cache
def face_finder() -> Detector:
    """One a worker process: building a detector takes a second."""
    return MediapipeDetector(max_faces=1)


def _work(path: Path, listing: Listing, source: str, target: Path) -> str | None:
    try:
        save_example(example_of(path, face_finder(), listing, source), target)
    except TalkingHeadError as error:
        return f"{source}: {error}"
    return None


def preprocess(
    root: Path, out: Path, workers: int = 2, progress: Progress | None = None
) -> list[str]:
    """Turn every clip below `root` into an example below `out`; see `run_jobs`."""
    clips = sorted(p for p in root.rglob("*") if p.suffix.lower() in SUFFIXES)
    if not clips:
        raise InputError(f"{root}: no video clips ({', '.join(sorted(SUFFIXES))})")
    known = listings(root)
    jobs = []
    for clip in clips:
        name = clip.relative_to(root)
        target = (out / name).with_suffix(".npz")
        listing = known.get(name, Listing(name.parent.name))
        jobs.append(Job(str(name), _work, (clip, listing, str(name), target), target))
    return run_jobs(jobs, root, out, workers, progress)
