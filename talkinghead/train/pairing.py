"""All pairs of a data folder: which clips and stills to take them of, and how many of each."""

import math
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np

from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.train.clips import SUFFIXES, face_finder
from talkinghead.train.jobs import Job, Progress, run_jobs
from talkinghead.train.pairs import SIDE, pairs_of_clip, pairs_of_stills, save_pairs
from talkinghead.train.splits import Listing, listings, split_of

QUOTA = 120  # pairs of one talker, shared by his clips
LEAST, MOST = 6, 64  # pairs of one clip
STILLS = 40  # in one file


@dataclass(frozen=True)
class _Order:
    paths: list[Path]
    target: Path
    talker: str
    count: int
    side: int
    speaks: bool = True


def _work(order: _Order) -> str | None:
    try:
        if order.paths[0].suffix.lower() in SUFFIXES:
            pairs = pairs_of_clip(
                order.paths[0],
                face_finder(),
                order.talker,
                order.count,
                order.side,
                order.speaks,
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
    by_talker: dict[str, list[tuple[Path, bool]]] = defaultdict(list)
    for path in sorted(p for p in root.rglob("*") if p.suffix.lower() in SUFFIXES):
        name = path.relative_to(root)
        listing = known.get(name, Listing(name.parent.name))
        if split_of(listing.talker) != "test":
            by_talker[listing.talker].append((path, listing.speech))
    orders = []
    for talker, clips in by_talker.items():
        count = min(MOST, max(LEAST, math.ceil(QUOTA / len(clips))))
        for path, speaks in clips[:: max(1, LEAST * len(clips) // QUOTA)]:
            target = out / path.relative_to(root).with_suffix(".npz")
            orders.append(_Order([path], target, talker, count, side, speaks))
    for by_hand in sorted(root.rglob("landmarks68.npz")):
        with np.load(by_hand) as stored:
            stills = [p for p in sorted(by_hand.parent.glob("*.jpg")) if p.stem in stored]
        folder = out / by_hand.parent.relative_to(root)
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
    return run_jobs(jobs, root, out, workers, progress)
