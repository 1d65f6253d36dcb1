"""Sample blink times at the statistics of people, and close the eyelids."""

import numpy as np

from talkinghead.geometry.masks import smoothstep
from talkinghead.landmarks import LOWER_LID, UPPER_LID
from talkinghead.types import Array

MEAN_GAP = 4.0  # seconds between blinks: 15 a minute
GAP_LOG_SIGMA = 0.55  # standard deviation of the logarithm of a gap
MEDIAN_GAP = 0.85 * MEAN_GAP  # a log-normal's mean is exp(GAP_LOG_SIGMA**2 / 2) times its median
MIN_GAP = 1.2  # seconds
CLOSING_SECONDS, OPENING_SECONDS = 0.08, 0.16  # people close their eyes faster
PAUSE_ATTRACTION = 0.6  # seconds by which a blink may move into a pause in speech
PAUSE_ACTIVITY = 0.3  # voice activity below this is a pause
LID_MEETING_HEIGHT = 0.12  # where the eyelids meet: share of the eye's opening above the lower one


def blink_times(voice_activity: Array, fps: float, rate: float, rng: np.random.Generator) -> Array:
    """(n,) times in seconds at which the eyelids meet, with log-normal gaps between them.

    Blinks move to a nearby pause in speech. Statistics follow Bentivoglio et al. 1997.
    `voice_activity` is (t,) in [0, 1] at `fps`; `rate` multiplies the frequency; 0 gives no blinks.
    """
    if rate <= 0:
        return np.zeros(0)
    frame_times = np.arange(len(voice_activity)) / fps
    times: list[float] = []
    now = _first_blink(rng, rate)
    while now < len(voice_activity) / fps:
        pause = frame_times[
            (np.abs(frame_times - now) < PAUSE_ATTRACTION) & (voice_activity < PAUSE_ACTIVITY)
        ]
        time = float(pause[np.abs(pause - now).argmin()]) if pause.size else now
        if not times or time - times[-1] >= _min_gap(rate):
            times.append(time)
        now = max(now, time) + _draw_gap(rng, rate)
    return np.array(times)


class StreamingBlinks:
    """Blinks of a stream: as `blink_times`, but moved to the first pause that arrives."""

    LOOK_AHEAD = 3  # frames from the decision to blink to closed eyelids, which take that long

    def __init__(self, fps: float, rate: float, rng: np.random.Generator):
        self._fps, self._rate, self._rng = fps, rate, rng
        self._due = _first_blink(rng, rate) if rate > 0 else np.inf
        self._times = np.full(2, -np.inf)  # seconds of the last two blinks

    def __call__(self, frame: int, activity_ahead: float) -> float:
        """Eyelid closure at `frame`, 0 to 1, given the voice activity LOOK_AHEAD frames later."""
        time = (frame + self.LOOK_AHEAD) / self._fps
        pull = -PAUSE_ATTRACTION if activity_ahead < PAUSE_ACTIVITY else PAUSE_ATTRACTION
        if time >= self._due + pull:
            self._times = np.array([self._times[-1], time])
            self._due = max(self._due, time) + _draw_gap(self._rng, self._rate)
        return float(_closure(np.array([frame / self._fps]), self._times, self._fps)[0])


def eyelid_closure(times: Array, frames: int, fps: float) -> Array:
    """(frames,) 0 open to 1 closed, for blinks at `times` seconds."""
    return _closure(np.arange(frames) / fps, times, fps)


def close_eyelids(points: Array, closure: Array) -> Array:
    """(t, 68, 3) with upper and lower eyelids moved together by (t,) `closure`, 0 to 1."""
    closed = points.copy()
    upper, lower = points[:, UPPER_LID], points[:, LOWER_LID]
    meeting = lower + LID_MEETING_HEIGHT * (upper - lower)
    share = closure[:, None, None]
    closed[:, UPPER_LID] = upper + share * (meeting - upper)
    closed[:, LOWER_LID] = lower + share * (meeting - lower)
    return closed


def _first_blink(rng: np.random.Generator, rate: float) -> float:
    return float(rng.uniform(0.6, 2.5) / rate)


def _draw_gap(rng: np.random.Generator, rate: float) -> float:
    return float(max(_min_gap(rate), rng.lognormal(np.log(MEDIAN_GAP), GAP_LOG_SIGMA) / rate))


def _min_gap(rate: float) -> float:
    return MIN_GAP / max(rate, 1)


def _closure(frame_times: Array, blinks: Array, fps: float) -> Array:
    """(t,) eyelid closure at `frame_times` (t,) for `blinks` (n,), both in seconds."""
    closure = np.zeros(len(frame_times))
    for blink in blinks:
        before = np.clip((blink - frame_times) / CLOSING_SECONDS, 0, 1)
        after = np.clip((frame_times - blink - 1 / fps) / OPENING_SECONDS, 0, 1)
        closed = 1 - np.where(frame_times < blink, before, after)
        closure = np.maximum(closure, smoothstep(closed))
    return closure
