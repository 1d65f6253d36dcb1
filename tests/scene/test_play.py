"""Each says its own lines in time and is quiet otherwise; who is not asked does not move."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from talkinghead.clock import FPS, RATE
from talkinghead.config import Output, Style
from talkinghead.errors import FaceError, InputError
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth, opening
from talkinghead.home import home
from talkinghead.media.audio import read_audio
from talkinghead.media.image import write_image
from talkinghead.pipeline import Animator
from talkinghead.scene.faces import speak_together
from talkinghead.scene.play import Line, Role, heard, play
from talkinghead.types import (
    Array,
    FaceFrame,
    FaceShape,
    FaceTrack,
    LandmarkTrack,
    SpeechFeatures,
    Waveform,
)


class Watched:
    """An ensemble that paints nothing and keeps the tracks."""

    size = (8, 8)

    def __init__(self) -> None:
        self.tracks: list[LandmarkTrack] = []

    def render(self, tracks: Sequence[LandmarkTrack]) -> Iterator[Array]:
        self.tracks = list(tracks)
        yield from np.zeros((len(tracks[0]), 8, 8, 3), np.uint8)


def role(*lines: Line, **style: float) -> Role:
    face = FaceShape(close_mouth(mean_face()).astype(np.float32))
    return Role(face, FaceFrame(np.eye(3), 100.0, np.zeros(3)), lines, Style(still=True, **style))


@pytest.fixture(scope="module")
def animator(tiny_ckpt: Path) -> Animator:
    return Animator(ckpt=tiny_ckpt, device="cpu")


def test_lips_move_while_they_speak_and_rest_while_others_do(
    animator: Animator, voice: Waveform
) -> None:
    watched = Watched()
    roles = [role(Line(voice)), role(Line(voice, 4.0), seed=1), role(seed=2)]
    clip = play(animator, roles, watched, Output(), spare=0.5)
    assert len(list(clip.frames)) == clip.count == round((4 + voice.seconds + 0.5) * FPS)
    first, second, listener = (opening(track.points) for track in watched.tracks)
    said, later = slice(0, 2 * FPS), slice(4 * FPS, 6 * FPS)
    assert np.ptp(first[said]) > 0.5
    assert np.ptp(first[3 * FPS :]) < 1e-3
    assert np.ptp(second[later]) > 0.5
    assert np.ptp(second[: 3 * FPS]) < 1e-3
    assert np.ptp(listener) < 1e-3
    assert np.ptp(watched.tracks[2].points[:, 37, 1]) > 1  # and blinks


def test_the_sound_is_all_lines_at_their_moments(animator: Animator, voice: Waveform) -> None:
    clip = play(animator, [role(Line(voice, 1.0)), role(Line(voice, 2.5))], Watched(), Output())
    assert clip.audio is not None
    assert isinstance(clip.sound, tuple)
    assert [cue.start for cue in clip.sound] == [1.0, 2.48]  # on the motion clock
    alone = slice(RATE, RATE + RATE // 2)
    np.testing.assert_allclose(clip.audio.samples[alone], voice.samples[: RATE // 2], atol=1e-6)
    assert not clip.audio.samples[:RATE].any()


def test_borrowed_motion_is_each_ones_own(animator: Animator, voice: Waveform) -> None:
    face, frame = role().face, role().frame
    nod = np.zeros((50, 6), np.float32)
    nod[:, 1] = 10 * np.sin(np.arange(50) / 4)
    reference = FaceTrack(np.repeat(face.points[None], 50, axis=0), nod)
    other = np.eye(256, dtype=np.float32)[3]
    lines = (Line(voice),)
    roles = [
        Role(face, frame, lines),
        Role(face, frame, lines, reference=reference),
        Role(face, frame, lines, manner=other),
    ]
    watched = Watched()
    list(play(animator, roles, watched, Output()).frames)
    own, nodding, styled = (track.points for track in watched.tracks)
    tip = nodding[:, 30, 1] - nodding[:, 30, 1].mean()
    assert np.corrcoef(tip, nod[: len(tip), 1])[0, 1] > 0.95
    assert np.abs(styled - own).max() > 0.01
    features = replace(heard(animator, [(0, voice)], voice.samples.size), speaker=other)
    np.testing.assert_allclose(
        styled[10:-10, 48:], frame.place(animator.move(features, face)).points[10:-10, 48:]
    )


class Ear:
    """Hears in every content frame when it is, in every motion frame shut lips."""

    def __init__(self, fps: int) -> None:
        self.fps = fps

    def listen(self, wave: Waveform) -> SpeechFeatures:
        frames = round(wave.seconds * FPS)
        times = np.arange(frames * self.fps // FPS)[:, None] / self.fps
        spoken = np.full(frames, wave.samples.any(), np.float32)
        lips = np.repeat(spoken[:, None], 2, axis=1)
        heard = times.astype(np.float32) * spoken.any()
        return SpeechFeatures(
            heard, spoken, np.zeros(256, np.float32), 2 * heard, self.fps, lips,
        )  # fmt: skip


@pytest.mark.parametrize("fps", [50, 100])
def test_a_line_is_heard_when_it_is_said_whatever_the_encoders_rate(
    fps: int, voice: Waveform
) -> None:
    animator: Any = Ear(fps)
    features = heard(animator, [(2 * FPS, voice)], 6 * RATE)
    assert (features.content_fps, len(features.content)) == (fps, 6 * fps)
    spoken = np.arange(6 * fps) // fps
    np.testing.assert_allclose(
        features.content[:, 0], np.where(spoken // 2 == 1, np.arange(6 * fps) / fps - 2, 0)
    )
    np.testing.assert_array_equal(features.heard, 2 * features.content)
    assert features.visemes is not None
    np.testing.assert_array_equal(features.visemes[:, 0], features.activity)
    np.testing.assert_array_equal(np.flatnonzero(features.activity), np.arange(2 * FPS, 4 * FPS))


@pytest.mark.weights
def test_a_line_of_a_scene_moves_the_lips_as_it_does_alone() -> None:
    animator = Animator(device="cpu", finish=False)
    wave = read_audio(home("examples") / "hello_slt.wav")
    speech = Waveform(wave.samples[: 2 * RATE], RATE)
    watched, one = Watched(), role(Line(speech, 1.0))
    list(play(animator, [one], watched, Output()).frames)
    alone = animator.move(animator.listen(speech), one.face, one.style)
    later = opening(watched.tracks[0].points)[FPS:] / one.frame.scale
    assert np.corrcoef(later, opening(alone.points))[0, 1] > 0.95


@pytest.fixture(scope="module")
def couple(tmp_path_factory: pytest.TempPathFactory, portrait_image: Array) -> Path:
    """Two women beside each other."""
    path = tmp_path_factory.mktemp("couple") / "couple.png"
    half = np.ascontiguousarray(portrait_image[:320, 60:400])
    write_image(np.hstack([half, half[:, ::-1]]), path)
    return path


def test_only_named_faces_change(animator: Animator, couple: Path, voice: Waveform) -> None:
    short = Waveform(voice.samples[RATE // 8 : RATE], RATE)
    clip = speak_together(animator, couple, {1: short}, Style(amp_pos=2), Output(fps=5))
    frames = np.stack(list(clip.frames)).astype(int)
    change = np.abs(frames - frames[0]).max(axis=(0, 3))
    middle = frames.shape[2] // 2
    assert change[:, middle:].max() > 50
    assert change[:, : middle - 20].max() == 0


def test_several_are_cropped_and_drawn_as_one_is(
    animator: Animator, couple: Path, voice: Waveform
) -> None:
    short = Waveform(voice.samples[RATE // 8 : RATE // 2], RATE)
    output = Output(fps=5, size=120, crop=True, side_by_side=True)
    clip = speak_together(animator, couple, {0: short, 1: short}, Style(), output)
    frames = list(clip.frames)
    assert len(frames) == clip.count
    height, width = frames[0].shape[:2]
    assert (width, height) == clip.size
    assert (width, height < 120) == (240, True)
    assert (frames[0][:3, :120] == 255).all()


def test_a_face_that_is_not_there_is_said(animator: Animator, couple: Path) -> None:
    with pytest.raises(FaceError, match="no face 2; found 2"):
        speak_together(animator, couple, {2: "a.wav"})
    with pytest.raises(InputError, match="no face was given"):
        speak_together(animator, couple, {})


def test_faces_too_small_at_a_size_name_the_picture(animator: Animator, couple: Path) -> None:
    output, told = Output(size=32), r"couple\.png: at size 32 the face is .* larger picture or size"
    with pytest.raises(FaceError, match=told):
        speak_together(animator, couple, {0: "a.wav", 1: "b.wav"}, output=output)
    with pytest.raises(FaceError, match=told):
        animator.photo(couple, size=output.size)
