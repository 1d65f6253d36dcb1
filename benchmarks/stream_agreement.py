"""Agreement of the motion of a stream with that of the recording.

    python benchmarks/stream_agreement.py [RECORDING ...]

By default for the recordings in examples/ and for synthetic voices that no network was trained
on (talkinghead/train/data/synthetic.py), several sentences each.
"""

import argparse
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np

from talkinghead import Animator, MotionConfig, read_audio
from talkinghead.geometry.mouth import mouth_opening
from talkinghead.sample_rates import FPS, FRAME_SAMPLES, RATE
from talkinghead.streaming.stream import FaceStream
from talkinghead.train.data.splits import split_of
from talkinghead.train.data.synthetic import synthesize
from talkinghead.types import Array, Subject, Waveform

EXAMPLES = Path(__file__).parents[1] / "examples"
WARM_UP = 2 * FPS  # frames in which a stream adapts to loudness, speaker and closed mouth


def stream_points(animator: Animator, subject: Subject, wave: Waveform) -> Array:
    """(t, 68, 3) points of a stream of a waveform at RATE, block by block."""
    face = FaceStream(animator.models, subject, MotionConfig(), FPS, None)
    blocks = np.split(wave.samples, range(FRAME_SAMPLES, wave.samples.size, FRAME_SAMPLES))
    parts = [*(face.push(block[None]) for block in blocks), face.flush()]
    return np.concatenate([part.points for part in parts if part is not None])


def unknown_voices(utterances: int, least: float) -> list[Waveform]:
    """Speech of held-out voices, concatenated to at least `least` seconds each."""
    speech: dict[str, list[Array]] = defaultdict(list)
    for utterance in synthesize(utterances, seed=1000):
        if split_of(utterance.speaker) == "test":
            speech[utterance.speaker].append(utterance.wave.samples)
    joined = (Waveform(np.concatenate(parts), RATE) for parts in speech.values())
    return [wave for wave in joined if wave.seconds >= least]


def main() -> None:
    """Print the correlation of the openings and the ratio of the speeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recordings", nargs="*", type=Path)
    parser.add_argument("--utterances", type=int, default=300, help="synthesised, of all voices")
    args = parser.parse_args()
    waves = [read_audio(path) for path in args.recordings or sorted(EXAMPLES.glob("*.wav"))]
    if not args.recordings:
        waves += unknown_voices(args.utterances, least=6)
    animator = Animator()
    subject = animator.cartoon("wilk", size=64)
    correlations, speeds = [], []
    for wave in waves:
        recorded = animator.predict_motion(
            animator.extract_features(wave), subject.face, MotionConfig(), subject.lip_gain
        ).points
        streamed = stream_points(animator, subject, wave)[: len(recorded)]
        expected, actual = (
            mouth_opening(points)[WARM_UP : len(streamed)] for points in (recorded, streamed)
        )
        correlations.append(np.corrcoef(expected, actual)[0, 1])
        fastest, stream_fastest = (
            max(np.abs(after - before).max() for before, after in pairwise(points))
            for points in (recorded, streamed)
        )
        speeds.append(stream_fastest / fastest)
    print(f"{len(waves)} recordings, {sum(wave.seconds for wave in waves):.0f} s")
    print(
        f"opening, from the third second on: r {np.median(correlations):.2f}, "
        f"at worst {min(correlations):.2f}"
    )
    print(f"fastest movement of a point: {np.median(speeds):.2f}, at most {max(speeds):.2f} times")


if __name__ == "__main__":
    main()
