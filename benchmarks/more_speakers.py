"""The benefit of more video: the content branch trained on a share of the speakers, and on all.

    python benchmarks/more_speakers.py EXAMPLES SPEECH

The speakers of a share are drawn at random from every corpus; audio-only speakers are used as in
the first round of training (docs/training.md). Measured on the validation speakers. A quarter of
an hour per share on one core.
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from talkinghead.models import checkpoint
from talkinghead.sample_rates import FPS
from talkinghead.speech.content_encoder import CONTENT_VOICE_FILE
from talkinghead.train.content.trainer import train_content
from talkinghead.train.data.array_store import require_files
from talkinghead.train.data.clips import load_example
from talkinghead.train.data.speakers import corpus_of
from talkinghead.train.data.splits import split_of
from talkinghead.train.loop import TrainConfig

Corpora = dict[str, dict[str, list[Path]]]  # corpus -> speaker -> examples


def draw_speakers(corpora: Corpora, share: float, seed: int) -> list[list[Path]]:
    """The examples of each drawn speaker."""
    rng = np.random.default_rng(seed)
    chosen = []
    for _, speakers in sorted(corpora.items()):
        count = max(1, round(share * len(speakers)))
        chosen += [speakers[name] for name in rng.permutation(sorted(speakers))[:count]]
    return chosen


def train_on(
    examples: Path, paths: Iterable[Path], speech: Path, config: TrainConfig
) -> dict[str, float]:
    """Validation metrics of a branch trained and validated on the given examples."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data")
        for path in paths:
            link = data / path.relative_to(examples)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path.resolve())
        return train_content(
            data, Path(folder, "content.safetensors"), Path(folder, "run"), config,
            content_voice=checkpoint.FOLDER / CONTENT_VOICE_FILE, speech=speech,
        )  # fmt: skip


def main() -> None:
    """Print the metrics of each share."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=Path, help="what 'talkinghead preprocess clips' made")
    parser.add_argument("speech", type=Path, help="what 'talkinghead preprocess speech' made")
    parser.add_argument("--shares", type=float, nargs="+", default=[0.25, 0.5, 1.0])
    parser.add_argument("--steps", type=int, default=300, help="(default: 300)")
    parser.add_argument("--seed", type=int, default=0, help="of the drawing (default: 0)")
    args = parser.parse_args()
    corpora: Corpora = defaultdict(lambda: defaultdict(list))
    validation, frames = [], {}
    for path in require_files(args.examples, "examples", "preprocess clips DATA"):
        example = load_example(path)
        split = split_of(example.speaker)
        if split == "validation":
            validation.append(path)
        elif split == "train" and example.samples.size:
            corpora[corpus_of(example.source)][example.speaker].append(path)
            frames[path] = len(example.points)
    config = TrainConfig(steps=args.steps, eval_every=60, seed=args.seed)
    for share in args.shares:
        speakers = draw_speakers(corpora, share, args.seed)
        chosen = [path for speaker in speakers for path in speaker]
        values = train_on(args.examples, [*chosen, *validation], args.speech, config)
        minutes = sum(frames[path] for path in chosen) / FPS / 60
        metrics = "  ".join(f"{name} {value:.3f}" for name, value in values.items() if "r_" in name)
        print(f"{len(speakers)} speakers, {minutes:.0f} minutes: {metrics}", flush=True)


if __name__ == "__main__":
    main()
