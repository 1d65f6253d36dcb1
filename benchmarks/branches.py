"""How fast the two branches are, and how much memory they take: python benchmarks/branches.py

Of a recording repeated to 60 and to 600 seconds, once its log-mel, voice and content are there.
The ear is the content branch's own. A first pass, in which libraries settle, does not count.
"""

import os
import resource
import time

import numpy as np
import torch

from talkinghead import Animator
from talkinghead.clock import RATE
from talkinghead.geometry.align import mean_face
from talkinghead.home import home
from talkinghead.media.audio import read_audio
from talkinghead.motion.predict import predict, with_manner
from talkinghead.speech.mel import log_mel
from talkinghead.types import FaceShape, Waveform


def timed(animator: Animator, seconds: int) -> str:
    """A row of the table."""
    speaker = animator.models.speaker_branch
    assert speaker is not None
    spoken = read_audio(home("examples") / "morning_rms.wav").samples
    face = FaceShape(mean_face().astype(np.float32))
    wave = Waveform(np.resize(spoken, RATE * seconds), RATE)
    features, mel = animator.listen(wave), log_mel(wave)
    times = [time.perf_counter()]
    animator.models.content_branch.heard(mel, features.speaker)
    times.append(time.perf_counter())
    track = predict(animator.models.content_branch, features, face)
    times.append(time.perf_counter())
    with_manner(track, speaker, features, face, 0)
    times.append(time.perf_counter())
    ear, content, manner = (seconds / took for took in np.diff(times))
    together = seconds / (times[-1] - times[0])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return f"{seconds:7} {ear:6.0f} {content:9.0f} {manner:9.0f} {together:10.0f} {peak:9} MiB"


def main() -> None:
    """Print a row for each length."""
    animator = Animator(finish=False)
    timed(animator, 60)
    print(f"{os.cpu_count()} cores, {torch.get_num_threads()} torch threads; x real time")
    print("seconds    ear   content   speaker   together   peak memory")
    for seconds in (60, 600):
        print(timed(animator, seconds))


if __name__ == "__main__":
    main()
