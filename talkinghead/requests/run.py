"""Carries out requests: one function for each kind, used by command line, batch and server."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from talkinghead.config import ComputeConfig
from talkinghead.dub.cast import Cast
from talkinghead.dub.dub import track_video, write_dubbed_video
from talkinghead.dub.likeness import describe_face
from talkinghead.media.formats import format_of
from talkinghead.media.motion_export import read_motion
from talkinghead.media.video_writer import write_video
from talkinghead.pipeline import Animator
from talkinghead.progress import Progress
from talkinghead.requests.animation import (
    AnimationRequest,
    CartoonRequest,
    PhotoRequest,
    VideoRequest,
)
from talkinghead.requests.dub import DubRequest
from talkinghead.requests.scene import SceneRequest
from talkinghead.scene.compose import compose
from talkinghead.scene.multi_face import animate_faces
from talkinghead.speech.synthesis import note_on_voice, synthesize_speech
from talkinghead.speech.voices import find_voice
from talkinghead.types import Clip, Subject, Waveform

LOADING = "loading the networks"
ENCODING_AUDIO = "encoding the audio"


@dataclass(frozen=True)
class RenderedFile:
    """A video that was written."""

    path: Path
    frame_count: int
    seconds: float  # it took, without loading the networks


def load_animator(models: ComputeConfig, progress: Progress) -> Animator:
    """The networks that a request needs. Raises WeightsError."""
    progress.stage(LOADING)
    return Animator(**models.animator_options(), notify=progress.note)


def render_video(
    request: VideoRequest, animator: Animator, progress: Progress | None = None
) -> RenderedFile:
    """Carry out a request of any kind: write the video that it names. Raises TalkingHeadError."""
    progress = progress or Progress()
    if isinstance(request, PhotoRequest):
        return animate_photo(request, animator, progress)
    if isinstance(request, CartoonRequest):
        return animate_cartoon(request, animator, progress)
    if isinstance(request, SceneRequest):
        return render_scene(request, animator, progress)
    if isinstance(request, DubRequest):
        return dub_video(request, animator, progress)
    raise TypeError(f"no function carries out a {type(request).__name__}")


def animate_photo(request: PhotoRequest, animator: Animator, progress: Progress) -> RenderedFile:
    """Let a photo speak, or several of its faces."""
    began = time.monotonic()
    if request.faces:
        return _write(_several_faces(request, animator, progress), request, progress, began)
    progress.stage("finding the face")
    subject = animator.photo(
        request.photo,
        face=request.face,
        size=request.render_config.size,
        crop=request.render_config.crop,
    )
    return _write(_animate(request, subject, animator, progress), request, progress, began)


def animate_cartoon(
    request: CartoonRequest, animator: Animator, progress: Progress
) -> RenderedFile:
    """Let a puppet speak."""
    began = time.monotonic()
    progress.stage("preparing the puppet")
    subject = animator.cartoon(
        request.puppet,
        background=request.background,
        size=request.render_config.size,
        crop=request.render_config.crop,
        transparent=request.is_transparent,
    )
    return _write(_animate(request, subject, animator, progress), request, progress, began)


def render_scene(request: SceneRequest, animator: Animator, progress: Progress) -> RenderedFile:
    """Render a scene."""
    began = time.monotonic()
    progress.stage("composing the scene")
    clip = compose(
        animator,
        request.record,
        size=None if request.size == "full" else request.size,
        fps=request.frame_rate,
        transparent=format_of(request.target).transparent,
    )
    return _write(clip, request, progress, began)


def dub_video(request: DubRequest, animator: Animator, progress: Progress) -> RenderedFile:
    """Let the face of a video say other words, or animate a picture that was given instead."""
    if request.photo is not None:
        return animate_photo(request.photo, animator, progress)
    began = time.monotonic()
    speech = [
        animator.load_audio(speech_source(audio, request, progress), request.audio_track)
        for _, audio in request.speech
    ]
    spoken = max(wave.seconds for wave, _ in speech)
    progress.stage("tracking the face")
    video = track_video(
        animator, request.video, _cast(request, animator),
        seconds=float("inf") if request.keep else spoken,
    )  # fmt: skip
    progress.stage(ENCODING_AUDIO)
    width, height = video.properties.size
    rate = float(video.properties.frame_rate)
    report = write_dubbed_video(
        animator, video, speech, request.target,
        motion_config=request.motion_config,
        extend=request.extend,
        keep=request.keep,
        keep_streams=request.keep_streams,
        credentials=request.signer,
        on_start=lambda total: progress.start(
            total, "frame", fps=round(rate, 3), size=[width, height]
        ),
        on_frame=progress.step,
    )  # fmt: skip
    for note in report.notes(request.video):
        progress.note(note)
    return RenderedFile(request.target, report.frame_count, round(time.monotonic() - began, 2))


class SpeechRequest(Protocol):
    """A request that may have a text instead of a recording."""

    @property
    def say(self) -> str | None: ...
    @property
    def voice(self) -> str | None: ...


def speech_source(
    audio: Path | None, request: SpeechRequest, progress: Progress
) -> Path | Waveform:
    """The recording, or else the request's text, spoken. Raises InputError."""
    if audio is not None:
        return audio
    assert request.say is not None
    progress.stage("synthesising the speech")
    note = note_on_voice(find_voice(request.voice))
    if note is not None:
        progress.note(note)
    return synthesize_speech(request.say, request.voice)


def _cast(request: DubRequest, animator: Animator) -> Cast:
    """Who speaks in a video."""
    if request.face_like is not None:
        portrait = animator.portrait(request.face_like)
        return Cast(like=describe_face(portrait.image, portrait.landmarks), where=request.video)
    numbers = [number for number, _ in request.speech if number is not None]
    return Cast(numbers, where=request.video)


def _animate(
    request: AnimationRequest, subject: Subject, animator: Animator, progress: Progress
) -> Clip:
    assert isinstance(request, PhotoRequest | CartoonRequest)
    assert not isinstance(request.pose_from, dict)
    assert not isinstance(request.style_from, dict)
    reference = animator.pose_reference(request.pose_from) if request.pose_from else None
    motion = None if request.motion is None else read_motion(request.motion, subject.face)
    audio = speech_source(request.audio, request, progress)
    progress.stage(ENCODING_AUDIO)
    return animator.animate(
        subject,
        audio,
        request.motion_config,
        request.render_config,
        pose_reference=reference,
        speaking_style=request.style_from,
        motion=motion,
        audio_track=request.audio_track,
    )


def _several_faces(request: PhotoRequest, animator: Animator, progress: Progress) -> Clip:
    progress.stage("finding the faces")
    videos, styles = request.pose_videos, request.speaking_styles
    references = {video: animator.pose_reference(video) for video in set(videos.values())}
    embeddings = {style: animator.speaking_style(style) for style in set(styles.values())}
    return animate_faces(
        animator,
        request.photo,
        request.faces,
        request.motion_config,
        request.render_config,
        audio_track=request.audio_track,
        pose_references={number: references[video] for number, video in videos.items()},
        speaking_styles={number: embeddings[style] for number, style in styles.items()},
    )


def _write(clip: Clip, request: VideoRequest, progress: Progress, began: float) -> RenderedFile:
    """Render the frames into the request's file; `began` is on the monotonic clock."""
    progress.start(clip.count, "frame", fps=clip.fps, size=list(clip.size))
    write_video(
        clip,
        request.target,
        credentials=request.signer,
        progress=lambda done, _: progress.step(done),
    )
    return RenderedFile(request.target, clip.count, round(time.monotonic() - began, 2))
