"""What more film would bring: the content branch taught by a share of the talkers, and by all.

The talkers of a share are drawn by chance from every source, and voices without film join in as
in the branch's first round (ckpt/README.md). Measured on the validation talkers. A quarter of an
hour a share on one core: python benchmarks/more_talkers.py EXAMPLES SPEECH
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from talkinghead import weights
from talkinghead.clock import FPS
from talkinghead.speech.voice_weights import VOICE
from talkinghead.train.clips import load_example
from talkinghead.train.content import train_content
from talkinghead.train.data import group_of
from talkinghead.train.loop import Plan
from talkinghead.train.splits import split_of
from talkinghead.train.store import files_below

Films = dict[str, dict[str, list[Path]]]  # source -> talker -> examples


def drawn(films: Films, share: float, seed: int) -> list[list[Path]]:
    """The examples of each talker that is drawn."""
    rng = np.random.default_rng(seed)
    chosen = []
    for _, talkers in sorted(films.items()):
        count = max(1, round(share * len(talkers)))
        chosen += [talkers[name] for name in rng.permutation(sorted(talkers))[:count]]
    return chosen


def taught(examples: Path, paths: Iterable[Path], speech: Path, plan: Plan) -> dict[str, float]:
    """Figures of a branch that learns from, and is judged by, some of the examples alone."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data")
        for path in paths:
            link = data / path.relative_to(examples)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path.resolve())
        return train_content(
            data, Path(folder, "content.safetensors"), Path(folder, "run"), plan,
            voice=weights.FOLDER / VOICE, speech=speech,
        )  # fmt: skip


def main() -> None:
    """Print the figures of each share."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=Path, help="what 'talkinghead preprocess clips' made")
    parser.add_argument("speech", type=Path, help="what 'talkinghead preprocess speech' made")
    parser.add_argument("--shares", type=float, nargs="+", default=[0.25, 0.5, 1.0])
    parser.add_argument("--steps", type=int, default=300, help="(default: 300)")
    parser.add_argument("--seed", type=int, default=0, help="who is drawn (default: 0)")
    args = parser.parse_args()
    films: Films = defaultdict(lambda: defaultdict(list))
    judged, frames = [], {}
    for path in files_below(args.examples, "examples", "preprocess clips DATA"):
        one = load_example(path)
        split = split_of(one.talker)
        if split == "validation":
            judged.append(path)
        elif split == "train" and one.samples.size:
            films[group_of(one.source)][one.talker].append(path)
            frames[path] = len(one.points)
    plan = Plan(steps=args.steps, every=60, seed=args.seed)
    for share in args.shares:
        talkers = drawn(films, share, args.seed)
        chosen = [path for talker in talkers for path in talker]
        told = taught(args.examples, [*chosen, *judged], args.speech, plan)
        minutes = sum(frames[path] for path in chosen) / FPS / 60
        figures = "  ".join(f"{name} {value:.3f}" for name, value in told.items() if "r_" in name)
        print(f"{len(talkers)} talkers, {minutes:.0f} minutes: {figures}", flush=True)


if __name__ == "__main__":
    main()
