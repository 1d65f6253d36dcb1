"""Animate several speakers on one timeline: each speaks its lines and is silent in between."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from talkinghead.config import MotionConfig, RenderConfig
from talkinghead.media.loading import AudioSource
from talkinghead.media.loudness import soft_clip
from talkinghead.motion.resample import clip_frames, resample_clip
from talkinghead.pipeline import Animator
from talkinghead.render.landmark_drawing import MultiLandmarkRenderer, join_side_by_side
from talkinghead.sample_rates import FPS, FRAME_SAMPLES, RATE, motion_frames
from talkinghead.types import (
    ARTICULATIONS,
    Array,
    Clip,
    FaceFrame,
    FaceShape,
    FaceTrack,
    MultiRenderer,
    SpeechFeatures,
    Waveform,
)


@dataclass(frozen=True)
class ScheduledLine:
    """A recording and its start time."""

    audio: AudioSource
    start: float = 0.0  # seconds; rounded to the nearest motion frame
    audio_track: int | None = None  # of a file, see `Animator.load_audio`


@dataclass(frozen=True)
class SceneSpeaker:
    """A speaker: neutral face, its placement in the picture, lines and motion options.

    Head pose and eyelids are transferred from `pose_reference`; `speaking_style` is the speaker
    embedding for head and brows. Lines of one speaker must not overlap: the lips would follow
    the later one only.
    """

    face: FaceShape
    frame: FaceFrame
    lines: tuple[ScheduledLine, ...] = ()
    motion_config: MotionConfig | None = None
    lip_gain: tuple[float, float] = (1.0, 1.0)
    pose_reference: FaceTrack | None = None
    speaking_style: Array | None = None  # (256,) of `Animator.speaking_style`


def animate_speakers(
    animator: Animator,
    speakers: Sequence[SceneSpeaker],
    renderer: MultiRenderer,
    render_config: RenderConfig,
    tail: float = 0.0,
) -> Clip:
    """The clip in which all speakers speak their lines; it ends `tail` seconds after the last one.

    Speakers are in the order of the renderer's subjects. Silent ones keep their lips closed, blink
    and move their heads.
    """
    loaded = [
        [animator.load_audio(line.audio, line.audio_track) for line in speaker.lines]
        for speaker in speakers
    ]
    lines = [
        [
            (_start_frame(line), wave)
            for line, (wave, _) in zip(speaker.lines, recordings, strict=True)
        ]
        for speaker, recordings in zip(speakers, loaded, strict=True)
    ]
    all_lines = [line for speaker_lines in lines for line in speaker_lines]
    ends = [start * FRAME_SAMPLES + wave.samples.size for start, wave in all_lines]
    samples = max(max(ends, default=0) + round(tail * RATE), FRAME_SAMPLES)
    count = clip_frames(samples / RATE, render_config.fps)
    tracks = []
    for speaker, speaker_lines in zip(speakers, lines, strict=True):
        features = speaker_features(animator, speaker_lines, samples)
        for line, (start, wave) in zip(speaker.lines, speaker_lines, strict=True):
            stop = start + motion_frames(wave.samples.size)
            animator.check_speech(features.voice_activity[start:stop], line.audio)
        if speaker.speaking_style is not None:
            features = replace(features, speaker_embedding=speaker.speaking_style)
        track = animator.predict_motion(
            features, speaker.face, speaker.motion_config, speaker.lip_gain, speaker.pose_reference
        )
        track = resample_clip(track, speaker.face, render_config.fps, count)
        tracks.append(speaker.frame.place(track))
    cues = tuple(
        replace(cue, start=start / FPS)
        for recordings, speaker_lines in zip(loaded, lines, strict=True)
        for (_, cue), (start, _) in zip(recordings, speaker_lines, strict=True)
    )
    frames, (width, height) = renderer.render(*tracks), renderer.size
    if render_config.side_by_side:
        frames = join_side_by_side(MultiLandmarkRenderer((width, height)).render(*tracks), frames)
        width *= 2
    return Clip(
        frames, count, (width, height), render_config.fps, mix_lines(all_lines, samples), cues
    )


def speaker_features(
    animator: Animator, lines: Sequence[tuple[int, Waveform]], samples: int
) -> SpeechFeatures:
    """The features of the lines of a speaker at their motion frames, and of silence in between.

    Features are extracted for each line separately: in one long recording of all lines, loudness
    normalisation and voice activity detection could miss a short line. The speaker embedding is
    the mean over the lines, weighted by duration.
    """
    frames = motion_frames(samples)
    silence = animator.extract_features(Waveform(np.zeros(RATE, np.float32), RATE))
    stride = silence.content_fps // FPS  # content frames per motion frame
    content, encoder_features = (
        np.repeat(features[len(features) // 2][None], frames * stride, axis=0)
        for features in (silence.content, silence.encoder_features)
    )
    activity, lip_closure = np.zeros(frames, np.float32), np.zeros((frames, 2), np.float32)
    articulation = np.zeros((frames, len(ARTICULATIONS)), np.float32)
    embedding = np.zeros_like(silence.speaker_embedding)
    for start, wave in lines:
        features = animator.extract_features(wave)
        _overwrite(content[start * stride :], features.content)
        _overwrite(encoder_features[start * stride :], features.encoder_features)
        _raise_to(activity[start:], features.voice_activity)
        if features.lip_closure is not None:
            _raise_to(lip_closure[start:], features.lip_closure)
        if features.articulation is not None:
            _raise_to(articulation[start:], features.articulation)
        embedding += features.speaker_embedding * wave.seconds
    norm = float(np.linalg.norm(embedding))
    embedding = (embedding / norm if norm else embedding).astype(np.float32)
    return SpeechFeatures(
        content, activity, embedding, encoder_features, silence.content_fps, lip_closure,
        articulation,
    )  # fmt: skip


def mix_lines(lines: Sequence[tuple[int, Waveform]], samples: int) -> Waveform:
    """The soft-clipped sum of all lines, each starting at its motion frame; mono at RATE."""
    total = np.zeros((1, samples), np.float32)
    for start, wave in lines:
        first = start * FRAME_SAMPLES
        total[0, first : first + wave.samples.size] += wave.samples
    return Waveform(soft_clip(total)[0], RATE)


def _start_frame(line: ScheduledLine) -> int:
    """The motion frame at which both audio and lips of a line start."""
    return round(line.start * FPS)


def _overwrite(target: Array, values: Array) -> None:
    """Copy values (n, d) to the first rows of `target`, in place; surplus values are ignored."""
    target = target[: len(values)]
    target[:] = values[: len(target)]


def _raise_to(target: Array, values: Array) -> None:
    """Maximum of values (n, ...) and the first rows of `target`, in place."""
    target = target[: len(values)]
    np.maximum(target, values[: len(target)], out=target)
