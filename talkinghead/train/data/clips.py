"""Examples: the registered landmarks, head pose and audio of talking clips."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.face.detectors.base import Detector
from talkinghead.face.detectors.mediapipe import MediapipeDetector
from talkinghead.face.tracking import track_face
from talkinghead.media.file_search import (
    VIDEO_KINDS,
    VIDEO_SUFFIXES,
    walk_files,
    with_suffix_in,
)
from talkinghead.media.video_reader import read_video
from talkinghead.sample_rates import FRAME_SAMPLES, RATE
from talkinghead.train.data.array_store import (
    from_int16,
    read_arrays,
    require_files,
    to_int16,
    write_arrays,
)
from talkinghead.train.data.jobs import PreprocessJob, Progress, run_jobs
from talkinghead.train.data.layouts import is_listed, speaker_of
from talkinghead.train.data.splits import MANIFEST, ClipInfo, read_manifest
from talkinghead.types import Array
from talkinghead.workers.engine import Engine

MIN_FRAMES = 28  # of the shortest clips in the data: the shortest training sequences fit in


@dataclass(frozen=True)
class Example:
    """One registered clip, which the motion branches learn from."""

    points: Array  # (t, 68, 3) float32 face units at FPS, head pose taken out
    pose: Array  # (t, 6) float32 degrees and face widths, relative to the clip's mean
    samples: Array  # (n,) float32 at RATE; empty for clips without speech
    speaker: str
    source: str  # path of the clip below the data folder


def build_example(path: Path, detector: Detector, clip: ClipInfo, source: str) -> Example:
    """Read, detect and register one clip; audio that is not speech is dropped.

    Audio that is late by a known delay is moved to its picture. Raises TalkingHeadError for a clip
    that cannot be read, or without a face.
    """
    video = read_video(path)
    track = track_face(video.frames, video.fps, detector)
    samples = np.zeros(0, dtype=np.float32)
    if video.audio is not None and clip.has_speech:
        samples = video.audio.samples
    length = len(track) * FRAME_SAMPLES
    if samples.size:
        late = round(clip.audio_delay * RATE)
        samples = np.pad(samples, (max(0, -late), 0))[max(0, late) :]
        samples = np.pad(samples, (0, max(0, length - samples.size)))[:length]
    return Example(track.points, track.pose, samples, clip.speaker, source)


def save_example(example: Example, path: Path) -> None:
    """Write one example, its samples as 16-bit. Raises OutputError."""
    write_arrays(
        path,
        points=example.points,
        pose=example.pose,
        samples=to_int16(example.samples),
        speaker=example.speaker,
        source=example.source,
        rate=RATE,
    )


def load_example(path: Path) -> Example:
    """Read what `save_example` wrote. Raises InputError."""
    with read_arrays(path) as stored:
        return Example(
            stored["points"],
            stored["pose"],
            from_int16(stored["samples"]),
            str(stored["speaker"]),
            str(stored["source"]),
        )


def read_examples(folder: Path) -> Iterator[Example]:
    """Every example below a folder that `preprocess clips` filled, in a fixed order."""
    for path in require_files(folder, "examples", "preprocess clips DATA"):
        yield load_example(path)


def find_videos(root: Path, listed: Collection[str] | None = None) -> list[Path]:
    """The video clips below a folder, sorted; see `walk_files` for links.

    With `listed` only those of a list; see `layouts.read_filelist`.
    """
    paths = with_suffix_in(walk_files(root), VIDEO_SUFFIXES)
    if listed is None:
        return list(paths)
    return [path for path in paths if is_listed(path.relative_to(root), listed)]


@cache
def cached_detector() -> Detector:
    """A detector per worker process: building one takes a second."""
    return MediapipeDetector(max_faces=1)


def preprocess_clips(
    root: Path,
    out: Path,
    engine: Engine | int = 2,
    progress: Progress | None = None,
    listed: Collection[str] | None = None,
) -> list[str]:
    """Turn every clip below `root` into an example below `out`; see `run_jobs`.

    Clips whose face the manifest says is turned away are left out, and with `listed` those that a
    list of `layouts.read_filelist` does not name.
    """
    paths = find_videos(root, listed)
    if not paths:
        raise InputError(
            f"{root}: no video clips ({VIDEO_KINDS})" if listed is None
            else f"{root}: holds none of the {len(listed)} clips of the list"
        )  # fmt: skip
    manifest = read_manifest(root)
    jobs = []
    for path in paths:
        name = path.relative_to(root)
        target = (out / name).with_suffix(".npz")
        clip = manifest.get(name, ClipInfo(speaker_of(name)))
        jobs.append(PreprocessJob(str(name), _work, (path, clip, str(name), target), target))
    return run_jobs(jobs, root, out, engine, progress)


def _work(path: Path, clip: ClipInfo, source: str, target: Path) -> str | None:
    if not clip.is_frontal:
        return f"{source}: the face is turned away (frontal 0 in {MANIFEST})"
    try:
        save_example(build_example(path, cached_detector(), clip, source), target)
    except TalkingHeadError as error:
        return f"{source}: {error}"
    return None
