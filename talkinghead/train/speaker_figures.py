"""What the speaker branch is judged by: talkers' ranges of motion beside the true ones."""

from collections import defaultdict
from typing import Any, cast

import numpy as np
from scipy.stats import spearmanr
from torch import nn

from talkinghead.motion.predict import speaker_motion
from talkinghead.motion.speaker_branch import AXES, SpeakerBranch
from talkinghead.train.sequences import Recording, by_talker, figures_of

HEARD_OUT = 6  # clips of each validation talker


def validate(net: nn.Module, recordings: list[Recording], seeds: int = 2) -> dict[str, float]:
    """Are talkers' ranges and speeds like the true ones, and do the ranges rank alike?

    `range` and `speed` are mean log ratios over the axes, 0 at best; `apart` the mean
    distance of log ratios of the talkers from 0; `rank` is Spearman's, over talkers, mean of
    the axes. Distance from the truth frame by frame is not measured: heads are free.
    """
    branch = cast(SpeakerBranch, net)
    shown, true, speeds, mouths = [], [], [], []
    for talker in by_talker(r for r in recordings if r.speaks).values():
        rows = defaultdict(list)
        for number, clip in enumerate(talker[:HEARD_OUT]):
            for seed in range(seeds):
                drawn = 1000 * number + seed
                frames = len(clip.pose)
                made = speaker_motion(branch, clip.content, clip.speaker, frames, drawn)
                rows["range"].append(figures_of(made.residual, made.pose)[: AXES + 1])
                rows["mouth"].append(np.log(made.mouth))
                quick, true_quick = (np.diff(p, axis=0).std(axis=0) for p in (made.pose, clip.pose))
                rows["speed"].append(np.log(quick / true_quick + 1e-3))
        shown.append(np.mean(rows["range"], axis=0))
        speeds.append(np.mean(rows["speed"], axis=0))
        mouths.append(float(np.mean(rows["mouth"])))
        true.append(np.mean([clip.figures for clip in talker[:HEARD_OUT]], axis=0))
    made_up, real = np.array(shown), np.array(true)
    ratio = made_up[:, :AXES] - real[:, :AXES]
    figures = {
        "range": float(ratio.mean()),
        "speed": float(np.mean(speeds)),
        "apart": float(np.abs(ratio).mean()),
    }
    if len(real) > 2:
        ranks = [_rank(made_up[:, k], real[:, k]) for k in range(AXES + 1)]
        figures["rank"] = float(np.mean(ranks[:AXES]))
        figures["rank brows"], figures["rank mouth"] = ranks[AXES], _rank(mouths, real[:, -1])
    off = np.abs(ratio.mean(axis=0)).mean() + np.abs(np.mean(speeds, axis=0)).mean()
    figures["score"] = float(0.5 * figures.get("rank", 0.0) - off)
    return figures


def _rank(a: Any, b: Any) -> float:
    """Spearman's correlation; 0 where one side is all alike."""
    return float(spearmanr(a, b)[0]) if np.ptp(a) > 0 and np.ptp(b) > 0 else 0.0
