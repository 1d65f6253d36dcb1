"""Speed and memory of the encoder and of the two branches, as multiples of real time.

    python benchmarks/branches.py

For a recording repeated to 60 and to 600 seconds, from its log-mel, speaker and content
embedding. The encoder is that of the content branch. A first pass is not counted.
"""

import argparse
import os
import resource
import time

import numpy as np
import torch

from talkinghead import Animator
from talkinghead.assets import asset_folder
from talkinghead.geometry.align import mean_face
from talkinghead.media.audio import read_audio
from talkinghead.models.conv_encoder import encode_mel
from talkinghead.models.mel import log_mel
from talkinghead.motion.predict import add_speaking_style, predict_content_motion
from talkinghead.sample_rates import RATE
from talkinghead.types import FaceShape, Waveform


def measure(animator: Animator, seconds: int) -> str:
    """A row of the table."""
    speaker_branch = animator.models.speaker_branch
    assert speaker_branch is not None
    speech = read_audio(asset_folder("examples") / "morning_rms.wav").samples
    face = FaceShape(mean_face().astype(np.float32))
    wave = Waveform(np.resize(speech, RATE * seconds), RATE)
    features, mel = animator.extract_features(wave), log_mel(wave)
    times = [time.perf_counter()]
    encode_mel(animator.models.content_branch.encoder, mel, features.speaker_embedding)
    times.append(time.perf_counter())
    track = predict_content_motion(animator.models.content_branch, features, face)
    times.append(time.perf_counter())
    add_speaking_style(track, speaker_branch, features, face, 0)
    times.append(time.perf_counter())
    encoder, content, speaker = (seconds / duration for duration in np.diff(times))
    total = seconds / (times[-1] - times[0])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return f"{seconds:7} {encoder:8.0f} {content:9.0f} {speaker:9.0f} {total:10.0f} {peak:9} MiB"


def main() -> None:
    """Print a row for each length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, nargs="+", default=[60, 600], help="of audio")
    args = parser.parse_args()
    animator = Animator(refine=False)
    measure(animator, args.seconds[0])
    print(f"{os.cpu_count()} cores, {torch.get_num_threads()} torch threads; x real time")
    print("seconds  encoder   content   speaker      total   peak memory")
    for seconds in args.seconds:
        print(measure(animator, seconds))


if __name__ == "__main__":
    main()
