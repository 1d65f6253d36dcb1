"""The limiter: sound that is too loud is bent, not cut off."""

from typing import Final

import numpy as np

from talkinghead.types import Array

KNEE: Final = 0.9  # amplitude at which it sets in
CEILING: Final = 0.999  # which nothing exceeds


def bent(samples: Array) -> Array:
    """Samples louder than the knee brought below the ceiling, the others as they are; float32."""
    over = np.abs(samples) - KNEE
    if over.max(initial=0) <= 0:
        return samples
    room = CEILING - KNEE
    soft = np.sign(samples) * (KNEE + room * np.tanh(np.maximum(over, 0) / room))
    return np.where(over > 0, soft, samples).astype(np.float32)
