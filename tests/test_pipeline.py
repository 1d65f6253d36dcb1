"""The steps of the pipeline make what `animate` renders, as long as the audio is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from talkinghead.assets import asset_folder
from talkinghead.config import MotionConfig, RenderConfig
from talkinghead.errors import AudioError, InputError
from talkinghead.media.audio import read_audio, write_wav
from talkinghead.media.loudness import normalise_loudness
from talkinghead.media.video_writer import write_video
from talkinghead.models.voice_detector import detect_voice
from talkinghead.motion.resample import clip_frames, resample_clip
from talkinghead.pipeline import Animator
from talkinghead.sample_rates import RATE, motion_frames
from talkinghead.speech.vad import load_voice_detector, log_mel_and_band_level, voice_activity
from talkinghead.train.augment.music import compose_music
from talkinghead.types import FaceTrack, Subject, Waveform
from tests.media.synthetic import encode_tracks


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


def test_a_speaking_style_may_be_an_embedding(
    animator: Animator, wilk: Subject, voice: Waveform
) -> None:
    calm = animator.speaking_style("calm")
    by_name = animator.motion(wilk, voice, speaking_style="calm")
    assert_array_equal(animator.motion(wilk, voice, speaking_style=calm).points, by_name.points)
    with pytest.raises(InputError, match=r"shape \(256,\) and be floats, got \(3,\)"):
        animator.speaking_style(calm[:3])


def test_an_array_is_written_at_its_own_rate_and_channels(
    animator: Animator, wilk: Subject, tmp_path: Path
) -> None:
    stereo = np.random.default_rng(0).normal(scale=0.1, size=(8_820, 2))
    write_video(animator.animate(wilk, (stereo, 44_100)), tmp_path / "a.mp4")
    with av.open(str(tmp_path / "a.mp4")) as container:
        context = container.streams.audio[0].codec_context
        assert (context.sample_rate, context.channels) == (44_100, 2)


def test_of_several_audio_tracks_the_one_that_holds_speech_is_heard_and_written(
    tiny_ckpt: Path, wilk: Subject, voice: Waveform, tmp_path: Path
) -> None:
    notes: list[str] = []
    animator = Animator(ckpt=tiny_ckpt, device="cpu", notify=notes.append)
    silence = np.zeros_like(voice.samples)
    path = encode_tracks(tmp_path / "a.mka", [silence, voice.samples], codec="flac")
    heard = animator.motion(wilk, path).points
    assert np.abs(heard - animator.motion(wilk, voice).points).max() < 1e-3  # 16 bits in the file
    assert len(notes) == 1
    assert "number 2 is used, the first that holds speech" in notes[0]
    still = animator.motion(wilk, path, audio_track=1)
    assert np.abs(still.points - heard).max() > 1e-2
    write_video(animator.animate(wilk, path, audio_track=1), tmp_path / "silent.mp4")
    assert not read_audio(tmp_path / "silent.mp4").samples.any()


def test_arguments_of_another_type_are_refused_in_a_line(
    animator: Animator, wilk: Subject, voice: Waveform
) -> None:
    calls: list[Callable[[Any], object]] = [
        lambda wrong: animator.animate(wrong, voice),
        lambda wrong: animator.motion(wrong, voice),
        lambda wrong: animator.stream(wrong, [], RATE),
        lambda wrong: animator.animate(wilk, voice, wrong),
        lambda wrong: animator.animate(wilk, voice, None, wrong),
        lambda wrong: animator.stream(wilk, [], RATE, wrong),
        lambda wrong: animator.stream(wilk, [], RATE, None, wrong),
        lambda wrong: animator.animate(wilk, voice, pose_reference=wrong),
        lambda wrong: animator.animate(wilk, voice, motion=wrong),
        lambda wrong: animator.motion(wilk, voice, fps=wrong),
        lambda wrong: animator.look_ahead(wrong),
    ]
    for number, call in enumerate(calls):
        for wrong in ("face.jpg", {"seed": 3}, 0):
            with pytest.raises(InputError) as caught:
                call(wrong)
            assert "\n" not in str(caught.value), number


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


def test_a_recording_in_which_nobody_speaks_is_noted_by_its_name(
    tiny_ckpt: Path, voice: Waveform, tmp_path: Path
) -> None:
    notes: list[str] = []
    animator = Animator(ckpt=tiny_ckpt, device="cpu", notify=notes.append)
    subject = animator.cartoon("wilk", size=64)
    silent = Waveform(np.zeros(RATE, np.float32), RATE)
    write_wav(silent, tmp_path / "muted.wav")
    animator.animate(subject, voice)
    assert notes == []
    animator.animate(subject, tmp_path / "muted.wav")
    animator.motion(subject, silent)
    for _ in animator.stream(subject, [silent.samples], RATE):
        pass
    assert [note.split(";")[0] for note in notes] == [
        f"no speech was heard in {tmp_path / 'muted.wav'}",
        "no speech was heard in the recording",
        "no speech was heard in the stream",
    ]


@pytest.mark.weights
def test_music_alone_is_no_speech_and_a_voice_is() -> None:
    detector = load_voice_detector()
    assert detector is not None
    speech = normalise_loudness(read_audio(asset_folder("examples") / "hello_slt.wav"))
    band = compose_music(4 * RATE, np.random.default_rng(1_000_000))
    for samples, spoken in ((speech.samples, True), (0.05 * speech.samples, True), (band, False)):
        wave = normalise_loudness(Waveform(np.clip(samples, -1, 1), RATE))
        mel, level = log_mel_and_band_level(wave)
        activity = voice_activity(wave, level, detect_voice(detector, mel))
        assert bool(activity.any()) is spoken
        if spoken:
            assert (activity == voice_activity(wave, level)).mean() > 0.95
