"""How far sound can tell a mouth at all: a talker's lips from his own other clips, and from others.

What his own film does not teach, nobody else's can; so the first figure bounds the second, and
what `talkinghead evaluate motion` can reach on such clips. Both are linear maps of what is heard
(talkinghead/train/coarticulation.py), fitted in folds, and never measured on what they were
fitted to: python benchmarks/predictability.py EXAMPLES
"""

import argparse
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np

from talkinghead import weights
from talkinghead.evaluate.metrics import correlation
from talkinghead.geometry.mouth import opening, width
from talkinghead.speech.voice_weights import VOICE
from talkinghead.train.clips import examples_in
from talkinghead.train.coarticulation import Teacher, context_in, fit
from talkinghead.train.data import Talker, group_of, talkers_of
from talkinghead.train.ear import Ear, voice_ear
from talkinghead.train.splits import split_of

FOLDS = 4


def measured(teacher: Teacher, talker: Talker, ear: Ear) -> list[tuple[float, float]]:
    """Correlation of opening and width in each of a talker's clips."""
    voice, pairs = ear.voice_of(talker), []
    for cut in talker.cuts:
        told = teacher(context_in(cut.samples, len(cut.offsets), ear, voice))
        lips, true = talker.face + told, talker.face + cut.offsets
        r_open = correlation(opening(told), opening(cut.offsets))
        pairs.append((r_open, correlation(width(lips), width(true))))
    return pairs


def fold_of(talker: Talker, fold: int) -> tuple[Talker, Talker]:
    """A talker without the clips of a fold, and with them alone."""
    mine = talker.cuts[fold::FOLDS]
    rest = [cut for at, cut in enumerate(talker.cuts) if at % FOLDS != fold]
    return replace(talker, cuts=rest), replace(talker, cuts=mine)


def main() -> None:
    """Print a line for every talker with enough clips, and the means of each source."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=Path, help="what 'talkinghead preprocess clips' made")
    parser.add_argument("--least", type=int, default=20, help="clips of a talker (default: 20)")
    parser.add_argument("--most", type=int, default=80, help="of them that are used (default: 80)")
    args = parser.parse_args()
    ear = voice_ear(weights.FOLDER / VOICE)
    heard = (one for one in examples_in(args.examples) if split_of(one.talker) != "test")
    talkers = [
        replace(one, voice=ear.voice(one.speech), cuts=one.cuts[:: -(-len(one.cuts) // args.most)])
        for one in talkers_of(heard)
    ]
    rows: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    print(f"{'talker':16}{'clips':>6}   own clips  others' clips   (r_open / r_width)")
    for fold in range(FOLDS):
        strangers = fit([one for at, one in enumerate(talkers) if at % FOLDS != fold], ear)
        for talker in talkers[fold::FOLDS]:
            if len(talker.cuts) < args.least:
                continue
            own = []
            for part in range(FOLDS):
                rest, mine = fold_of(talker, part)
                own += measured(fit([rest], ear), mine, ear)
            row = (*np.mean(own, axis=0), *np.mean(measured(strangers, talker, ear), axis=0))
            rows[group_of(talker.cuts[0].source)].append(row)
            print(_line(talker.name, len(talker.cuts), row), flush=True)
    for source, found in sorted(rows.items()):
        print(_line(f"mean {source}", len(found), tuple(np.mean(found, axis=0))))


def _line(name: str, count: int, row: tuple[float, ...]) -> str:
    own, other = row[:2], row[2:]
    return f"{name:16}{count:6}   {own[0]:.2f} / {own[1]:.2f}  {other[0]:.2f} / {other[1]:.2f}"


if __name__ == "__main__":
    main()
