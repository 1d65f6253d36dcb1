"""A stream: the frames of a recording, while it is still being made."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.clock import FPS, FRAME, RATE
from talkinghead.config import Output, Style
from talkinghead.errors import AudioError, InputError
from talkinghead.geometry.mouth import opening
from talkinghead.landmarks import JAW, MOUTH
from talkinghead.motion.lip_shapes import SEAL
from talkinghead.pipeline import Animator
from talkinghead.stream import FaceStream
from talkinghead.types import Array, FaceTrack, Subject, Waveform
from tests.conftest import SPOKEN


@pytest.fixture(scope="module")
def animator(tiny_ckpt: Path) -> Animator:
    return Animator(ckpt=tiny_ckpt, device="cpu")


@pytest.fixture(scope="module")
def wilk(animator: Animator) -> Subject:
    return animator.cartoon("wilk", size=64)


def tracked(
    animator: Animator, subject: Subject, samples: Array, fps: float = FPS, every: int = 1
) -> FaceTrack:
    """The track of a stream whose blocks come `every` at a time."""
    face = FaceStream(animator.models, subject, Style(), fps, None)
    whole = len(samples) // FRAME * FRAME
    blocks = samples[:whole].reshape(-1, FRAME)
    parts = [face.hear(blocks[at : at + every]) for at in range(0, len(blocks), every)]
    if whole < len(samples):
        parts.append(face.hear(samples[None, whole:]))
    parts.append(face.end())
    found = [part for part in parts if part is not None]
    points = np.concatenate([part.points for part in found])
    return FaceTrack(points, np.concatenate([part.pose for part in found]), fps)


def test_frames_do_not_depend_on_how_the_sound_is_cut(
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
def test_there_are_as_many_frames_as_the_sound_is_long(
    animator: Animator, wilk: Subject, voice: Waveform, fps: float, samples: int
) -> None:
    track = tracked(animator, wilk, voice.samples[:samples], fps)
    assert len(track) == max(1, round(samples / RATE * fps))


def test_no_sound_gives_no_frames(animator: Animator, wilk: Subject) -> None:
    assert not list(animator.stream(wilk, [], RATE))


@pytest.mark.parametrize("fps", [FPS, 50.0])
def test_a_frame_is_there_when_its_look_ahead_has_been_heard(
    animator: Animator, wilk: Subject, voice: Waveform, fps: float
) -> None:
    arrived = 0.0

    def chunks() -> Iterator[Array]:
        nonlocal arrived
        for block in np.split(voice.samples, 100):
            arrived += block.size / RATE
            yield block

    late = [
        arrived - frame / fps
        for frame, _ in enumerate(animator.stream(wilk, chunks(), RATE, output=Output(fps=fps)))
        if arrived < voice.seconds
    ]
    assert len(late) > 20
    assert max(late) < animator.look_ahead(fps) + 1 / FPS + 1e-6
    assert 0 < animator.look_ahead(fps) < 0.7


def test_lips_move_as_those_of_the_recording(
    animator: Animator, wilk: Subject, voice: Waveform
) -> None:
    sound = Waveform(np.tile(voice.samples, 4), RATE)
    whole = animator.move(animator.listen(sound), wilk.face, Style(), wilk.lip_gain)
    moved = tracked(animator, wilk, sound.samples)
    said, heard = (opening(track.points)[2 * FPS :] for track in (whole, moved))
    assert np.corrcoef(said, heard)[0, 1] > 0.9
    fastest = np.abs(np.diff(whole.points, axis=0)).max()
    assert np.abs(np.diff(moved.points, axis=0)).max() < 1.5 * fastest


def test_a_mouth_is_shut_while_nobody_speaks(
    animator: Animator, wilk: Subject, voice: Waveform, rng: np.random.Generator
) -> None:
    hum = (1e-3 * rng.normal(size=4 * RATE)).astype("f4")
    track = tracked(animator, wilk, np.concatenate([hum, voice.samples, hum]))
    gap, said = opening(track.points), 4 + np.array(SPOKEN)
    assert gap[: int((said[0, 0] - 0.6) * FPS)].max() < SEAL
    assert gap[int((said[-1, 1] + 0.6) * FPS) :].max() < SEAL
    assert gap.max() > SEAL


def test_a_stream_begins_and_ends_at_rest(
    animator: Animator, wilk: Subject, voice: Waveform
) -> None:
    vowel = voice.samples[int(0.15 * RATE) : int(0.6 * RATE)]
    points = tracked(animator, wilk, np.tile(vowel, 3)).points
    for part in (JAW, MOUTH):
        assert_allclose(points[[0, -1]][:, part], np.stack(2 * [wilk.face.points[part]]), atol=1e-6)


def test_what_is_remembered_does_not_grow(
    animator: Animator, wilk: Subject, voice: Waveform
) -> None:
    def kept(thing: object, seen: set[int]) -> int:
        if id(thing) in seen or not hasattr(thing, "__dict__"):
            return thing.size if isinstance(thing, np.ndarray) else 0
        seen.add(id(thing))
        return sum(kept(part, seen) for part in vars(thing).values())

    sizes = []
    face = FaceStream(animator.models, wilk, Style(), FPS, None)
    vowels = voice.samples[int(SPOKEN[0][0] * RATE) : int(SPOKEN[0][1] * RATE)]
    blocks = np.resize(vowels, 14 * FPS * FRAME).reshape(-1, FRAME)
    for part in (blocks, blocks[:20]):
        face.hear(part)
        sizes.append(kept(face, set()))
    assert sizes[0] == sizes[1] > 1000


def test_the_same_seed_gives_the_same_motion(
    animator: Animator, wilk: Subject, voice: Waveform
) -> None:
    assert_array_equal(
        tracked(animator, wilk, voice.samples).pose,
        tracked(animator, wilk, voice.samples, every=5).pose,
    )


def test_a_stream_has_no_end_to_turn_towards(animator: Animator, wilk: Subject) -> None:
    with pytest.raises(InputError, match="yaw: a stream has no end"):
        next(animator.stream(wilk, [np.zeros(FRAME)], RATE, Style(yaw=(0, 20))))


def test_sound_behind_the_end_is_refused(animator: Animator, wilk: Subject) -> None:
    face = FaceStream(animator.models, wilk, Style(), FPS, None)
    face.hear(np.zeros((1, 10), np.float32))
    with pytest.raises(AudioError, match="has ended"):
        face.hear(np.zeros((1, FRAME), np.float32))
