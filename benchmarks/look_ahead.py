"""Quality of a stream's motion by its look-ahead: `talkinghead evaluate motion` on streams.

    python benchmarks/look_ahead.py DATA --split test [--each 3] [--ms 80 120 200 400 600]

The first `--each` clips of every speaker, streamed block by block, each from the beginning: a
stream knows neither loudness nor speaker then. The first row is the motion of the recordings.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from talkinghead.config import MotionConfig
from talkinghead.evaluate.clips import find_clips
from talkinghead.evaluate.motion import Predictor, evaluate_motion
from talkinghead.evaluate.report import format_number, format_table
from talkinghead.pipeline import Animator
from talkinghead.sample_rates import FPS, FRAME_SAMPLES
from talkinghead.streaming.stream import FaceStream, look_ahead_frames
from talkinghead.train.data.splits import clip_filter, clip_speakers
from talkinghead.types import FaceShape, FaceTrack, Waveform

METRICS = ("r_open", "r_width", "lag", "amp", "m_lmd", "closures", "silence", "jitter")


def stream_predictor(animator: Animator, seconds: float | None) -> Predictor:
    """The motion of a stream with this look-ahead."""
    puppet = animator.cartoon("wilk", size=64)  # only its face is exchanged, nothing is rendered

    def predict(wave: Waveform, face: FaceShape) -> FaceTrack:
        subject = replace(puppet, face=face, lip_gain=(1.0, 1.0))
        frames = look_ahead_frames(animator.models, seconds)
        stream = FaceStream(animator.models, subject, MotionConfig(), FPS, None, frames)
        blocks = np.split(wave.samples, range(FRAME_SAMPLES, wave.samples.size, FRAME_SAMPLES))
        parts = [*(stream.push(block[None]) for block in blocks), stream.flush()]
        tracks = [part for part in parts if part is not None]
        return FaceTrack(
            np.concatenate([track.points for track in tracks]),
            np.concatenate([track.pose for track in tracks]),
        )

    return predict


def first_clips(folder: Path, split: str | None, each: int) -> Callable[[str], bool]:
    """Whether a clip of the split is among the first `each` of its speaker."""
    speakers, chosen = clip_speakers(folder), set()
    counts: dict[str, int] = defaultdict(int)
    for clip in find_clips(folder, clip_filter(folder, split, need_speech=True)):
        speaker = speakers.get(clip.name, clip.group)
        counts[speaker] += 1
        if counts[speaker] <= each:
            chosen.add(clip.name)
    return chosen.__contains__


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="folder of talking clips")
    parser.add_argument("--split", help="of the speakers (default: all)")
    parser.add_argument("--each", type=int, default=3, help="clips of a speaker (default: 3)")
    parser.add_argument("--ms", type=int, nargs="+", default=[80, 120, 200, 400, 600])
    args = parser.parse_args()
    animator = Animator(refine=False)
    began = time.monotonic()
    report = evaluate_motion(
        args.data,
        lambda wave, face: animator.predict_motion(animator.extract_features(wave), face),
        animator.face_detector,
        baselines={f"{ms} ms": stream_predictor(animator, ms / 1000) for ms in args.ms},
        select=first_clips(args.data, args.split, args.each),
    )
    rows = {"recording": report.mean} | report.baselines
    table = [
        [name, *(format_number(metrics[metric]) for metric in METRICS)]
        for name, metrics in rows.items()
    ]
    print(f"{len(report.clips)} clips, {time.monotonic() - began:.0f} s")
    print(format_table(["", *METRICS], table))


if __name__ == "__main__":
    main()
