"""Blinks: when they come and how the lids move. Chance is an argument."""

import numpy as np

from talkinghead.geometry.smoothstep import smoothstep
from talkinghead.landmarks import LOWER_LID, UPPER_LID
from talkinghead.types import Array

MEAN_GAP = 4.0  # seconds between blinks: 15 a minute
SPREAD = 0.55  # of the logarithm of a gap
MEDIAN_GAP = 0.85 * MEAN_GAP  # a log-normal's mean is exp(SPREAD**2 / 2) times its median
SHORTEST_GAP = 1.2  # seconds
CLOSING, OPENING = 0.08, 0.16  # seconds; people close their eyes faster than they open them
PAUSE_PULL = 0.6  # seconds within which a blink is drawn to a pause in speech
QUIET = 0.3  # activity below which speech pauses
MEETING = 0.12  # of an eye's opening: where its lids meet, up from the lower one


def blink_times(activity: Array, fps: float, rate: float, rng: np.random.Generator) -> Array:
    """Seconds at which the lids meet. Gaps are log-normal, pauses attract (Bentivoglio 1997).

    `rate` multiplies the frequency; 0 gives none.
    """
    if rate <= 0:
        return np.zeros(0)
    clock = np.arange(len(activity)) / fps
    times: list[float] = []
    now = _first(rng, rate)
    while now < len(activity) / fps:
        pause = clock[(np.abs(clock - now) < PAUSE_PULL) & (activity < QUIET)]
        when = float(pause[np.abs(pause - now).argmin()]) if pause.size else now
        if not times or when - times[-1] >= _shortest(rate):
            times.append(when)
        now = max(now, when) + _gap(rng, rate)
    return np.array(times)


def _first(rng: np.random.Generator, rate: float) -> float:
    return float(rng.uniform(0.6, 2.5) / rate)


def _gap(rng: np.random.Generator, rate: float) -> float:
    return float(max(_shortest(rate), rng.lognormal(np.log(MEDIAN_GAP), SPREAD) / rate))


def _shortest(rate: float) -> float:
    return SHORTEST_GAP / max(rate, 1)


class Blinks:
    """Blinks of a stream: drawn as `blink_times` draws them, to the first pause that is heard."""

    LEAD = 3  # frames at FPS that a blink is decided ahead of its middle: lids need them to close

    def __init__(self, fps: float, rate: float, rng: np.random.Generator):
        self._fps, self._rate, self._rng = fps, rate, rng
        self._due = _first(rng, rate) if rate > 0 else np.inf
        self._times = np.full(2, -np.inf)  # seconds of the last ones

    def __call__(self, frame: int, ahead: float) -> float:
        """Closure at `frame`, 0 to 1, where the activity LEAD frames `ahead` is known."""
        when = (frame + self.LEAD) / self._fps
        quiet = ahead < QUIET
        if when >= self._due + (-PAUSE_PULL if quiet else PAUSE_PULL):
            self._times = np.array([self._times[-1], when])
            self._due = max(self._due, when) + _gap(self._rng, self._rate)
        return float(_closure(np.array([frame / self._fps]), self._times, self._fps)[0])


def lid_closure(times: Array, frames: int, fps: float) -> Array:
    """(frames,) 0 open to 1 closed, for blinks at `times` seconds."""
    return _closure(np.arange(frames) / fps, times, fps)


def _closure(clock: Array, times: Array, fps: float) -> Array:
    """The same at the seconds of `clock`."""
    closure = np.zeros(len(clock))
    for when in times:
        before = np.clip((when - clock) / CLOSING, 0, 1)
        after = np.clip((clock - when - 1 / fps) / OPENING, 0, 1)
        shut = 1 - np.where(clock < when, before, after)
        closure = np.maximum(closure, smoothstep(shut))
    return closure


def close_lids(points: Array, closure: Array) -> Array:
    """(t, 68, 3) with both lids brought together by (t,) `closure`; the upper travels most."""
    closed = points.copy()
    upper, lower = points[:, UPPER_LID], points[:, LOWER_LID]
    meeting = lower + MEETING * (upper - lower)
    share = closure[:, None, None]
    closed[:, UPPER_LID] = upper + share * (meeting - upper)
    closed[:, LOWER_LID] = lower + share * (meeting - lower)
    return closed
