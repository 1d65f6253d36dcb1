"""Clips and stills to pairs of frames: what the translator is to paint, beside what it is given.

Of a clip, one frame is moved by the landmarks of another, and the other is the truth. Of a
still with an open mouth, the mouth is shut by warping and opened again, and the still is the truth.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np

from talkinghead.errors import FaceError, InputError, TalkingHeadError
from talkinghead.face.detect import Detector
from talkinghead.face.follow import fill_gaps
from talkinghead.geometry.align import similarity
from talkinghead.geometry.mouth import close_mouth, face_width, gaps
from talkinghead.landmarks import STABLE
from talkinghead.media.image import read_image
from talkinghead.media.video import read_video
from talkinghead.render.paint import after, ride, sampled, window, within
from talkinghead.render.photo import PhotoRenderer
from talkinghead.train.clips import SUFFIXES, face_finder
from talkinghead.train.jobs import Job, Progress, run_jobs
from talkinghead.train.splits import Listing, listings, split_of
from talkinghead.train.store import files_below, write_arrays
from talkinghead.types import Array, Portrait

SIDE, MARGIN = 96, 8  # pixels of the square, and around it, for it to be moved about
QUOTA = 120  # pairs of one talker, shared by his clips
LEAST, MOST, EACH = 6, 64, 8  # pairs of one clip, and of one source frame
FRAMES = 150  # of a clip that are looked at
TURN = 0.95  # cosine of the angle by which the head may have turned from source to target
PARTED = 0.04  # of the face's width: a still's mouth is open enough to learn from
AGREE = 0.06  # of the face's width, mean distance of a still's points from those set by hand
STILLS = 40  # in one file


@dataclass(frozen=True)
class Pairs:
    """Pairs of one clip or of some stills; p is the side of their squares."""

    sources: Array  # (m, p, p, 3) uint8, of the portraits
    before: Array  # (m, 68, 2) float32 landmarks in the square
    which: Array  # (n,) the source of each pair
    warped: Array  # (n, p, p, 3) uint8, the portrait moved
    targets: Array  # (n, p, p, 3) uint8, the truth
    now: Array  # (n, 68, 2) float32
    talker: str

    def __len__(self) -> int:
        return len(self.which)


class _Collected:
    """Pairs as they are made."""

    def __init__(self, side: int, talker: str):
        self.side, self.talker = side, talker
        self.margin = MARGIN * side // SIDE
        self.rows: dict[str, list[Array]] = defaultdict(list)

    def add(self, portrait: Portrait, frames: list[Array], points: list[Array]) -> None:
        """A source, and the frames and points it is to become."""
        renderer, size = PhotoRenderer(portrait), self.side + 2 * self.margin
        square = window(portrait.landmarks, self.side, self.margin)
        self.rows["sources"].append(sampled(portrait.image, square, size))
        self.rows["before"].append(within(portrait.landmarks, square).astype(np.float32))
        for frame, target in zip(frames, points, strict=True):
            matrix = after(ride(portrait.landmarks, target), square)
            self.rows["which"].append(np.array(len(self.rows["sources"]) - 1))
            self.rows["warped"].append(sampled(renderer.warp(target).image, matrix, size))
            self.rows["targets"].append(sampled(frame, matrix, size))
            self.rows["now"].append(within(target, matrix).astype(np.float32))

    def done(self) -> Pairs:
        """All of them. Raises InputError where there is none."""
        if not self.rows["which"]:
            raise InputError("no pair of frames differs enough to learn from")
        return Pairs(**{k: np.stack(v) for k, v in self.rows.items()}, talker=self.talker)


def pairs_of_clip(path: Path, faces: Detector, talker: str, count: int, side: int) -> Pairs:
    """About `count` pairs of frames of one clip. Raises TalkingHeadError where it has none."""
    frames = read_video(path, max_frames=FRAMES).frames
    frames = frames[::2]  # neighbours are alike
    seen = frames.mean(axis=(1, 2, 3)) > 4  # some clips begin in black
    frames = frames[seen]
    points = fill_gaps(faces.follow(frames))
    rng = np.random.default_rng(crc32(path.name.encode()))
    parted = gaps(points).max(axis=1) / face_width(points)
    made = _Collected(side, talker)
    for number in range(math.ceil(count / EACH)):
        # Speech is driven from a face at rest, yet pictures are taken in any state.
        drawn = rng.integers(len(frames), size=max(2, len(frames) // 4))
        source = int(drawn[parted[drawn].argmin()] if number % 2 == 0 else drawn[0])
        places = _targets(points, parted, source, min(EACH, count), rng)
        if places:
            portrait = Portrait(frames[source], points[source].astype(np.float32))
            made.add(portrait, [frames[i] for i in places], [points[i] for i in places])
    return made.done()


def _targets(
    points: Array, parted: Array, source: int, count: int, rng: np.random.Generator
) -> list[int]:
    """Frames spread evenly over how open the mouth is, with the head turned as in the source."""
    turns = np.array([similarity(points[source][STABLE], p[STABLE])[1] for p in points])
    angle = (turns.trace(axis1=1, axis2=2) - 1) / 2
    able = np.flatnonzero((angle > TURN) & (np.arange(len(points)) != source))
    able = able[np.argsort(parted[able])]
    if len(able) < 2:
        return []
    edges = np.linspace(0, len(able), count + 1)
    return [int(able[int(rng.uniform(a, b))]) for a, b in pairwise(edges)]


def pairs_of_stills(paths: list[Path], faces: Detector, by_hand: dict[str, Array], side: int
) -> Pairs:  # fmt: skip
    """A pair of each still whose mouth is open, and whose points agree with those set by hand."""
    made = _Collected(side, f"stills/{paths[0].stem}")  # too many to be one talker
    for path in paths:
        image, truth = read_image(path), by_hand[path.stem]
        for face in faces.faces(image):
            points = face.points.astype(np.float64)
            unit = float(face_width(points))
            far = float(np.linalg.norm(points[17:, :2] - truth[17:], axis=1).mean())
            if far > AGREE * unit or gaps(points).max() < PARTED * unit:
                continue
            shut = close_mouth(points)
            try:
                closed = PhotoRenderer(Portrait(image, points)).warp(shut).image
                made.add(Portrait(closed, shut), [image], [points])
            except FaceError:
                continue
    return made.done()


def save_pairs(pairs: Pairs, path: Path) -> None:
    """Write the pairs of one file."""
    write_arrays(path, **vars(pairs))


def pairs_in(folder: Path) -> Iterator[Pairs]:
    """All pairs below a folder that `preprocess_pairs` filled, in a fixed order."""
    for path in files_below(folder, "pairs", "preprocess pairs DATA"):
        with np.load(path) as stored:
            rest = {name: stored[name] for name in stored.files if name != "talker"}
            yield Pairs(**rest, talker=str(stored["talker"]))


@dataclass(frozen=True)
class _Order:
    paths: list[Path]
    target: Path
    talker: str
    count: int
    side: int


def _work(order: _Order) -> str | None:
    try:
        if order.paths[0].suffix.lower() in SUFFIXES:
            pairs = pairs_of_clip(
                order.paths[0], face_finder(), order.talker, order.count, order.side
            )
        else:
            folder = order.paths[0].parent
            with np.load(folder / "landmarks68.npz") as stored:
                by_hand = {path.stem: stored[path.stem] for path in order.paths}
            pairs = pairs_of_stills(order.paths, face_finder(), by_hand, order.side)
        save_pairs(pairs, order.target)
    except TalkingHeadError as error:
        return f"{order.target.stem}: {error}"
    return None


def _orders(root: Path, out: Path, side: int) -> list[_Order]:
    """What there is to do below `root`; test talkers are passed over."""
    known = listings(root)
    by_talker: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(p for p in root.rglob("*") if p.suffix.lower() in SUFFIXES):
        name = path.relative_to(root)
        talker = known.get(name, Listing(name.parent.name)).talker
        if split_of(talker) != "test":
            by_talker[talker].append(path)
    orders = []
    for talker, clips in by_talker.items():
        count = min(MOST, max(LEAST, math.ceil(QUOTA / len(clips))))
        for path in clips[:: max(1, LEAST * len(clips) // QUOTA)]:
            target = out / path.relative_to(root).with_suffix(".npz")
            orders.append(_Order([path], target, talker, count, side))
    for listing in sorted(root.rglob("landmarks68.npz")):
        with np.load(listing) as stored:
            stills = [p for p in sorted(listing.parent.glob("*.jpg")) if p.stem in stored]
        folder = out / listing.parent.relative_to(root)
        for start in range(0, len(stills), STILLS):
            some = stills[start : start + STILLS]
            orders.append(_Order(some, folder / f"stills_{start:05}.npz", "stills", 1, side))
    # In any order but the folders': what an interrupted run leaves is balanced.
    return sorted(orders, key=lambda order: crc32(order.target.as_posix().encode()))


def preprocess_pairs(
    root: Path,
    out: Path,
    workers: int = 2,
    side: int = SIDE,
    progress: Progress | None = None,
) -> list[str]:
    """Make pairs of every clip below `root`, and of stills beside a landmarks68.npz.

    That file holds points set by hand, name -> (68, 2) in pixels. See `run_jobs`.
    """
    orders = _orders(root, out, side)
    if not orders:
        raise InputError(f"{root}: no video clips ({', '.join(sorted(SUFFIXES))}) to take pairs of")
    jobs = [
        Job(order.target.relative_to(out).as_posix(), _work, (order,), order.target)
        for order in orders
    ]
    return run_jobs(jobs, out, workers, progress)
