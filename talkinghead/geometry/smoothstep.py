"""A way from 0 to 1 that begins and ends without a corner."""

import numpy as np

from talkinghead.types import Array


def smoothstep(t: Array | float) -> Array:
    """0 up to t = 0, 1 from t = 1 on, and Hermite's 3 t^2 - 2 t^3 between."""
    t = np.clip(t, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
