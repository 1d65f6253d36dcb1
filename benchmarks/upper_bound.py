"""Upper bound of the correlations that 'talkinghead evaluate motion' can print, clip by clip.

    python benchmarks/upper_bound.py DATA --split test

Detector noise: landmarks are detected twice, in the original clip and in a rotated, smaller one.
Without noise both curves would be equal. If their correlation is a, perfect lips correlate with
either by at most the square root of a (Spearman 1904); an error that both detections share is not
measured. `noise` is the share of the jitter of the truth that they do not share. Video: the true
lips, but aligned with the audio by SyncNet (`late`), neutral in silence (`rest`), or `both`. Takes
about three minutes on two cores.
"""

import argparse
from functools import partial
from pathlib import Path

import numpy as np

from talkinghead.evaluate.clips import FaceTracker, find_clips, read_clips
from talkinghead.evaluate.motion import OffsetEstimator, read_ground_truth
from talkinghead.evaluate.motion_metrics import correlation, mean_acceleration, ratio, silent_frames
from talkinghead.evaluate.redetection import RotatedTracker
from talkinghead.evaluate.report import ClipMetrics, Report, SkippedClip
from talkinghead.evaluate.sync import offset_of
from talkinghead.face.detectors.mediapipe import MediapipeDetector
from talkinghead.geometry.mouth import mouth_opening, mouth_width
from talkinghead.sync.score import load_syncnet
from talkinghead.train.data.splits import clip_filter, clip_speakers
from talkinghead.types import Array, Video

PARTS = ("agree", "best", "late", "rest", "both")
BETTER = {f"{name}_{what}": "1" for name in PARTS for what in ("open", "width")}


def ideal_correlations(
    true: Array, neutral: float, silent: Array, offset: float
) -> dict[str, float]:
    """Correlation of a true curve (t,) with itself aligned with the audio, neutral in silence."""
    if np.isnan(offset):
        return dict.fromkeys(("late", "rest", "both"), float("nan"))
    at = np.clip(np.arange(len(true)) + int(offset), 0, len(true) - 1)
    return {
        "late": correlation(true[at], true),
        "rest": correlation(np.where(silent, neutral, true), true),
        "both": correlation(np.where(silent, neutral, true[at]), true),
    }


def bound_metrics(video: Video, faces: FaceTracker, offset: OffsetEstimator) -> dict[str, float]:
    """All metrics of a clip."""
    truth = read_ground_truth(video, faces, offset)
    points = truth.track.points
    second = read_ground_truth(video, RotatedTracker(faces)).track.points
    silent = silent_frames(truth.wave, len(points))
    metrics: dict[str, float] = {}
    for what, curve in (("open", mouth_opening), ("width", mouth_width)):
        true, neutral = curve(points), float(curve(truth.track.neutral))
        agree = correlation(true, curve(second))
        values = {"agree": agree, "best": max(agree, 0.0) ** 0.5}
        values |= ideal_correlations(true, neutral, silent, truth.offset)
        metrics |= {f"{name}_{what}": value for name, value in values.items()}
    return metrics | {
        "noise": ratio(mean_acceleration((points - second) / 2**0.5), mean_acceleration(points))
    }


def main() -> None:
    """Print the means over all clips, sources and speakers, and each clip."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of talking clips")
    parser.add_argument("--split", choices=["train", "validation", "test"], help="(default: all)")
    args = parser.parse_args()
    select = clip_filter(args.data, args.split, need_speech=True)
    faces, skipped_clips = MediapipeDetector(), list[SkippedClip]()
    offset = partial(offset_of, load_syncnet())
    measured = read_clips(
        args.data,
        find_clips(args.data, select),
        lambda source: bound_metrics(source.read(), faces, offset),
        skipped_clips,
    )
    clips = [ClipMetrics(clip.name, clip.group, metrics, {}) for clip, metrics in measured]
    print(
        Report(BETTER | {"noise": "0"}, clips, skipped_clips, clip_speakers(args.data)).to_table()
    )


if __name__ == "__main__":
    main()
