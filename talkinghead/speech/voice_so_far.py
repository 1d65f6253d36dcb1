"""Whose voice a stream has: the mean of what was heard of it, which settles as it goes on."""

from typing import Final

import numpy as np

from talkinghead.clock import FPS, FRAME, RATE
from talkinghead.speech.speaker_encoder import SHORTEST, SIZE, SpeakerEncoder
from talkinghead.types import Array, Waveform

EVERY: Final = FPS  # motion frames from one look at the voice to the next
SOON: Final = -(-SHORTEST // FRAME)  # and up to the first one
STRETCH: Final = 8 * RATE // 5  # samples looked at: the 1.6 s that resemblyzer hears at once
SPOKEN: Final = 0.5  # share of a stretch in which somebody has to speak
STEADY: Final = 60  # looks after which new ones replace old ones: another speaker is followed


class VoiceSoFar:
    """The embedding of a voice, looked at once a second."""

    def __init__(self, voices: SpeakerEncoder):
        self._voices, self._sum, self._looks = voices, np.zeros(SIZE), 0
        self.embedding = np.zeros(SIZE, np.float32)  # of unit norm, or zeros for nobody yet

    def look(self, samples: Array, activity: Array) -> None:
        """Take the last samples at RATE, STRETCH or fewer, and how far somebody spoke in them."""
        if samples.size < SHORTEST or activity.mean() < SPOKEN:
            return
        if self._looks == STEADY:
            self._sum *= (STEADY - 1) / STEADY
        self._looks = min(self._looks + 1, STEADY)
        self._sum += self._voices(Waveform(samples, RATE))
        norm = float(np.linalg.norm(self._sum))
        self.embedding = (self._sum / max(norm, 1e-9)).astype(np.float32)
