"""The steps of the pipeline make what `animate` renders, as long as the audio is."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from talkinghead.config import MotionConfig, RenderConfig
from talkinghead.errors import AudioError, InputError
from talkinghead.motion.resample import clip_frames, resample_clip
from talkinghead.pipeline import Animator
from talkinghead.sample_rates import RATE, motion_frames
from talkinghead.types import FaceTrack, Subject, Waveform


@pytest.fixture(scope="module")
def animator(tiny_ckpt: Path) -> Animator:
    return Animator(ckpt=tiny_ckpt, device="cpu")


@pytest.fixture(scope="module")
def wilk(animator: Animator) -> Subject:
    return animator.cartoon("wilk", size=64)


def test_motion_is_features_predicted_and_resampled(
    animator: Animator, wilk: Subject, voice: Waveform
) -> None:
    config = MotionConfig(seed=4, amp_pos=0.5)
    features = animator.extract_features(voice)
    track = animator.predict_motion(features, wilk.face, config, wilk.lip_gain)
    assert len(track) == motion_frames(voice.samples.size)
    expected = resample_clip(track, wilk.face, 30.0, clip_frames(voice.seconds, 30.0))
    motion = animator.motion(wilk, voice, config, 30.0)
    assert_array_equal(motion.points, expected.points)
    assert_array_equal(motion.pose, expected.pose)


def test_stored_motion_renders_the_same_frames_as_predicted_motion(
    animator: Animator, wilk: Subject, voice: Waveform
) -> None:
    predicted = animator.animate(wilk, voice, MotionConfig(seed=4))
    motion = animator.motion(wilk, voice, MotionConfig(seed=4))
    stored = animator.animate(wilk, voice, motion=motion)
    assert predicted.count == stored.count == 50
    for first, second in zip(predicted.frames, stored.frames, strict=True):
        assert_array_equal(first, second)


def test_a_file_a_waveform_and_an_array_give_the_same_motion(
    animator: Animator, wilk: Subject, voice: Waveform, voice_file: Path
) -> None:
    tracks = [
        animator.motion(wilk, audio).points
        for audio in (voice, (voice.samples, RATE), voice_file, str(voice_file))
    ]
    assert_array_equal(tracks[1], tracks[0])
    assert_array_equal(tracks[3], tracks[2])
    assert np.abs(tracks[2] - tracks[0]).max() < 1e-3  # 16 bits in the file


def test_a_speaking_style_replaces_only_the_speaker_embedding(
    animator: Animator, voice: Waveform
) -> None:
    own = animator.extract_features(voice)
    calm = animator.extract_features(voice, "calm")
    assert_array_equal(calm.speaker_embedding, animator.speaking_style("calm"))
    assert not np.array_equal(calm.speaker_embedding, own.speaker_embedding)
    for name in ("content", "encoder_features", "voice_activity"):
        assert_array_equal(getattr(calm, name), getattr(own, name))


def test_the_head_moves_as_in_the_pose_reference(
    animator: Animator, wilk: Subject, voice: Waveform
) -> None:
    pose = np.zeros((60, 6), np.float32)
    pose[:, 0] = np.linspace(0, 12, 60)
    reference = FaceTrack(np.repeat(wilk.face.points[None], 60, axis=0), pose)
    track = animator.motion(wilk, voice, pose_reference=reference)
    assert np.abs(track.pose - pose[:50]).max() < 0.5


def test_a_landmark_drawing_stands_to_the_left_of_the_frames(
    animator: Animator, wilk: Subject, voice: Waveform
) -> None:
    short = Waveform(voice.samples[: RATE // 5], RATE)
    plain = animator.animate(wilk, short)
    both = animator.animate(wilk, short, render_config=RenderConfig(side_by_side=True))
    width, height = plain.size
    assert both.size == (width + height, height)
    for drawn, frame in zip(both.frames, plain.frames, strict=True):
        assert drawn.shape[:2] == (height, width + height)
        assert_array_equal(drawn[:, height:], frame)


def test_unknown_sources_are_refused(animator: Animator, wilk: Subject) -> None:
    with pytest.raises(InputError, match="nobody"):
        animator.speaking_style("nobody")
    with pytest.raises(AudioError):
        animator.animate(wilk, "missing.wav")
    with pytest.raises(InputError, match="device"):
        Animator(device="abacus")
