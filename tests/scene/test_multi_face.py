"""Several speaking faces of one picture: only those with a recording move."""

from pathlib import Path

import numpy as np
import pytest

from talkinghead.config import MotionConfig, RenderConfig
from talkinghead.errors import FaceError, InputError
from talkinghead.media.image import write_image
from talkinghead.pipeline import Animator
from talkinghead.sample_rates import RATE
from talkinghead.scene.multi_face import animate_faces
from talkinghead.types import Array, Waveform


@pytest.fixture(scope="module")
def couple(tmp_path_factory: pytest.TempPathFactory, portrait_image: Array) -> Path:
    """A picture of two faces, the right one mirrored."""
    path = tmp_path_factory.mktemp("couple") / "couple.png"
    half = np.ascontiguousarray(portrait_image[:320, 60:400])
    write_image(np.hstack([half, half[:, ::-1]]), path)
    return path


def test_only_faces_with_a_recording_move(
    animator: Animator, couple: Path, voice: Waveform
) -> None:
    short = Waveform(voice.samples[RATE // 8 : RATE], RATE)
    clip = animate_faces(animator, couple, {1: short}, MotionConfig(amp_pos=2), RenderConfig(fps=5))
    frames = np.stack(list(clip.frames)).astype(int)
    change = np.abs(frames - frames[0]).max(axis=(0, 3))
    middle = frames.shape[2] // 2
    assert change[:, middle:].max() > 50
    assert change[:, : middle - 20].max() == 0


def test_several_faces_are_cropped_and_drawn_beside_the_video(
    animator: Animator, couple: Path, voice: Waveform
) -> None:
    short = Waveform(voice.samples[RATE // 8 : RATE // 2], RATE)
    render_config = RenderConfig(fps=5, size=120, crop=True, side_by_side=True)
    clip = animate_faces(animator, couple, {0: short, 1: short}, MotionConfig(), render_config)
    frames = list(clip.frames)
    assert len(frames) == clip.count
    height, width = frames[0].shape[:2]
    assert (width, height) == clip.size
    assert (width, height < 120) == (240, True)
    assert (frames[0][:3, :120] == 255).all()


def test_a_number_without_a_face_and_missing_recordings_are_refused(
    animator: Animator, couple: Path
) -> None:
    with pytest.raises(FaceError, match="no face 2; found 2"):
        animate_faces(animator, couple, {2: "a.wav"})
    with pytest.raises(InputError, match="no face was given"):
        animate_faces(animator, couple, {})


def test_the_error_for_faces_too_small_at_a_size_names_the_picture(
    animator: Animator, couple: Path
) -> None:
    render_config = RenderConfig(size=32)
    message = r"couple\.png: at size 32 the face is .* larger picture or size"
    with pytest.raises(FaceError, match=message):
        animate_faces(animator, couple, {0: "a.wav", 1: "b.wav"}, render_config=render_config)
    with pytest.raises(FaceError, match=message):
        animator.photo(couple, size=render_config.size)
