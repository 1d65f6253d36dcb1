"""How loud the voice of a stream is, by what has been heard of it so far."""

from dataclasses import replace
from typing import Final

import numpy as np

from talkinghead.clock import FPS, MEL_FPS
from talkinghead.media.audio import FLOOR, missing_gain
from talkinghead.media.loud import loud_part
from talkinghead.recent import Recent
from talkinghead.speech.activity import Loudness, loudness, smooth
from talkinghead.types import Array

MEMORY: Final = 8  # seconds that the level of a voice is told by: a whisper is given its due
STANDS: Final = 12.0  # dB over the quietest tenth: somebody spoke in these seconds
USUAL: Final = -32.0  # dB, loud parts of the band, and of all, before anybody has spoken
PRIOR: Final = 0.2  # seconds of a voice that needs no gain, believed in before one is heard
RISE, FALL = 2.0, 0.4  # seconds in which the gain follows: what is too loud is bent


class Level:
    """The loudness that speech is told from silence by, and the gain that it lacks.

    Both are those of the last MEMORY seconds in which somebody spoke: however long a silence
    lasts, it is not made loud, and no noise in it becomes a voice.
    """

    def __init__(self) -> None:
        self._band, self._all = Recent(MEMORY * MEL_FPS), Recent(MEMORY * FPS)
        self._heard = Loudness(USUAL, USUAL - STANDS, USUAL)
        self._spoken = PRIOR * FPS  # frames
        self.gain = 0.0  # dB

    def add(self, band: Array, energy: Array) -> None:
        """Take (t,) new levels of the band at MEL_FPS and (frames,) energies at FPS, in dB."""
        self._band.add(band)
        self._all.add(energy)
        if not self._band.stop or not self._all.stop:
            return
        now = loudness(smooth(self._band.rows), self._all.rows)
        if now.loud - now.floor > STANDS and now.energy > FLOOR:
            self._heard = now
            self._follow()
        else:
            self._heard = replace(self._heard, floor=min(now.floor, self._heard.loud))

    def _follow(self) -> None:
        levels = self._all.rows
        if levels[-1] < np.percentile(levels, 10) + STANDS / 2:
            return  # a pause says nothing, however many follow each other
        wanted = missing_gain(levels, loud_part(levels, FPS))
        self._spoken += 1
        seconds = RISE if wanted > self.gain else FALL
        share = max(1 / self._spoken, 1 / (seconds * FPS))
        self.gain += share * (wanted - self.gain)

    @property
    def loudness(self) -> Loudness:
        """What speech stands out by, of levels that have the gain already."""
        loud = self._heard
        return Loudness(loud.loud + self.gain, loud.floor + self.gain, loud.energy + self.gain)

    @property
    def factor(self) -> np.float32:
        """The gain as what samples are multiplied by."""
        return np.float32(10 ** (self.gain / 20))
