"""How far a stream's mouth must close, as `style.calibrated` has it for a whole recording."""

from typing import Final

import numpy as np

from talkinghead.clock import FPS
from talkinghead.motion.style import CALIBRATION, CLOSED_SHARE
from talkinghead.recent import Recent

BELIEVED: Final = 1.0  # seconds of speech after which the quantile is taken at its word
FOLLOWS: Final = 2.5  # seconds of speech in which the floor follows: it glides


class Closing:
    """The opening that counts as a shut mouth: a quantile of the last seconds of speech."""

    def __init__(self) -> None:
        self._gaps = Recent(int(CALIBRATION * FPS))
        self.floor = 0.0  # face widths

    def add(self, gap: float) -> None:
        """Take the opening of one more frame in which somebody speaks."""
        self._gaps.add(np.array([gap]))
        known = self._gaps.rows
        # Little speech says little about a voice, and a floor must not be seen to come.
        trust = min(1.0, len(known) / (BELIEVED * FPS))
        wanted = trust * float(np.quantile(known, CLOSED_SHARE))
        share = max(1 / (FOLLOWS * FPS), 1 / len(known))
        self.floor += share * (wanted - self.floor)
