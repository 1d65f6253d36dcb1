"""Mouth cues for 2-D animation: which mouth shape is shown from when to when, and per frame."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from talkinghead.media.loudness import normalise_loudness
from talkinghead.models import checkpoint
from talkinghead.models.conv_encoder import SUBSAMPLING
from talkinghead.models.voice_detector import detect_voice
from talkinghead.sample_rates import STRIDE
from talkinghead.speech.content_encoder import (
    CONTENT_VOICE_FILE,
    ContentVoiceEncoder,
    load_content_voice,
)
from talkinghead.speech.lip_closure import phone_probabilities
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.speech.vad import load_voice_detector, log_mel_and_band_level, voice_activity
from talkinghead.speech.visemes import RHUBARB, VisemeSet, viseme_probabilities
from talkinghead.types import Array, MouthCue, Waveform

MIN_FRAMES = 2  # content frames (40 ms) that a shape lasts at least
CHANGE_COST = 1.0  # nats by which another shape must fit better than the current one
SMOOTHING = 0.02  # added to every probability: no frame decides alone
LEAD = 0.01  # seconds by which a shape precedes its sound, half a frame
MIN_CLOSURE = 0.4  # probability of b, m and p from which the lips close, however briefly

BASIC_SHAPES = "ABCDEF"
EXTENDED_SHAPES = "GHX"  # need not be drawn
FALLBACK_SHAPE = {"G": "A", "H": "C", "X": "A"}  # shown instead, as in Rhubarb Lip Sync
FADE = 0.06  # seconds over which one shape fades into the next, centred on the change
CLOSURE_WEIGHT = 2.0  # of a closure over other shapes in a frame that they share


class MouthCueExtractor:
    """Recognises phones in any voice and language, and returns the mouth shapes they show."""

    def __init__(self, *, device: str = "cpu", ckpt: Path | None = None):
        """Load the content-voice model in `ckpt` (default: the repository's).

        Raises WeightsError.
        """
        net = load_content_voice((ckpt or checkpoint.FOLDER) / CONTENT_VOICE_FILE, device)
        self._speaker_encoder = SpeakerEncoder(device)
        self._encoder = ContentVoiceEncoder(net, self._speaker_encoder)
        self._detector = load_voice_detector(ckpt, device)

    def __call__(self, wave: Waveform, visemes: VisemeSet = RHUBARB) -> list[MouthCue]:
        """The cues of a waveform at RATE, of a set of visemes; they cover it without gaps."""
        level = normalise_loudness(wave)
        mel, band_level = log_mel_and_band_level(level)
        content = self._encoder.encode(mel, self._speaker_encoder(level))
        shapes = viseme_probabilities(phone_probabilities(self._encoder.net, content), visemes)
        voice = None if self._detector is None else detect_voice(self._detector, mel)
        activity = voice_activity(level, band_level, voice)
        return decode_cues(shapes, activity, self._encoder.fps, wave.seconds, visemes)


def decode_cues(
    shapes: Array,
    voice_activity: Array,
    fps: float,
    seconds: float,
    visemes: VisemeSet = RHUBARB,
) -> list[MouthCue]:
    """(t, n) probabilities of visemes at `fps` and (frames,) voice activity to cues.

    The mouth is idle where nobody speaks, and closes wherever a b, m or p is likely.
    """
    corrected = np.array(shapes)
    each = STRIDE // SUBSAMPLING
    silent = np.repeat(voice_activity, each)[: len(corrected)] == 0
    names = visemes.shapes
    closed = corrected[:, names.index(visemes.closed)] > MIN_CLOSURE
    for rule, shape in ((closed, visemes.closed), (silent, visemes.idle)):
        corrected[: len(rule)][rule] = np.eye(len(names))[names.index(shape)]
    path = viterbi_path(corrected)
    starts = np.flatnonzero(np.diff(path, prepend=-1))
    times = [0.0, *(starts[1:] / fps - LEAD).tolist(), seconds]
    return [
        MouthCue(names[path[at]], begin, end)
        for at, begin, end in zip(starts, times[:-1], times[1:], strict=True)
    ]


def viterbi_path(shapes: Array) -> Array:
    """(t, n) probabilities to (t,) indices of shapes, none shorter than MIN_FRAMES.

    The best of all paths, by dynamic programming (Viterbi 1967) with a minimum duration.
    """
    fit = np.log(shapes + SMOOTHING)
    if len(fit) <= MIN_FRAMES:
        return np.full(len(fit), fit.sum(axis=0).argmax())
    runs = sum(fit[at : len(fit) - MIN_FRAMES + 1 + at] for at in range(MIN_FRAMES))
    score = np.full(fit.shape, -np.inf)
    score[MIN_FRAMES - 1] = runs[0]
    new = np.zeros(fit.shape, dtype=bool)  # whether a new run of MIN_FRAMES ends here
    for at in range(MIN_FRAMES, len(fit)):
        stay = score[at - 1] + fit[at]
        change = score[at - MIN_FRAMES].max() - CHANGE_COST + runs[at - MIN_FRAMES + 1]
        new[at] = change > stay
        score[at] = np.maximum(stay, change)
    path = np.empty(len(fit), dtype=int)
    at, shape = len(fit) - 1, int(score[-1].argmax())
    while at >= 0:
        step = MIN_FRAMES if new[at, shape] else 1
        path[at - step + 1 : at + 1] = shape
        at -= step
        if step == MIN_FRAMES:
            shape = int(score[at].argmax())
    return path


def restrict_shapes(cues: Sequence[MouthCue], extended: str = EXTENDED_SHAPES) -> list[MouthCue]:
    """The same cues with the basic shapes and those of `extended` only."""
    result: list[MouthCue] = []
    for cue in cues:
        in_use = cue.shape in BASIC_SHAPES + extended
        shape = cue.shape if in_use else FALLBACK_SHAPE[cue.shape]
        if result and result[-1].shape == shape:
            result[-1] = replace(result[-1], end=cue.end)
        else:
            result.append(replace(cue, shape=shape))
    return result


def shape_coverage(
    cues: Sequence[MouthCue], times: Array, window: float, visemes: VisemeSet = RHUBARB
) -> Array:
    """(t, n) share of each shape of a set in the `window` seconds around (t,) `times`.

    Rows sum to 1; the first and the last cue extend beyond their ends.
    """
    edges = np.array([cues[0].start - window, *(c.start for c in cues[1:]), cues[-1].end + window])
    shapes = np.array([visemes.shapes.index(cue.shape) for cue in cues])
    seconds = np.zeros((len(edges), len(visemes.shapes)))  # of each shape up to each edge
    seconds[np.arange(1, len(edges)), shapes] = np.diff(edges)
    seconds = seconds.cumsum(axis=0)
    columns = [
        np.interp(times + window / 2, edges, column) - np.interp(times - window / 2, edges, column)
        for column in seconds.T
    ]
    return np.stack(columns, axis=1) / window


def crossfade_weights(cues: Sequence[MouthCue], fps: float, visemes: VisemeSet = RHUBARB) -> Array:
    """(t, n) weights of a set's shapes in [0, 1] per frame, each shape fading into the next."""
    return shape_coverage(cues, _frame_centres(cues, fps), FADE, visemes)


def shape_changes(
    cues: Sequence[MouthCue], fps: float, visemes: VisemeSet = RHUBARB
) -> list[tuple[int, str]]:
    """(frame, shape) of each change, from frame 0: the shape that covers most of a frame.

    A closure counts CLOSURE_WEIGHT times, so that none of MIN_FRAMES is lost at 24 or more frames
    per second.
    """
    coverage = shape_coverage(cues, _frame_centres(cues, fps), 1 / fps, visemes)
    coverage[:, visemes.shapes.index(visemes.closed)] *= CLOSURE_WEIGHT
    best = [visemes.shapes[at] for at in coverage.argmax(axis=1)]
    changes = [(at, b) for at, (a, b) in enumerate(pairwise(best), start=1) if a != b]
    return [(0, best[0]), *changes]


def _frame_centres(cues: Sequence[MouthCue], fps: float) -> Array:
    frames = max(1, round(cues[-1].end * fps))
    return np.asarray((np.arange(frames) + 0.5) / fps)
