"""Several speakers on one timeline: lips move, and audio plays, during their own lines."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from talkinghead.assets import asset_folder
from talkinghead.config import MotionConfig, RenderConfig
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth, mouth_opening
from talkinghead.media.audio import read_audio
from talkinghead.pipeline import Animator
from talkinghead.sample_rates import FPS, RATE
from talkinghead.scene.schedule import (
    SceneSpeaker,
    ScheduledLine,
    animate_speakers,
    speaker_features,
)
from talkinghead.types import (
    Array,
    FaceFrame,
    FaceShape,
    FaceTrack,
    LandmarkTrack,
    SpeechFeatures,
    Waveform,
)


class TrackRecorder:
    """A renderer of black frames that records its tracks."""

    size = (8, 8)

    def __init__(self) -> None:
        self.tracks: list[LandmarkTrack] = []

    def render(self, *tracks: LandmarkTrack) -> Iterator[Array]:
        self.tracks = list(tracks)
        yield from np.zeros((len(tracks[0]), 8, 8, 3), np.uint8)


def speaker(*lines: ScheduledLine, **config: float) -> SceneSpeaker:
    face = FaceShape(close_mouth(mean_face()).astype(np.float32))
    return SceneSpeaker(
        face, FaceFrame(np.eye(3), 100.0, np.zeros(3)), lines, MotionConfig(still=True, **config)
    )


def test_lips_move_only_during_the_lines_of_their_speaker(
    animator: Animator, voice: Waveform
) -> None:
    recorder = TrackRecorder()
    speakers = [
        speaker(ScheduledLine(voice)),
        speaker(ScheduledLine(voice, 4.0), seed=1),
        speaker(seed=2),
    ]
    clip = animate_speakers(animator, speakers, recorder, RenderConfig(), tail=0.5)
    assert len(list(clip.frames)) == clip.count == round((4 + voice.seconds + 0.5) * FPS)
    first, second, silent_speaker = (mouth_opening(track.points) for track in recorder.tracks)
    early, later = slice(0, 2 * FPS), slice(4 * FPS, 6 * FPS)
    assert np.ptp(first[early]) > 0.5
    assert np.ptp(first[3 * FPS :]) < 1e-3
    assert np.ptp(second[later]) > 0.5
    assert np.ptp(second[: 3 * FPS]) < 1e-3
    assert np.ptp(silent_speaker) < 1e-3
    assert np.ptp(recorder.tracks[2].points[:, 37, 1]) > 1  # and blinks


def test_the_audio_has_every_line_at_its_start(animator: Animator, voice: Waveform) -> None:
    clip = animate_speakers(
        animator,
        [speaker(ScheduledLine(voice, 1.0)), speaker(ScheduledLine(voice, 2.5))],
        TrackRecorder(),
        RenderConfig(),
    )
    assert clip.audio is not None
    assert isinstance(clip.audio_source, tuple)
    assert [cue.start for cue in clip.audio_source] == [1.0, 2.48]  # on the motion clock
    alone = slice(RATE, RATE + RATE // 2)
    np.testing.assert_allclose(clip.audio.samples[alone], voice.samples[: RATE // 2], atol=1e-6)
    assert not clip.audio.samples[:RATE].any()


def test_overlapping_lines_of_two_speakers_are_summed(animator: Animator, voice: Waveform) -> None:
    speakers = [speaker(ScheduledLine(voice)), speaker(ScheduledLine(voice, 0.48), seed=1)]
    clip = animate_speakers(animator, speakers, TrackRecorder(), RenderConfig())
    shift = round(0.48 * RATE)
    total = np.zeros(shift + voice.samples.size, np.float32)
    total[: voice.samples.size] += voice.samples
    total[shift:] += voice.samples
    assert clip.audio is not None
    quiet = np.abs(total) < 0.5  # louder samples are soft-clipped
    assert quiet.mean() > 0.5
    overlap = np.zeros(total.size, dtype=bool)
    overlap[shift : voice.samples.size] = True
    for part in (quiet & overlap, quiet & ~overlap):
        np.testing.assert_allclose(clip.audio.samples[part], total[part], atol=1e-6)


def test_each_speaker_has_its_own_pose_reference_and_speaking_style(
    animator: Animator, voice: Waveform
) -> None:
    face, frame = speaker().face, speaker().frame
    nod = np.zeros((50, 6), np.float32)
    nod[:, 1] = 10 * np.sin(np.arange(50) / 4)
    pose_reference = FaceTrack(np.repeat(face.points[None], 50, axis=0), nod)
    other = np.eye(256, dtype=np.float32)[3]
    lines = (ScheduledLine(voice),)
    speakers = [
        SceneSpeaker(face, frame, lines),
        SceneSpeaker(face, frame, lines, pose_reference=pose_reference),
        SceneSpeaker(face, frame, lines, speaking_style=other),
    ]
    recorder = TrackRecorder()
    list(animate_speakers(animator, speakers, recorder, RenderConfig()).frames)
    own, nodding, styled = (track.points for track in recorder.tracks)
    tip = nodding[:, 30, 1] - nodding[:, 30, 1].mean()
    assert np.corrcoef(tip, nod[: len(tip), 1])[0, 1] > 0.95
    assert np.abs(styled - own).max() > 0.01
    features = replace(
        speaker_features(animator, [(0, voice)], voice.samples.size), speaker_embedding=other
    )
    np.testing.assert_allclose(
        styled[10:-10, 48:],
        frame.place(animator.predict_motion(features, face)).points[10:-10, 48:],
    )


class TimeFeatures:
    """An animator whose content features are the time, with lips closed in every motion frame."""

    def __init__(self, fps: int) -> None:
        self.fps = fps

    def extract_features(self, wave: Waveform) -> SpeechFeatures:
        frames = round(wave.seconds * FPS)
        times = np.arange(frames * self.fps // FPS)[:, None] / self.fps
        voiced = np.full(frames, wave.samples.any(), np.float32)
        lips = np.repeat(voiced[:, None], 2, axis=1)
        content = times.astype(np.float32) * voiced.any()
        return SpeechFeatures(
            content, voiced, np.zeros(256, np.float32), 2 * content, self.fps, lips,
        )  # fmt: skip


@pytest.mark.parametrize("fps", [50, 100])
def test_features_of_a_line_are_at_its_time_at_any_rate_of_the_encoder(
    fps: int, voice: Waveform
) -> None:
    animator: Any = TimeFeatures(fps)
    features = speaker_features(animator, [(2 * FPS, voice)], 6 * RATE)
    assert (features.content_fps, len(features.content)) == (fps, 6 * fps)
    voiced = np.arange(6 * fps) // fps
    np.testing.assert_allclose(
        features.content[:, 0], np.where(voiced // 2 == 1, np.arange(6 * fps) / fps - 2, 0)
    )
    np.testing.assert_array_equal(features.encoder_features, 2 * features.content)
    assert features.lip_closure is not None
    np.testing.assert_array_equal(features.lip_closure[:, 0], features.voice_activity)
    np.testing.assert_array_equal(
        np.flatnonzero(features.voice_activity), np.arange(2 * FPS, 4 * FPS)
    )


@pytest.mark.weights
def test_a_line_in_a_scene_moves_the_lips_as_the_recording_alone_does() -> None:
    animator = Animator(device="cpu", refine=False)
    wave = read_audio(asset_folder("examples") / "hello_slt.wav")
    speech = Waveform(wave.samples[: 2 * RATE], RATE)
    recorder, actor = TrackRecorder(), speaker(ScheduledLine(speech, 1.0))
    list(animate_speakers(animator, [actor], recorder, RenderConfig()).frames)
    alone = animator.predict_motion(
        animator.extract_features(speech), actor.face, actor.motion_config
    )
    later = mouth_opening(recorder.tracks[0].points)[FPS:] / actor.frame.scale
    assert np.corrcoef(later, mouth_opening(alone.points))[0, 1] > 0.95
