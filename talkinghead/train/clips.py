"""Talking clips to training examples: landmarks, registered, beside the sound."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from talkinghead.clock import FRAME, RATE
from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.face.detect import Detector, MediapipeDetector
from talkinghead.face.follow import follow
from talkinghead.media.video import read_video
from talkinghead.train.splits import Listing, listings
from talkinghead.types import Array

SUFFIXES = {".mp4", ".mov", ".mkv", ".webm", ".avi"}


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
    track = follow(footage, faces)
    samples = np.zeros(0, dtype=np.float32)
    if footage.audio is not None and listing.speech:
        samples = footage.audio.samples
    wanted = len(track) * FRAME
    if samples.size:
        samples = np.pad(samples, (0, max(0, wanted - samples.size)))[:wanted]
    return Example(track.points, track.pose, samples, listing.talker, source)


def save_example(example: Example, path: Path) -> None:
    """Write one example; sound as 16-bit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(
        partial,
        points=example.points,
        pose=example.pose,
        samples=np.round(example.samples * 32767).astype(np.int16),
        talker=example.talker,
        source=example.source,
        rate=RATE,
    )
    partial.replace(path)


def load_example(path: Path) -> Example:
    """Read what `save_example` wrote."""
    with np.load(path) as stored:
        return Example(
            stored["points"],
            stored["pose"],
            stored["samples"].astype(np.float32) / 32767,
            str(stored["talker"]),
            str(stored["source"]),
        )


def examples_in(folder: Path) -> Iterator[Example]:
    """Every example below a folder that `preprocess` filled, in a fixed order."""
    paths = sorted(p for p in folder.rglob("*.npz") if not p.name.endswith(".partial.npz"))
    if not paths:
        raise InputError(
            f"{folder}: no examples; make them with 'talkinghead preprocess clips DATA {folder}'"
        )
    for path in paths:
        yield load_example(path)


_faces: Detector | None = None  # one a worker process: building a detector takes a second


def _work(path: Path, listing: Listing, source: str, target: Path) -> str | None:
    global _faces
    if _faces is None:
        _faces = MediapipeDetector(max_faces=1)
    try:
        save_example(example_of(path, _faces, listing, source), target)
    except TalkingHeadError as error:
        return f"{source}: {error}"
    return None


def preprocess(
    root: Path,
    out: Path,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> list[str]:
    """Turn every clip below `root` into an example below `out`; returns what was left out.

    Clips already done are passed over, so an interrupted run goes on where it was. The
    clips left out, with reasons, are also written to `out`/skipped.json.
    """
    clips = sorted(p for p in root.rglob("*") if p.suffix.lower() in SUFFIXES)
    if not clips:
        raise InputError(f"{root}: no video clips ({', '.join(sorted(SUFFIXES))})")
    known = listings(root)
    skipped_file = out / "skipped.json"
    skipped: dict[str, str] = json.loads(skipped_file.read_text()) if skipped_file.exists() else {}
    out.mkdir(parents=True, exist_ok=True)
    done = 0
    with ProcessPoolExecutor(workers) as pool:
        jobs = {}
        for clip in clips:
            name = clip.relative_to(root)
            target = (out / name).with_suffix(".npz")
            if target.exists() or str(name) in skipped:
                done += 1
                continue
            listing = known.get(name, Listing(name.parent.name))
            jobs[pool.submit(_work, clip, listing, str(name), target)] = str(name)
        for job in as_completed(jobs):
            reason = job.result()
            if reason is not None:
                skipped[jobs[job]] = reason
                skipped_file.write_text(json.dumps(skipped, indent=1))
            done += 1
            if progress is not None:
                progress(done, len(clips))
    return sorted(skipped.values())
