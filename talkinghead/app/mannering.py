"""`talkinghead evaluate manner`: does each voice move as its talker does?"""

import json
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from talkinghead.app.files import check_target
from talkinghead.app.film import load
from talkinghead.app.options import add_models, add_reporting, positive
from talkinghead.app.progress import Progress
from talkinghead.app.reports import add_output, show
from talkinghead.clock import RATE
from talkinghead.evaluate.manner import FIGURES, WINDOW, Told, manners, swapped
from talkinghead.evaluate.report import plain
from talkinghead.evaluate.table import grid, number
from talkinghead.geometry.mouth import opening
from talkinghead.pipeline import Animator
from talkinghead.train.clips import Example, examples_in
from talkinghead.train.splits import split_of
from talkinghead.types import Array, FaceShape, FaceTrack, Waveform

EXAMPLES = """\
examples:
  talkinghead preprocess clips clips/ examples.d/
  talkinghead evaluate manner examples.d/
rank: Spearman's correlation of predicted and true range over the talkers. ratio: predicted over
true, geometric mean. swap: share of pairs of talkers whose range goes the right way when only
the voice is exchanged; 0.5 is chance.
"""
WHAT = "how far and fast each voice moves its head and mouth, against its talker"
CLIPS = 12  # of one talker, at most
REST_SHARE = 0.2  # of a clip's frames, the most closed, are its face at rest


def add_manner(kinds: Any) -> None:
    """`manner` among the kinds of `evaluate` (what argparse's add_subparsers returns)."""
    kind = kinds.add_parser("manner", help=WHAT, description=f"Measure {WHAT}.", epilog=EXAMPLES)
    kind.add_argument("data", metavar="DIR", type=Path, help="what 'preprocess clips' made")
    kind.add_argument(
        "--split", choices=["test", "validation", "train"], default="test",
        help="whose talkers are measured (default: %(default)s)",
    )  # fmt: skip
    kind.add_argument(
        "--pairs", type=positive, default=100, metavar="N",
        help="exchanged voices (default: %(default)s)",
    )  # fmt: skip
    add_output(kind)
    add_models(kind, detector=False)
    add_reporting(kind)
    kind.set_defaults(run=evaluate)


def told(examples: Iterator[Example], split: str) -> Iterator[Told]:
    """The spoken recordings of a split's talkers, at most CLIPS of each."""
    used: dict[str, int] = defaultdict(int)
    for one in examples:
        spoken = one.samples.size and len(one.points) >= WINDOW
        if not spoken or split_of(one.talker) != split or used[one.talker] >= CLIPS:
            continue
        used[one.talker] += 1
        order = np.argsort(opening(one.points))[: max(1, round(REST_SHARE * len(one.points)))]
        face = FaceShape(one.points[order].mean(axis=0).astype(np.float32))
        wave = Waveform(one.samples, RATE)
        yield Told(one.talker, wave, face, FaceTrack(one.points, one.pose))


def evaluate(args: Namespace, progress: Progress) -> None:
    """Measure, and print a table or JSON."""
    if args.out:
        check_target(args.out)
    recordings = list(told(examples_in(args.data), args.split))
    animator: Animator = load(args, progress)

    def move(wave: Waveform, face: FaceShape, voice: Array | None) -> FaceTrack:
        features = animator.listen(wave)
        if voice is not None:
            features = replace(features, speaker=voice)
        return animator.move(features, face)

    progress.stage("moving as each voice")
    found = manners(recordings, move)
    heard: dict[str, list[Array]] = defaultdict(list)
    for one in recordings:
        heard[one.talker].append(animator.listen(one.wave).speaker)
    voices = {name: _mean(own) for name, own in heard.items()}
    progress.stage("exchanging voices")
    swap = swapped(recordings, move, voices, np.random.default_rng(0), args.pairs)
    ranks, ratios = found.ranks(), found.ratios()
    figures = {
        name: {"rank": ranks[name], "ratio": ratios[name], "swap": swap[name]} for name in FIGURES
    }
    told_of = {name: plain(row) for name, row in figures.items()}  # NaN is no JSON
    text = json.dumps({"talkers": found.talkers, "figures": told_of}, indent=1, allow_nan=False)
    rows = [[name, *(number(value) for value in row.values())] for name, row in figures.items()]
    table = grid([f"{len(found.talkers)} talkers", "rank", "ratio", "swap"], rows)
    show(args, progress, text, table)
    progress.success(talkers=len(found.talkers))


def _mean(embeddings: list[Array]) -> Array:
    mean = np.mean(embeddings, axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)
