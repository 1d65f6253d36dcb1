"""Pictures and recordings are loaded by file, name or array."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from talkinghead.assets import DEMO_PORTRAITS
from talkinghead.errors import AudioError, FaceError, ImageError
from talkinghead.media.image import write_image
from talkinghead.media.loading import (
    demo_portrait,
    face_errors_at,
    load_audio,
    load_audio_cue,
    load_image,
)
from talkinghead.sample_rates import RATE
from talkinghead.types import Recording, Waveform

from .synthetic import encode_tracks, tone


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


@pytest.mark.parametrize("audio", [None, 3, b"RIFF", np.zeros(4), np.zeros((9, 9)), [0.1], ()])
def test_audio_of_other_types_is_refused_in_a_line(audio: Any) -> None:
    with pytest.raises(AudioError, match=r"a pair \(samples, rate\), got") as caught:
        load_audio(audio)
    assert "\n" not in str(caught.value)


def test_audio_for_the_video_keeps_rate_channels_and_track(tmp_path: Path) -> None:
    stereo = np.stack([tone(0.1, 44_100), tone(0.1, 44_100, level=0.1)])
    wave, cue = load_audio_cue((stereo, 44_100))
    assert wave.rate == RATE
    assert isinstance(cue.source, Recording)
    assert (cue.source.rate, cue.source.samples.shape) == (44_100, stereo.shape)
    path = encode_tracks(tmp_path / "a.mka", [np.zeros(RATE, np.float32), tone(1.0)])
    assert load_audio_cue(path)[1].track == 2
    assert load_audio_cue(path, track=1)[1].track == 1
    with pytest.raises(AudioError, match="no audio track 2"):
        load_audio((stereo, 44_100), track=2)


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


def test_a_pil_image_is_loaded_like_an_array() -> None:
    pixels = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    image, name = load_image(Image.fromarray(pixels))
    np.testing.assert_array_equal(image, pixels)
    assert name == "picture"
    with pytest.raises(ImageError, match="got None"):
        load_image(None)  # type: ignore[arg-type]
