"""A stream yields the frames of a recording while the audio arrives."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import gaussian_filter1d

from talkinghead.assets import asset_folder
from talkinghead.config import MotionConfig, RenderConfig
from talkinghead.errors import AudioError, InputError
from talkinghead.geometry.mouth import mouth_opening
from talkinghead.landmarks import JAW, MOUTH
from talkinghead.media.audio import read_audio
from talkinghead.motion.lip_constraints import SEAL_GAP
from talkinghead.motion.resample import clip_frames, resample_clip
from talkinghead.pipeline import Animator
from talkinghead.sample_rates import FPS, FRAME_SAMPLES, RATE
from talkinghead.streaming import features
from talkinghead.streaming.stream import FaceStream, StreamingResampler
from talkinghead.types import Array, FaceTrack, Subject, Waveform
from tests.conftest import SPOKEN
from tests.motion.tracks import FACE


@pytest.fixture(scope="module")
def animator(tiny_ckpt: Path) -> Animator:
    return Animator(ckpt=tiny_ckpt, device="cpu")


@pytest.fixture(scope="module")
def wilk(animator: Animator) -> Subject:
    return animator.cartoon("wilk", size=64)


def stream_track(
    animator: Animator,
    subject: Subject,
    samples: Array,
    fps: float = FPS,
    every: int = 1,
    look_ahead: int | None = None,
) -> FaceTrack:
    """The track of a stream whose blocks arrive `every` at a time."""
    face = FaceStream(animator.models, subject, MotionConfig(), fps, None, look_ahead)
    whole = len(samples) // FRAME_SAMPLES * FRAME_SAMPLES
    blocks = samples[:whole].reshape(-1, FRAME_SAMPLES)
    parts = [face.push(blocks[at : at + every]) for at in range(0, len(blocks), every)]
    if whole < len(samples):
        parts.append(face.push(samples[None, whole:]))
    parts.append(face.flush())
    tracks = [part for part in parts if part is not None]
    points = np.concatenate([track.points for track in tracks])
    return FaceTrack(points, np.concatenate([track.pose for track in tracks]), fps)


def test_frames_do_not_depend_on_how_the_audio_is_cut(
    animator: Animator, wilk: Subject, voice: Waveform, rng: np.random.Generator
) -> None:
    cuts = np.sort(rng.integers(0, voice.samples.size, 25))
    whole, cut = (
        np.stack(list(animator.stream(wilk, chunks, RATE)))
        for chunks in ([voice.samples], np.split(voice.samples, cuts))
    )
    assert_array_equal(whole, cut)
    assert np.ptp(whole, axis=0).max() > 50


@pytest.mark.parametrize("fps", [10.0, FPS, 30.0])
@pytest.mark.parametrize("samples", [1, 700, 9000, 2 * RATE])
def test_the_frames_last_as_long_as_the_audio(
    animator: Animator, wilk: Subject, voice: Waveform, fps: float, samples: int
) -> None:
    track = stream_track(animator, wilk, voice.samples[:samples], fps)
    assert len(track) == max(1, round(samples / RATE * fps))


def test_no_audio_gives_no_frames(animator: Animator, wilk: Subject) -> None:
    assert not list(animator.stream(wilk, [], RATE))


@pytest.mark.parametrize("fps", [FPS, 50.0])
def test_a_frame_comes_when_its_look_ahead_has_arrived(
    animator: Animator, wilk: Subject, voice: Waveform, fps: float
) -> None:
    arrived = 0.0

    def chunks() -> Iterator[Array]:
        nonlocal arrived
        for block in np.split(voice.samples, 100):
            arrived += block.size / RATE
            yield block

    delays = [
        arrived - frame / fps
        for frame, _ in enumerate(
            animator.stream(wilk, chunks(), RATE, render_config=RenderConfig(fps=fps))
        )
        if arrived < voice.seconds
    ]
    assert len(delays) > 20
    assert max(delays) < animator.look_ahead(fps) + 1 / FPS + 1e-6
    assert 0 < animator.look_ahead(fps) < 0.7


def test_lips_move_as_those_of_the_recording(
    animator: Animator, wilk: Subject, voice: Waveform
) -> None:
    wave = Waveform(np.tile(voice.samples, 4), RATE)
    whole = animator.predict_motion(
        animator.extract_features(wave), wilk.face, MotionConfig(), wilk.lip_gain
    )
    streamed = stream_track(animator, wilk, wave.samples)
    expected, actual = (mouth_opening(track.points)[2 * FPS :] for track in (whole, streamed))
    # Not more: when a pause begins, a stream does not know yet how long it will be.
    assert np.corrcoef(expected, actual)[0, 1] > 0.85
    fastest = np.abs(np.diff(whole.points, axis=0)).max()
    # Not less: the stream's lips close in shorter pauses, too.
    assert np.abs(np.diff(streamed.points, axis=0)).max() < 1.75 * fastest


def test_the_mouth_is_closed_in_silence(
    animator: Animator, wilk: Subject, voice: Waveform, rng: np.random.Generator
) -> None:
    noise = (1e-3 * rng.normal(size=4 * RATE)).astype("f4")
    track = stream_track(animator, wilk, np.concatenate([noise, voice.samples, noise]))
    gap, speech = mouth_opening(track.points), 4 + np.array(SPOKEN)
    assert gap[: int((speech[0, 0] - 0.6) * FPS)].max() < SEAL_GAP
    assert gap[int((speech[-1, 1] + 0.6) * FPS) :].max() < SEAL_GAP
    assert gap.max() > SEAL_GAP


def test_a_stream_begins_and_ends_with_a_neutral_mouth(
    animator: Animator, wilk: Subject, voice: Waveform
) -> None:
    vowel = voice.samples[int(0.15 * RATE) : int(0.6 * RATE)]
    points = stream_track(animator, wilk, np.tile(vowel, 3)).points
    for part in (JAW, MOUTH):
        assert_allclose(points[[0, -1]][:, part], np.stack(2 * [wilk.face.points[part]]), atol=1e-6)


def test_memory_does_not_grow(animator: Animator, wilk: Subject, voice: Waveform) -> None:
    def array_sizes(owner: object, visited: set[int]) -> int:
        if id(owner) in visited or not hasattr(owner, "__dict__"):
            return owner.size if isinstance(owner, np.ndarray) else 0
        visited.add(id(owner))
        return sum(array_sizes(value, visited) for value in vars(owner).values())

    sizes = []
    face = FaceStream(animator.models, wilk, MotionConfig(), FPS, None)
    vowels = voice.samples[int(SPOKEN[0][0] * RATE) : int(SPOKEN[0][1] * RATE)]
    blocks = np.resize(vowels, 14 * FPS * FRAME_SAMPLES).reshape(-1, FRAME_SAMPLES)
    for part in (blocks, blocks[:20]):
        face.push(part)
        sizes.append(array_sizes(face, set()))
    assert sizes[0] == sizes[1] > 1000


def test_the_same_seed_gives_the_same_motion(
    animator: Animator, wilk: Subject, voice: Waveform
) -> None:
    assert_array_equal(
        stream_track(animator, wilk, voice.samples).pose,
        stream_track(animator, wilk, voice.samples, every=5).pose,
    )


def test_several_angles_are_refused(animator: Animator, wilk: Subject) -> None:
    with pytest.raises(InputError, match="yaw: a stream has no end"):
        next(animator.stream(wilk, [np.zeros(FRAME_SAMPLES)], RATE, MotionConfig(yaw=(0, 20))))


def test_audio_after_the_end_is_refused(animator: Animator, wilk: Subject) -> None:
    face = FaceStream(animator.models, wilk, MotionConfig(), FPS, None)
    face.push(np.zeros((1, 10), np.float32))
    with pytest.raises(AudioError, match="has ended"):
        face.push(np.zeros((1, FRAME_SAMPLES), np.float32))


@pytest.mark.parametrize("fps", [12.5, FPS, 30.0, 60.0])
def test_a_stream_is_resampled_as_a_recording_is(rng: np.random.Generator, fps: float) -> None:
    smooth = gaussian_filter1d(rng.normal(size=(60, 68, 3)), 2, axis=0).astype("f4")
    track = FaceTrack(smooth, smooth[:, 0].repeat(2, axis=1))
    resampler, parts = StreamingResampler(FACE, fps), []
    count = clip_frames(len(track) / FPS, fps)
    for at in range(len(track)):
        frame = FaceTrack(track.points[at : at + 1], track.pose[at : at + 1])
        parts.extend(resampler.push(frame, None if at < 50 else count))
    parts.extend(resampler.push(None, count))
    points = np.concatenate([part.points for part in parts])
    whole = resample_clip(track, FACE, fps, count).points
    assert len(points) == count
    # At another rate a spline ends a few frames after the one that is due.
    assert_allclose(points, whole, atol=0 if fps == FPS else 0.03 * np.ptp(smooth))


def test_a_stored_style_streams_the_same_however_the_audio_is_cut(
    animator: Animator, wilk: Subject, voice: Waveform
) -> None:
    whole, cut = (
        list(animator.stream(wilk, np.split(voice.samples, n), RATE, speaking_style="calm"))
        for n in (1, 50)
    )
    assert_array_equal(whole, cut)


@pytest.mark.parametrize("fps", [FPS, 50.0])
@pytest.mark.parametrize("look_ahead", [0.16, 0.32])
def test_a_frame_comes_after_the_look_ahead_that_was_chosen(
    animator: Animator, wilk: Subject, voice: Waveform, fps: float, look_ahead: float
) -> None:
    arrived, config = 0.0, RenderConfig(fps=fps)

    def chunks() -> Iterator[Array]:
        nonlocal arrived
        for block in np.split(voice.samples, 100):
            arrived += block.size / RATE
            yield block

    frames = animator.stream(wilk, chunks(), RATE, render_config=config, look_ahead=look_ahead)
    delays = [arrived - frame / fps for frame, _ in enumerate(frames) if arrived < voice.seconds]
    assert len(delays) > 20
    assert look_ahead - 1 / fps < max(delays) < look_ahead + 1 / FPS + 1e-6


@pytest.mark.parametrize("frames", [2, 5])
def test_frames_with_a_short_look_ahead_do_not_depend_on_how_the_audio_is_cut(
    animator: Animator, wilk: Subject, voice: Waveform, frames: int
) -> None:
    one, seven = (
        stream_track(animator, wilk, voice.samples, every=every, look_ahead=frames)
        for every in (1, 7)
    )
    assert_array_equal(one.points, seven.points)
    assert_array_equal(one.pose, seven.pose)


def test_all_that_the_networks_look_at_is_the_default_look_ahead(
    animator: Animator, wilk: Subject, voice: Waveform
) -> None:
    full = round(animator.look_ahead() * FPS)
    default, chosen = (
        stream_track(animator, wilk, voice.samples, look_ahead=frames) for frames in (None, full)
    )
    assert_array_equal(default.points, chosen.points)


@pytest.mark.weights
def test_a_shorter_look_ahead_moves_the_lips_nearly_as_a_longer_one(wilk: Subject) -> None:
    trained = Animator(device="cpu", refine=False)
    samples = read_audio(asset_folder("examples") / "hello_slt.wav").samples[: 4 * RATE]
    full, some, least = (
        mouth_opening(stream_track(trained, wilk, samples, look_ahead=frames).points)
        for frames in (None, 5, 2)
    )
    near, far = (np.corrcoef(full[FPS:], other[FPS:])[0, 1] for other in (some, least))
    assert near > 0.9
    assert near > far > 0.5
    assert np.abs(np.diff(some)).max() < 1.5 * np.abs(np.diff(full)).max()


@pytest.mark.parametrize(("fps", "seconds"), [(FPS, 0.05), (30.0, 0.1), (FPS, float("nan"))])
def test_a_look_ahead_that_is_too_short_is_refused(
    animator: Animator, wilk: Subject, fps: float, seconds: float
) -> None:
    with pytest.raises(InputError, match=r"look-ahead: .* at least 0"):
        next(
            animator.stream(
                wilk, [np.zeros(640)], RATE, render_config=RenderConfig(fps=fps),
                look_ahead=seconds,
            )
        )  # fmt: skip


@pytest.mark.parametrize(("look_ahead", "tolerance"), [(None, 1e-5), (3, 2e-3)])
def test_digital_silence_is_computed_once_and_the_motion_is_the_same(
    animator: Animator,
    wilk: Subject,
    voice: Waveform,
    monkeypatch: pytest.MonkeyPatch,
    look_ahead: int | None,
    tolerance: float,
) -> None:
    """With a short look-ahead the estimate of what follows differs: silence, or an end."""
    samples = np.concatenate([voice.samples, np.zeros(6 * RATE, np.float32), voice.samples])
    short = stream_track(animator, wilk, samples, look_ahead=look_ahead)
    monkeypatch.setattr(features, "STEADY", 10**6)
    long = stream_track(animator, wilk, samples, look_ahead=look_ahead)
    assert_allclose(short.points, long.points, atol=tolerance)
    assert_allclose(short.pose, long.pose, atol=100 * tolerance)
