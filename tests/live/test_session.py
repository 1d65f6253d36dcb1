"""A live face keeps the audio's clock, rests between sentences, and stops when interrupted."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.assets import asset_folder
from talkinghead.errors import AudioError
from talkinghead.landmarks import MOUTH
from talkinghead.live import session as live
from talkinghead.live.session import LEAD_FRAMES, LiveFrame, LiveSession
from talkinghead.media.audio import read_audio
from talkinghead.pipeline import Animator
from talkinghead.sample_rates import FPS, FRAME_SAMPLES, RATE
from talkinghead.types import Array, FaceTrack, Subject, Waveform

HELLO = asset_folder("examples") / "hello_slt.wav"


@pytest.fixture(scope="module")
def animator(tiny_ckpt: Path) -> Animator:
    return Animator(ckpt=tiny_ckpt, device="cpu")


@pytest.fixture(scope="module")
def wilk(animator: Animator) -> Subject:
    return animator.cartoon("wilk", size=64)


@pytest.fixture
def session(animator: Animator, wilk: Subject) -> LiveSession:
    return LiveSession(animator, wilk)


@pytest.fixture(scope="module")
def trained_animator() -> Animator:
    return Animator(device="cpu", refine=False)


@pytest.fixture
def trained(trained_animator: Animator, wilk: Subject) -> LiveSession:
    """A session with the shipped networks."""
    return LiveSession(trained_animator, wilk)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[FaceTrack]:
    """The face tracks that are rendered."""
    tracks: list[FaceTrack] = []
    render = live.render_track

    def record(track, *arguments):
        tracks.append(track)
        return render(track, *arguments)

    monkeypatch.setattr(live, "render_track", record)
    return tracks


def lips(tracks: list[FaceTrack]) -> Array:
    return np.stack([track.points[0, MOUTH] for track in tracks])


def advance(session: LiveSession, count: int, *, render: bool = False) -> list[LiveFrame]:
    return [session.advance(render=render) for _ in range(count)]


def test_speech_handed_over_at_once_leaves_at_once_complete_and_in_order(session, voice):
    advance(session, 5)
    for part in np.split(voice.samples, [100, 5000, 5001]):
        session.push_audio(part)
    session.end_speech()
    frames = advance(session, 5 + voice.samples.size // FRAME_SAMPLES)
    audio = np.concatenate([frame.audio for frame in frames])
    first = (LEAD_FRAMES - 1) * FRAME_SAMPLES
    assert_array_equal(audio[:first], 0)
    assert_array_equal(audio[first:][: voice.samples.size], voice.samples)
    assert_array_equal(audio[first + voice.samples.size :], 0)
    assert_allclose([frame.time for frame in frames], (5 + np.arange(len(frames))) / FPS)
    assert session.pushed == session.played == voice.samples.size


@pytest.mark.parametrize("look_ahead", [0.08, 0.2, 0.6])
def test_speech_that_arrives_as_it_is_spoken_leaves_after_the_look_ahead(
    animator, wilk, voice, look_ahead
):
    session = LiveSession(animator, wilk, look_ahead=look_ahead)
    advance(session, 7)
    blocks = np.split(voice.samples, range(FRAME_SAMPLES, voice.samples.size, FRAME_SAMPLES))
    audio = []
    for block in [*blocks, *20 * [np.zeros(0, np.float32)]]:
        session.push_audio(block)
        audio.append(session.advance(render=False).audio)
    delay = (round(session.look_ahead * FPS) - 1) * FRAME_SAMPLES  # a block had to be complete
    heard = np.concatenate(audio)
    assert_array_equal(heard[:delay], 0)
    assert_array_equal(heard[delay : delay + voice.samples.size], voice.samples)


def test_a_word_shorter_than_the_look_ahead_is_spoken_too(animator, wilk):
    session = LiveSession(animator, wilk, look_ahead=0.4)
    session.push_audio(np.full(100, 0.5))
    frames = advance(session, 15)
    assert sum(frame.speech for frame in frames) == 100
    assert sum(frame.audio.sum() for frame in frames) == pytest.approx(50)


@pytest.mark.parametrize(("rate", "output"), [(24_000, 16_000), (44_100, 48_000), (8_000, 24_000)])
def test_any_sample_rate_goes_in_and_leaves_at_the_session_s(animator, wilk, rate, output):
    session = LiveSession(animator, wilk, sample_rate=output)
    tone = np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    for part in np.array_split(tone, 37):
        session.push_audio(part, rate)
    session.end_speech()
    frames = advance(session, 30)
    assert sum(frame.speech for frame in frames) == pytest.approx(output, abs=0.01 * output)
    spoken = np.concatenate([frame.audio[: frame.speech] for frame in frames])
    middle = spoken[len(spoken) // 4 : 3 * len(spoken) // 4]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert np.argmax(spectrum) * output / len(middle) == pytest.approx(440, abs=3)
    assert all(frame.audio.size == output // FPS for frame in frames)


def test_a_rate_that_no_frame_holds_is_refused(animator, wilk):
    with pytest.raises(AudioError, match="multiple of 25"):
        LiveSession(animator, wilk, sample_rate=11_026)


@pytest.mark.weights
def test_the_lips_move_with_the_audio_rest_without_and_never_jump(trained, wilk, shown):
    for _ in range(10):
        trained.advance()
    samples = read_audio(HELLO).samples[: 3 * RATE // 2]
    trained.push_audio(samples)
    loud = np.array([np.abs(trained.advance().audio).max() for _ in range(75)]) > 0.01
    moved = np.abs(lips(shown) - wilk.face.points[MOUTH]).max(axis=(1, 2))
    assert moved[10:][loud].max() > 0.05
    assert moved[: 10 + int(np.argmax(loud)) - 12].max() < 0.005
    assert moved[-10:].max() < 0.005
    steps = np.abs(np.diff(lips(shown), axis=0)).max(axis=(1, 2))
    assert steps.max() < 0.7 * moved.max()
    pose = np.stack([track.pose[0, :3] for track in shown])
    assert np.abs(np.diff(pose, axis=0)).max() < 2  # degrees


@pytest.mark.weights
def test_an_interruption_is_at_rest_within_150_ms_and_stays_silent(trained, wilk, shown):
    session = trained
    session.push_audio(read_audio(HELLO).samples)
    while not shown or np.abs(lips(shown[-1:]) - wilk.face.points[MOUTH]).max() < 0.05:
        session.advance()
    session.interrupt()
    assert session.queued_seconds == 0
    first = len(shown)
    frames = [session.advance() for _ in range(40)]
    moved = np.abs(lips(shown[first:]) - wilk.face.points[MOUTH]).max(axis=(1, 2))
    assert 0 < moved[0] < np.abs(lips(shown[first - 1 : first]) - wilk.face.points[MOUTH]).max()
    assert moved[round(0.15 * FPS) - 1 :].max() < 0.005
    assert all(not frame.audio.any() for frame in frames[1:])
    assert session.pushed == session.played
    session.push_audio(read_audio(HELLO).samples[: 3 * RATE // 2])
    for _ in range(45):
        session.advance()
    assert np.abs(lips(shown[-45:]) - wilk.face.points[MOUTH]).max() > 0.05


def test_an_idle_face_blinks_and_breathes(session, shown):
    for _ in range(6 * FPS):
        session.advance()
    eyes = np.stack([track.points[0, 37, 1] - track.points[0, 41, 1] for track in shown])
    assert np.ptp(eyes) > 0.5 * np.abs(eyes).max()
    pitch = np.array([track.pose[0, 1] for track in shown])
    assert 0.2 < np.ptp(pitch) < 10
    assert np.abs(np.diff(pitch)).max() < 0.5


def test_overload_drops_frames_and_never_the_audio(session, voice):
    session.push_audio(voice.samples)
    now = 0.0

    def clock() -> float:
        return now

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    frames = []
    for frame in itertools.islice(session.frames(clock, sleep), 60):
        frames.append(frame)
        now += 0.1 if frame.image is not None else 0.001  # rendering takes 2.5 frames
        assert now - frame.time < 0.16
    assert 15 < session.dropped < 45
    assert [frame.index for frame in frames] == list(range(60))
    audio = np.concatenate([frame.audio for frame in frames])
    said = audio[: voice.samples.size]
    assert_array_equal(said, voice.samples[: said.size])


def test_what_is_stored_does_not_grow(session):
    sizes = set()
    for _ in range(100):
        session.advance(render=False)
        sizes.add(len(session._taken))
    assert sizes == {LEAD_FRAMES - 1}


def test_what_is_not_audio_is_refused(session):
    for samples in (np.array([np.nan]), np.zeros((2, 2, 2))):
        with pytest.raises(AudioError):
            session.push_audio(samples)


def test_integers_and_stereo_are_accepted(session, voice: Waveform):
    session.push_audio(np.full((640, 2), 16384, np.int16))
    assert session.queued_seconds == pytest.approx(0.04)
