"""Validation metrics of the speaker branch: predicted and true ranges of motion of speakers."""

from collections import defaultdict
from typing import Any, cast

import numpy as np
from scipy.stats import spearmanr
from torch import nn

from talkinghead.models.speaker_branch import POSE_CHANNELS, SpeakerBranch
from talkinghead.motion.predict import predict_speaker_motion
from talkinghead.train.speaker.batches import Recording, group_by_speaker, motion_log_ranges

CLIPS_PER_SPEAKER = 6


def validate(net: nn.Module, recordings: list[Recording], seeds: int = 2) -> dict[str, float]:
    """How far ranges and speeds are from the true ones, and whether the ranges rank alike.

    `range` and `speed` are mean log ratios over the pose channels, 0 at best; `distance` is the
    mean absolute log ratio of the speakers; `rank` is Spearman's correlation over speakers, the
    mean over channels. Frames are not compared with the truth: head motion is not determined.
    """
    branch = cast(SpeakerBranch, net)
    ranges, true_ranges, speeds, mouths = [], [], [], []
    for clips in group_by_speaker(r for r in recordings if r.has_speech).values():
        rows = defaultdict(list)
        for number, clip in enumerate(clips[:CLIPS_PER_SPEAKER]):
            for seed in range(seeds):
                motion = predict_speaker_motion(
                    branch, clip.content, clip.speaker_embedding, len(clip.pose),
                    1000 * number + seed,
                )  # fmt: skip
                log_ranges = motion_log_ranges(motion.residual, motion.pose)
                rows["range"].append(log_ranges[: POSE_CHANNELS + 1])
                rows["mouth"].append(np.log(motion.mouth_range))
                speed, true_speed = (
                    np.diff(pose, axis=0).std(axis=0) for pose in (motion.pose, clip.pose)
                )
                rows["speed"].append(np.log(speed / true_speed + 1e-3))
        ranges.append(np.mean(rows["range"], axis=0))
        speeds.append(np.mean(rows["speed"], axis=0))
        mouths.append(float(np.mean(rows["mouth"])))
        true_ranges.append(np.mean([c.log_ranges for c in clips[:CLIPS_PER_SPEAKER]], axis=0))
    predicted, true = np.array(ranges), np.array(true_ranges)
    ratio = predicted[:, :POSE_CHANNELS] - true[:, :POSE_CHANNELS]
    metrics = {
        "range": float(ratio.mean()),
        "speed": float(np.mean(speeds)),
        "distance": float(np.abs(ratio).mean()),
    }
    if len(true) > 2:
        ranks = [_rank_correlation(predicted[:, k], true[:, k]) for k in range(POSE_CHANNELS + 1)]
        metrics["rank"] = float(np.mean(ranks[:POSE_CHANNELS]))
        metrics["rank brows"] = ranks[POSE_CHANNELS]
        metrics["rank mouth"] = _rank_correlation(mouths, true[:, -1])
    error = np.abs(ratio.mean(axis=0)).mean() + np.abs(np.mean(speeds, axis=0)).mean()
    metrics["score"] = float(0.5 * metrics.get("rank", 0.0) - error)
    return metrics


def _rank_correlation(a: Any, b: Any) -> float:
    """Spearman's correlation; 0 where all values of one side are equal."""
    return float(spearmanr(a, b)[0]) if np.ptp(a) > 0 and np.ptp(b) > 0 else 0.0
