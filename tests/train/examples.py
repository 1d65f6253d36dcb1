"""A talker whose mouth opens as the sound grows, for tests of training."""

import numpy as np

from talkinghead.clock import FRAME
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth
from talkinghead.train.clips import Example

REST = close_mouth(mean_face())


def example(frames: int = 60, shift: float = 0.0, talker: str = "a", seed: int = 0) -> Example:
    rng = np.random.default_rng(seed)
    points = np.repeat(REST[None], frames, axis=0)
    drop = 0.06 * (0.5 - 0.5 * np.cos(np.arange(frames) / 2))
    points[:, [65, 66, 67], 1] += drop[:, None]
    points[:, 48:68, 1] += shift
    points[:, 0:17, 1] += shift
    samples = 0.1 * rng.standard_normal(frames * FRAME) * np.repeat(drop / 0.06, FRAME)
    return Example(
        points.astype(np.float32),
        np.zeros((frames, 6), np.float32),
        samples.astype(np.float32),
        talker,
        f"folder/{seed}.mp4",
    )
