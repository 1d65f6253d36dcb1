"""What more film would bring: the content branch taught by a share of the talkers, and by all.

The talkers of a share are drawn by chance from every source, and voices without film join in as
in the branch's first round (ckpt/README.md). Measured on the validation talkers. A quarter of an
hour a share on one core: python benchmarks/more_talkers.py EXAMPLES SPEECH
"""

import argparse
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np

from talkinghead import weights
from talkinghead.speech.voice_weights import VOICE
from talkinghead.train.clips import load_example
from talkinghead.train.content import train_content
from talkinghead.train.data import group_of
from talkinghead.train.loop import Plan
from talkinghead.train.splits import split_of
from talkinghead.train.store import files_below

RATE = 25 * 60  # frames a minute


def main() -> None:
    """Print the figures of each share."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=Path, help="what 'talkinghead preprocess clips' made")
    parser.add_argument("speech", type=Path, help="what 'talkinghead preprocess speech' made")
    parser.add_argument("--shares", type=float, nargs="+", default=[0.25, 0.5, 1.0])
    parser.add_argument("--steps", type=int, default=300, help="(default: 300)")
    parser.add_argument("--seed", type=int, default=0, help="who is drawn (default: 0)")
    args = parser.parse_args()
    filmed: dict[str, dict[str, list[Path]]] = defaultdict(lambda: defaultdict(list))
    judged, frames = [], {}
    for path in files_below(args.examples, "examples", "preprocess clips DATA"):
        one = load_example(path)
        if split_of(one.talker) == "validation":
            judged.append(path)
        elif split_of(one.talker) == "train" and one.samples.size:
            filmed[group_of(one.source)][one.talker].append(path)
            frames[path] = len(one.points)
    for share in args.shares:
        rng = np.random.default_rng(args.seed)
        chosen, count = [], 0
        for _, talkers in sorted(filmed.items()):
            names = rng.permutation(sorted(talkers))[: max(1, round(share * len(talkers)))]
            chosen += [path for name in names for path in talkers[name]]
            count += len(names)
        with tempfile.TemporaryDirectory() as folder:
            data, run = Path(folder, "data"), Path(folder, "run")
            for path in [*chosen, *judged]:
                link = data / path.relative_to(args.examples)
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(path.resolve())
            told = train_content(
                data, Path(folder, "content.safetensors"), run,
                Plan(steps=args.steps, every=60, seed=args.seed),
                voice=weights.FOLDER / VOICE, speech=args.speech,
            )  # fmt: skip
        minutes = sum(frames[path] for path in chosen) / RATE
        figures = "  ".join(f"{name} {value:.3f}" for name, value in told.items() if "r_" in name)
        print(f"{count} talkers, {minutes:.0f} minutes: {figures}", flush=True)


if __name__ == "__main__":
    main()
