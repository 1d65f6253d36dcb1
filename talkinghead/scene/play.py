"""Several subjects on one clock: each says its lines, and lives on while others speak."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from talkinghead.clock import FPS, FRAME, RATE, motion_frames
from talkinghead.config import Output, Style
from talkinghead.inputs import AudioSource, sound
from talkinghead.media.limiter import bent
from talkinghead.motion.retime import retime
from talkinghead.motion.style import settled
from talkinghead.pipeline import Animator
from talkinghead.render.ensemble import Ensemble
from talkinghead.render.group import Sketches
from talkinghead.render.sketch import beside
from talkinghead.types import (
    Array,
    Clip,
    Cue,
    FaceFrame,
    FaceShape,
    FaceTrack,
    SpeechFeatures,
    Waveform,
)


@dataclass(frozen=True)
class Line:
    """What somebody says, and when."""

    audio: AudioSource
    start: float = 0.0  # seconds; brought to the nearest motion frame


@dataclass(frozen=True)
class Role:
    """One of several: a face at rest, where it stands, how it moves, what it says.

    With a `reference` head and lids move as they do there; `manner` is whose way of moving is
    borrowed.
    """

    face: FaceShape
    frame: FaceFrame
    lines: tuple[Line, ...] = ()
    style: Style | None = None
    lip_gain: tuple[float, float] = (1.0, 1.0)
    reference: FaceTrack | None = None
    manner: Array | None = None  # (256,) of `Animator.manner`


def play(
    animator: Animator,
    roles: Sequence[Role],
    renderer: Ensemble,
    output: Output,
    spare: float = 0.0,
) -> Clip:
    """The clip in which all say their lines, until `spare` seconds after the last sound.

    Roles are in the order of the renderer's members. Who is silent blinks and sways, mouth shut.
    """
    spoken = [[(frame_of(line.start), sound(line.audio)) for line in role.lines] for role in roles]
    every = [line for lines in spoken for line in lines]
    ends = [start * FRAME + wave.samples.size for start, wave in every]
    samples = max(max(ends, default=0) + round(spare * RATE), FRAME)
    count = max(1, round(samples / RATE * output.fps))
    tracks = []
    for role, lines in zip(roles, spoken, strict=True):
        features = heard(animator, lines, samples)
        if role.manner is not None:
            features = replace(features, speaker=role.manner)
        track = animator.move(features, role.face, role.style, role.lip_gain, role.reference)
        tracks.append(role.frame.place(settled(retime(track, output.fps, count), role.face)))
    cues = tuple(
        Cue(_source(line.audio, wave), start / FPS)
        for role, lines in zip(roles, spoken, strict=True)
        for line, (start, wave) in zip(role.lines, lines, strict=True)
    )
    frames, (width, height) = renderer.render(tracks), renderer.size
    if output.side_by_side:
        frames = beside(Sketches((width, height)).render(tracks), frames)
        width *= 2
    return Clip(frames, count, (width, height), output.fps, together(every, samples), cues)


def frame_of(seconds: float) -> int:
    """The motion frame at which a line begins: sound and lips start on the same tick."""
    return round(seconds * FPS)


def heard(
    animator: Animator, lines: Sequence[tuple[int, Waveform]], samples: int
) -> SpeechFeatures:
    """The features of lines that begin at motion frames, and of silence between them.

    Each line is heard for itself: a short one in a long scene would pass for noise.
    """
    frames = motion_frames(samples)
    silence = animator.listen(Waveform(np.zeros(RATE, np.float32), RATE))
    stride = silence.content_fps // FPS  # content frames a motion frame: the encoder's own
    content, sound = (
        np.repeat(one[len(one) // 2][None], frames * stride, axis=0)
        for one in (silence.content, silence.heard)
    )
    activity, visemes = np.zeros(frames, np.float32), np.zeros((frames, 2), np.float32)
    speaker = np.zeros_like(silence.speaker)
    for start, wave in lines:
        features = animator.listen(wave)
        for whole, said in ((content, features.content), (sound, features.heard)):
            room = whole[start * stride :][: len(said)]
            room[:] = said[: len(room)]
        _lay(activity[start:], features.activity)
        if features.visemes is not None:
            _lay(visemes[start:], features.visemes)
        speaker += features.speaker * wave.seconds
    norm = float(np.linalg.norm(speaker))
    speaker = (speaker / norm if norm else speaker).astype(np.float32)
    return SpeechFeatures(content, activity, speaker, sound, silence.content_fps, visemes)


def _lay(over: Array, said: Array) -> None:
    """Lay what one line says over what is there, in place, as far as there is room."""
    said = said[: len(over)]
    over[: len(said)] = np.maximum(over[: len(said)], said)


def together(lines: Sequence[tuple[int, Waveform]], samples: int) -> Waveform:
    """All lines in one sound at RATE."""
    total = np.zeros((1, samples), np.float32)
    for start, wave in lines:
        at = start * FRAME
        total[0, at : at + wave.samples.size] += wave.samples
    return Waveform(bent(total)[0], RATE)


def _source(audio: AudioSource, wave: Waveform) -> str | Path | Waveform:
    return audio if isinstance(audio, str | Path) else wave
