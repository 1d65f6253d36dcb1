"""Pictures and recordings are loaded by file, name or array."""

from pathlib import Path

import numpy as np
import pytest

from talkinghead.assets import DEMO_PORTRAITS
from talkinghead.errors import FaceError, ImageError
from talkinghead.media.image import write_image
from talkinghead.media.loading import demo_portrait, face_errors_at, load_audio, load_image
from talkinghead.sample_rates import RATE
from talkinghead.types import Waveform

from .synthetic import tone


@pytest.mark.parametrize("name", DEMO_PORTRAITS)
def test_demo_portraits_come_with_the_installed_packages(name: str) -> None:
    image = demo_portrait(name)
    assert image.dtype == np.uint8
    assert min(image.shape[:2]) >= 500


def test_an_unknown_portrait_lists_the_known_ones() -> None:
    with pytest.raises(ImageError, match="astronaut or grace_hopper"):
        demo_portrait("mona_lisa")


def test_arrays_and_waveforms_are_used_unchanged() -> None:
    image = np.zeros((4, 5, 3), np.uint8)
    assert load_image(image)[0] is image
    wave = Waveform(tone(0.1), RATE)
    assert load_audio(wave) is wave
    assert load_audio((tone(0.1, 8_000), 8_000)).rate == RATE


def test_a_file_named_like_a_demo_portrait_takes_precedence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_image("astronaut")[0].shape[0] >= 500
    write_image(np.zeros((4, 5, 3), np.uint8), tmp_path / "astronaut.png")
    (tmp_path / "astronaut.png").rename("astronaut")
    assert load_image("astronaut")[0].shape == (4, 5, 3)


def test_a_face_error_names_picture_and_size() -> None:
    with (
        pytest.raises(FaceError, match=r"a\.jpg: at size 64 too small"),
        face_errors_at(64, "a.jpg"),
    ):
        raise FaceError("too small")
