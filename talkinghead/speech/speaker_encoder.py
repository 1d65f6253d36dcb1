"""Who speaks: resemblyzer's 256-d speaker embedding (Wan et al. 2018, GE2E)."""

import warnings
from typing import Any

import numpy as np

from talkinghead.clock import RATE
from talkinghead.types import Array, Waveform

SIZE = 256
BLOCK = 60 * RATE  # samples embedded at a time, so that memory stays bounded
SHORTEST = RATE // 2  # half a second: under that there is no voice to tell apart


class SpeakerEncoder:
    """Built once; the weights come inside the resemblyzer package."""

    def __init__(self, device: str = "cpu"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # webrtcvad reaches for pkg_resources
            from resemblyzer import VoiceEncoder

            self._encoder: Any = VoiceEncoder(device, verbose=False)

    def __call__(self, wave: Waveform) -> Array:
        """(256,) float32 of unit norm; zeros where the sound is silent or under half a second.

        Minutes are embedded one by one and averaged by their length.
        """
        total = np.zeros(SIZE)
        for start in range(0, wave.samples.size, BLOCK):
            block = wave.samples[start : start + BLOCK]
            if block.size >= SHORTEST and np.abs(block).max() > 1e-4:
                total += self._encoder.embed_utterance(block, rate=2) * block.size
        norm = np.linalg.norm(total)
        return (total / norm if norm > 0 else total).astype(np.float32)
