"""Mouth cues for animators: which drawn mouth is shown, from when to when."""

from pathlib import Path

import numpy as np

from talkinghead import weights
from talkinghead.clock import STRIDE
from talkinghead.encoder import HALVING
from talkinghead.media.audio import normalise_loudness
from talkinghead.speech.activity import activity
from talkinghead.speech.content_encoder import VoiceContent
from talkinghead.speech.mouth_shapes import shape_weights
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.speech.visemes import phone_shares
from talkinghead.speech.voice_weights import VOICE, load_voice
from talkinghead.types import REST, SHAPES, Array, MouthCue, Waveform

SHORTEST = 2  # frames, 40 ms: what is shorter no video shows
CHANGE = 1.0  # nats by which another shape must fit better than the one that is held
DOUBT = 0.02  # share of every shape that may always be there: no frame decides alone
LEAD = 0.01  # seconds by which a shape comes ahead of its sound, half of a frame
SHUT = SHAPES.index("A")
LIKELY = 0.4  # share of b, m and p from which lips shut, however short: a closure is missed most


class CueMaker:
    """Hears phones in any voice and language, and tells the mouth shapes they show."""

    def __init__(self, *, device: str = "cpu", ckpt: Path | None = None):
        """Load the voice network in `ckpt` (default: the repository's). Raises WeightsError."""
        net = load_voice((ckpt or weights.FOLDER) / VOICE, device)
        self._encoder = VoiceContent(net, SpeakerEncoder(device))

    def __call__(self, wave: Waveform) -> list[MouthCue]:
        """The cues of a waveform at RATE; they tile it from 0 to its end."""
        level = normalise_loudness(wave)
        shares = phone_shares(self._encoder.net, self._encoder(level))
        return cues_of(shape_weights(shares), activity(level), self._encoder.fps, wave.seconds)


def cues_of(shapes: Array, active: Array, fps: float, seconds: float) -> list[MouthCue]:
    """(t, 9) shares of SHAPES at `fps` and (frames,) activity to the cues of `seconds` of sound.

    Where nobody speaks the mouth rests, and wherever a b, m or p is likely it shuts.
    """
    known = np.array(shapes)
    each = STRIDE // HALVING
    quiet = np.repeat(active, each)[: len(known)] == 0
    for rule, shape in ((known[:, SHUT] > LIKELY, SHUT), (quiet, SHAPES.index(REST))):
        known[: len(rule)][rule] = np.eye(len(SHAPES))[shape]
    path = held(known)
    starts = np.flatnonzero(np.diff(path, prepend=-1))
    times = [0.0, *(starts[1:] / fps - LEAD).tolist(), seconds]
    return [
        MouthCue(SHAPES[path[at]], begin, end)
        for at, begin, end in zip(starts, times[:-1], times[1:], strict=True)
    ]


def held(shapes: Array) -> Array:
    """(t, 9) shares to (t,) places in SHAPES that fit best, none held for less than SHORTEST.

    The best of all paths, by dynamic programming (Viterbi 1967) with a least duration.
    """
    fit = np.log(shapes + DOUBT)
    if len(fit) <= SHORTEST:
        return np.full(len(fit), fit.sum(axis=0).argmax())
    runs = sum(fit[at : len(fit) - SHORTEST + 1 + at] for at in range(SHORTEST))
    score = np.full(fit.shape, -np.inf)
    score[SHORTEST - 1] = runs[0]
    fresh = np.zeros(fit.shape, dtype=bool)  # a run of SHORTEST that ends here is new
    for at in range(SHORTEST, len(fit)):
        on = score[at - 1] + fit[at]
        anew = score[at - SHORTEST].max() - CHANGE + runs[at - SHORTEST + 1]
        fresh[at] = anew > on
        score[at] = np.maximum(on, anew)
    path = np.empty(len(fit), dtype=int)
    at, shape = len(fit) - 1, int(score[-1].argmax())
    while at >= 0:
        step = SHORTEST if fresh[at, shape] else 1
        path[at - step + 1 : at + 1] = shape
        at -= step
        if step == SHORTEST:
            shape = int(score[at].argmax())
    return path
