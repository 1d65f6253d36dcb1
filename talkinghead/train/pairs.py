"""Clips and stills to pairs of frames: what the translator is to paint, beside what it is given.

Of a clip, one frame is moved by the landmarks of another, and the other is the truth; some pairs
follow one another frame by frame, with what is heard meanwhile. Of a still with an open mouth,
the mouth is shut by warping and opened again, and the still is the truth.
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
from talkinghead.face.base import Detector
from talkinghead.face.follow import check_found, fill_gaps
from talkinghead.geometry.affine import after
from talkinghead.geometry.align import similarity
from talkinghead.geometry.mouth import close_mouth, face_width, gaps
from talkinghead.landmarks import FEATURES, STABLE
from talkinghead.media.image import read_image
from talkinghead.media.video import read_video
from talkinghead.render.paint import ride, sampled, window, within
from talkinghead.render.photo import PhotoRenderer
from talkinghead.speech.mel import BANDS
from talkinghead.sync.net import HEARD, SEEN
from talkinghead.sync.squares import heard, mel_of, shown_at
from talkinghead.train.store import files_below, read_arrays, write_arrays
from talkinghead.types import Array, Footage, Portrait

SIDE, MARGIN = 96, 8  # pixels of the square, and around it, for it to be moved about
EACH = 8  # pairs of one source frame
FRAMES = 150  # of a clip that are looked at
RUNS = 2  # of a clip, of pairs that follow one another
TOGETHER = SEEN  # frames of a run, a fifth of a second: what the sync expert sees at once
TRIED = 4  # places that a run is drawn from: the one with the most movement of lips
TURN = 0.95  # cosine of the angle by which the head may have turned from source to target
PARTED = 0.04  # of the face's width: a still's mouth is open enough to learn from
AGREE = 0.06  # of the face's width, mean distance of a still's points from those set by hand


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
    runs: Array = field(default_factory=lambda: np.zeros((0, TOGETHER), dtype=np.int64))
    # (k, TOGETHER) pairs that follow one another at 25 frames a second, all of one source
    mel: Array = field(default_factory=lambda: np.zeros((0, HEARD, BANDS), dtype=np.float16))
    # (k, HEARD, BANDS) what is heard with each run, see `sync.squares.heard`; NaN without sound

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

    def follow(
        self, portrait: Portrait, frames: list[Array], points: list[Array], mel: Array
    ) -> None:
        """The same of frames that follow one another, and what is heard with them."""
        self.add(portrait, frames, points)
        end = len(self.rows["which"])
        self.rows["runs"].append(np.arange(end - len(frames), end))
        self.rows["mel"].append(mel.astype(np.float16))

    def done(self) -> Pairs:
        """All of them. Raises InputError where there is none."""
        if not self.rows["which"]:
            raise InputError("no pair of frames differs enough to learn from")
        return Pairs(**{k: np.stack(v) for k, v in self.rows.items()}, talker=self.talker)


def pairs_of_clip(
    path: Path, faces: Detector, talker: str, count: int, side: int, speaks: bool = True
) -> Pairs:
    """About `count` pairs of frames of one clip, and its runs of pairs that follow one another.

    What is heard is kept where the clip `speaks`. Raises TalkingHeadError where it has no pair.
    """
    footage = read_video(path, max_frames=FRAMES)
    shown = footage.frames[shown_at(len(footage.frames), footage.fps)]
    seen = shown.mean(axis=(1, 2, 3)) > 4  # some clips begin in black
    first = int(seen.argmax())
    shown = shown[first:]
    points = fill_gaps(check_found(faces.follow(shown)))
    rng = np.random.default_rng(crc32(path.name.encode()))
    made = _Collected(side, talker)
    frames, apart = shown[::2], points[::2]  # neighbours are alike
    parted = gaps(apart).max(axis=1) / face_width(apart)
    for number in range(math.ceil(count / EACH)):
        # Speech is driven from a face at rest, yet pictures are taken in any state.
        drawn = rng.integers(len(frames), size=max(2, len(frames) // 4))
        source = int(drawn[parted[drawn].argmin()] if number % 2 == 0 else drawn[0])
        places = _targets(apart, parted, source, min(EACH, count), rng)
        if places:
            portrait = Portrait(frames[source], apart[source].astype(np.float32))
            made.add(portrait, [frames[i] for i in places], [apart[i] for i in places])
    mel = _sound(footage) if speaks else None
    source = int(parted.argmin())
    portrait = Portrait(frames[source], apart[source].astype(np.float32))
    for start in _starts(points, 2 * source, rng):
        run = range(start, start + TOGETHER)
        known = np.full((HEARD, BANDS), np.nan) if mel is None else heard(mel, start + first, SEEN)
        made.follow(portrait, [shown[i] for i in run], [points[i] for i in run], known)
    return made.done()


def _sound(footage: Footage) -> Array | None:
    """Log-mel (n, BANDS) of footage that is not mute."""
    if footage.audio is None or np.ptp(footage.audio.samples) == 0:
        return None
    return mel_of(footage.audio)


def _starts(points: Array, source: int, rng: np.random.Generator) -> list[int]:
    """First frames of RUNS runs, where the lips move and the head is turned as in the source."""
    able = np.convolve(_facing(points, points[source]), np.ones(TOGETHER), "valid") == TOGETHER
    places = np.flatnonzero(able)
    if len(places) < RUNS * TOGETHER:
        return []
    parted = gaps(points).max(axis=1) / face_width(points)
    moved = np.convolve(np.abs(np.diff(parted)), np.ones(TOGETHER - 1), "valid")
    parts = np.array_split(places, RUNS)
    drawn = [rng.choice(part, size=min(TRIED, len(part)), replace=False) for part in parts]
    return [int(some[moved[some].argmax()]) for some in drawn]


def _facing(points: Array, source: Array) -> Array:
    """(t,) whether the head of (t, 68, 3) is turned about as that of (68, 3)."""
    turns = np.array([similarity(source[STABLE], p[STABLE])[1] for p in points])
    return np.asarray((turns.trace(axis1=1, axis2=2) - 1) / 2 > TURN)


def _targets(
    points: Array, parted: Array, source: int, count: int, rng: np.random.Generator
) -> list[int]:
    """Frames spread evenly over how open the mouth is, with the head turned as in the source."""
    facing = _facing(points, points[source])
    able = np.flatnonzero(facing & (np.arange(len(points)) != source))
    able = able[np.argsort(parted[able])]
    if len(able) < 2:
        return []
    edges = np.linspace(0, len(able), count + 1)
    return [int(able[int(rng.uniform(a, b))]) for a, b in pairwise(edges)]


def pairs_of_stills(
    paths: list[Path], faces: Detector, by_hand: dict[str, Array], side: int
) -> Pairs:
    """A pair of each still whose mouth is open, and whose points agree with those set by hand."""
    made = _Collected(side, f"stills/{paths[0].stem}")  # too many to be one talker
    for path in paths:
        image, truth = read_image(path), by_hand[path.stem]
        for face in faces.faces(image):
            points = face.points.astype(np.float64)
            unit = float(face_width(points))
            far = float(np.linalg.norm(points[FEATURES, :2] - truth[FEATURES], axis=1).mean())
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
        with read_arrays(path) as stored:
            rest = {name: stored[name] for name in stored.files if name != "talker"}
            yield Pairs(**rest, talker=str(stored["talker"]))
