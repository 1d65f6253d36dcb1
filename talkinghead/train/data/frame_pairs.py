"""Frame pairs for the translator: a portrait warped to other landmarks, and the true frame.

In a clip, one frame (the portrait) is warped by the landmarks of another, which is the truth; some
pairs form runs of consecutive frames, stored with their log-mel. A still with an open mouth is
warped to a closed mouth, which is the portrait, and back to the open one; the still is the truth.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np

from talkinghead.errors import FaceError, InputError
from talkinghead.face.detectors.base import Detector
from talkinghead.face.tracking import fill_gaps, require_coverage
from talkinghead.geometry.align import compose_affine, fit_similarity
from talkinghead.geometry.mouth import close_mouth, face_width, lip_gaps
from talkinghead.geometry.mouth_crop import (
    crop_square,
    head_stabilised_affine,
    mouth_crop_matrix,
    points_in_crop,
)
from talkinghead.landmarks import FEATURES, STABLE
from talkinghead.media.image import read_image
from talkinghead.media.video_reader import read_video
from talkinghead.models.mel import MEL_BANDS
from talkinghead.models.syncnet import FRAME_WINDOW, MEL_WINDOW
from talkinghead.render.photo import PhotoRenderer
from talkinghead.sync.crops import mel_window, resample_frame_indices, sync_log_mel
from talkinghead.train.data.array_store import read_arrays, require_files, write_arrays
from talkinghead.types import Array, Portrait, Video

SIDE, MARGIN = 96, 8  # pixels of the mouth crop, and around it, for augmentation to move it
PAIRS_PER_SOURCE = 8  # targets of one portrait
MAX_FRAMES = 150  # of a clip that are read
RUNS_PER_CLIP = 2
RUN_FRAMES = FRAME_WINDOW  # a fifth of a second: what SyncNet takes at once
RUN_CANDIDATES = 4  # random starts of a run; the one with the most lip motion is taken
MIN_TURN_COSINE = 0.95  # of the angle between the heads of portrait and target
MIN_OPENING = 0.04  # face widths: a still's mouth is open enough to learn from
MAX_LANDMARK_ERROR = 0.06  # face widths: mean distance of a still's landmarks from manual ones
BLACK = 4  # mean brightness of a frame (0 to 255), up to which it shows nothing


@dataclass(frozen=True)
class FramePairs:
    """The pairs of one clip or of some stills; p is the side of their crops with the margin."""

    portraits: Array  # (m, p, p, 3) uint8
    portrait_landmarks: Array  # (m, 68, 2) float32 pixels of the crop
    portrait_index: Array  # (n,) the portrait of each pair
    warped: Array  # (n, p, p, 3) uint8, the portrait warped to the target's landmarks
    targets: Array  # (n, p, p, 3) uint8, the true frame
    target_landmarks: Array  # (n, 68, 2) float32 pixels of the crop
    speaker: str
    runs: Array = field(default_factory=lambda: np.zeros((0, RUN_FRAMES), dtype=np.int64))
    # (k, RUN_FRAMES) pairs of consecutive frames at 25 frames per second, all of one portrait
    mel: Array = field(default_factory=lambda: np.zeros((0, MEL_WINDOW, MEL_BANDS), np.float16))
    # (k, MEL_WINDOW, MEL_BANDS) log-mel of each run (`sync.crops.mel_window`); NaN without audio

    def __len__(self) -> int:
        return len(self.portrait_index)


class _PairCollector:
    """Collects pairs."""

    def __init__(self, side: int, speaker: str):
        self.side, self.speaker = side, speaker
        self.margin = MARGIN * side // SIDE
        self.rows: dict[str, list[Array]] = defaultdict(list)

    def add(self, portrait: Portrait, frames: list[Array], points: list[Array]) -> None:
        """Add a portrait with its target frames and their landmarks."""
        rows, size = self.rows, self.side + 2 * self.margin
        renderer = PhotoRenderer(portrait)
        crop = mouth_crop_matrix(portrait.landmarks, self.side, self.margin)
        landmarks = points_in_crop(portrait.landmarks, crop).astype(np.float32)
        rows["portraits"].append(crop_square(portrait.image, crop, size))
        rows["portrait_landmarks"].append(landmarks)
        for frame, target in zip(frames, points, strict=True):
            matrix = compose_affine(head_stabilised_affine(portrait.landmarks, target), crop)
            rows["portrait_index"].append(np.array(len(rows["portraits"]) - 1))
            rows["warped"].append(crop_square(renderer.warp(target).image, matrix, size))
            rows["targets"].append(crop_square(frame, matrix, size))
            rows["target_landmarks"].append(points_in_crop(target, matrix).astype(np.float32))

    def add_run(
        self, portrait: Portrait, frames: list[Array], points: list[Array], mel: Array
    ) -> None:
        """Add consecutive frames, with their log-mel (MEL_WINDOW, MEL_BANDS)."""
        self.add(portrait, frames, points)
        end = len(self.rows["portrait_index"])
        self.rows["runs"].append(np.arange(end - len(frames), end))
        self.rows["mel"].append(mel.astype(np.float16))

    def to_pairs(self) -> FramePairs:
        """All pairs. Raises InputError where there are none."""
        if not self.rows["portrait_index"]:
            raise InputError("no pair of frames differs enough to learn from")
        arrays = {name: np.stack(rows) for name, rows in self.rows.items()}
        return FramePairs(**arrays, speaker=self.speaker)


def pair_clip_frames(
    path: Path, detector: Detector, speaker: str, count: int, side: int, has_speech: bool = True
) -> FramePairs:
    """About `count` pairs of frames of one clip, and RUNS_PER_CLIP runs.

    Log-mel is stored if the clip `has_speech`. Raises TalkingHeadError if there is no pair.
    """
    video = read_video(path, max_frames=MAX_FRAMES)
    frames = video.frames[resample_frame_indices(len(video.frames), video.fps)]
    first = int((frames.mean(axis=(1, 2, 3)) > BLACK).argmax())  # some clips begin in black
    frames = frames[first:]
    points = fill_gaps(require_coverage(detector.track(frames)))
    rng = np.random.default_rng(crc32(path.name.encode()))
    pairs = _PairCollector(side, speaker)
    sparse_frames, sparse = frames[::2], points[::2]  # neighbours are alike
    openings = lip_gaps(sparse).max(axis=1) / face_width(sparse)

    def portrait_of(index: int) -> Portrait:
        return Portrait(sparse_frames[index], sparse[index].astype(np.float32))

    for number in range(math.ceil(count / PAIRS_PER_SOURCE)):
        # Half of the portraits have the mouth as closed as possible, half are random frames.
        drawn = rng.integers(len(sparse), size=max(2, len(sparse) // 4))
        source = int(drawn[openings[drawn].argmin()] if number % 2 == 0 else drawn[0])
        targets = _target_frames(sparse, openings, source, min(PAIRS_PER_SOURCE, count), rng)
        if targets:
            chosen = [sparse_frames[i] for i in targets]
            pairs.add(portrait_of(source), chosen, [sparse[i] for i in targets])
    mel = _log_mel(video) if has_speech else None
    source = int(openings.argmin())
    for start in _run_starts(points, 2 * source, rng):
        if mel is None:
            run_mel = np.full((MEL_WINDOW, MEL_BANDS), np.nan)
        else:
            run_mel = mel_window(mel, start + first, FRAME_WINDOW)
        run = range(start, start + RUN_FRAMES)
        chosen = [frames[i] for i in run]
        pairs.add_run(portrait_of(source), chosen, [points[i] for i in run], run_mel)
    return pairs.to_pairs()


def pair_stills(
    paths: list[Path], detector: Detector, manual: dict[str, Array], side: int
) -> FramePairs:
    """A pair of each still with an open mouth, if detected and manual landmarks agree."""
    pairs = _PairCollector(side, f"stills/{paths[0].stem}")  # too many to count as one speaker
    for path in paths:
        image, truth = read_image(path), manual[path.stem]
        for face in detector.detect(image):
            points = face.points.astype(np.float64)
            width = float(face_width(points))
            error = float(np.linalg.norm(points[FEATURES, :2] - truth[FEATURES], axis=1).mean())
            if error > MAX_LANDMARK_ERROR * width or lip_gaps(points).max() < MIN_OPENING * width:
                continue
            closed = close_mouth(points)
            try:
                portrait = PhotoRenderer(Portrait(image, points)).warp(closed).image
                pairs.add(Portrait(portrait, closed), [image], [points])
            except FaceError:
                continue
    return pairs.to_pairs()


def save_frame_pairs(pairs: FramePairs, path: Path) -> None:
    """Write the pairs of one file. Raises OutputError."""
    write_arrays(path, **vars(pairs))


def read_frame_pairs(folder: Path) -> Iterator[FramePairs]:
    """The pairs of each file that `preprocess frame-pairs` wrote to a folder, in a fixed order."""
    for path in require_files(folder, "frame pairs", "preprocess frame-pairs DATA"):
        with read_arrays(path) as stored:
            arrays = {name: stored[name] for name in stored.files if name != "speaker"}
            yield FramePairs(**arrays, speaker=str(stored["speaker"]))


def _log_mel(video: Video) -> Array | None:
    """(n, MEL_BANDS) log-mel of a video that is not silent."""
    if video.audio is None or np.ptp(video.audio.samples) == 0:
        return None
    return sync_log_mel(video.audio)


def _run_starts(points: Array, source: int, rng: np.random.Generator) -> list[int]:
    """First frames of RUNS_PER_CLIP runs with lip motion, the head turned as in the portrait."""
    facing = _same_turn(points, points[source])
    starts = np.flatnonzero(np.convolve(facing, np.ones(RUN_FRAMES), "valid") == RUN_FRAMES)
    if len(starts) < RUNS_PER_CLIP * RUN_FRAMES:
        return []
    openings = lip_gaps(points).max(axis=1) / face_width(points)
    motion = np.convolve(np.abs(np.diff(openings)), np.ones(RUN_FRAMES - 1), "valid")
    candidates = [
        rng.choice(part, size=min(RUN_CANDIDATES, len(part)), replace=False)
        for part in np.array_split(starts, RUNS_PER_CLIP)
    ]
    return [int(drawn[motion[drawn].argmax()]) for drawn in candidates]


def _same_turn(points: Array, source: Array) -> Array:
    """(t,) whether the head of (t, 68, 3) landmarks is turned about as that of (68, 3)."""
    rotations = np.array([fit_similarity(source[STABLE], p[STABLE])[1] for p in points])
    return np.asarray((rotations.trace(axis1=1, axis2=2) - 1) / 2 > MIN_TURN_COSINE)


def _target_frames(
    points: Array, openings: Array, source: int, count: int, rng: np.random.Generator
) -> list[int]:
    """Frames spread evenly over the mouth openings, the head turned as in the portrait."""
    facing = _same_turn(points, points[source])
    candidates = np.flatnonzero(facing & (np.arange(len(points)) != source))
    candidates = candidates[np.argsort(openings[candidates])]
    if len(candidates) < 2:
        return []
    edges = np.linspace(0, len(candidates), count + 1)
    return [int(candidates[int(rng.uniform(a, b))]) for a, b in pairwise(edges)]
