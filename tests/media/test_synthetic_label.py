"""Every file that can carry a label says that it is synthetic, and stays readable."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from talkinghead.media.audio import read_audio, write_wav
from talkinghead.media.image import write_image
from talkinghead.media.synthetic_label import COMMENT, SOURCE_TYPE, VOICE_COMMENT
from talkinghead.media.video_writer import write_video
from talkinghead.types import Clip, Waveform

from .synthetic import moving_disc, moving_frames, tone


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
def test_videos_have_a_comment(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write_video(Clip(iter(moving_frames(3, (32, 32))), 3, (32, 32), 25, None), path)
    with av.open(str(path)) as container:
        assert COMMENT in container.metadata.values()


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("suffix", [".webp", ".gif"])
def test_animated_pictures_are_labelled_and_keep_their_frames(
    tmp_path: Path, suffix: str, alpha: bool, count: int
) -> None:
    frames = [moving_disc(4 * number) for number in range(count)]
    frames = frames if alpha else [np.ascontiguousarray(frame[..., :3]) for frame in frames]
    path = tmp_path / f"a{suffix}"
    write_video(Clip(iter(frames), count, (97, 64), 25, None), path)
    with Image.open(path) as picture:
        assert (picture.size, picture.n_frames) == ((97, 64), count)
        label = picture.info["comment" if suffix == ".gif" else "xmp"].decode()
        assert COMMENT in label
        assert suffix == ".gif" or SOURCE_TYPE in label
        picture.seek(count - 1)
        shown = np.asarray(picture.convert("RGBA")).astype(int)
    visible = frames[-1][..., -1] > 250 if alpha else np.ones((64, 97), bool)
    assert np.abs(shown[..., :3] - frames[-1][..., :3])[visible].mean() < 6


def test_frame_sequences_are_labelled_and_so_is_their_audio(tmp_path: Path) -> None:
    wave = Waveform(tone(0.2), 16_000)
    write_video(Clip(iter(moving_frames(5, (32, 32))), 5, (32, 32), 25, wave), f"{tmp_path}/f/")
    for path in sorted((tmp_path / "f").glob("*.png")):
        with Image.open(path) as picture:
            assert picture.text["Comment"] == COMMENT  # type: ignore[attr-defined]
            assert SOURCE_TYPE in picture.text["XML:com.adobe.xmp"]  # type: ignore[attr-defined]
    with av.open(str(tmp_path / "f" / "sound.wav")) as container:
        assert container.metadata["comment"] == COMMENT


def test_a_wav_with_a_comment_has_the_same_samples(tmp_path: Path) -> None:
    wave = Waveform(tone(0.5)[:-1], 16_000)  # an odd number of samples
    write_wav(wave, tmp_path / "plain.wav")
    write_wav(wave, tmp_path / "a.wav", synthetic=VOICE_COMMENT)
    with av.open(str(tmp_path / "a.wav")) as container:
        assert container.metadata["comment"] == VOICE_COMMENT
    plain, labelled = (read_audio(tmp_path / f"{name}.wav") for name in ("plain", "a"))
    assert np.array_equal(plain.samples, labelled.samples)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".gif", ".tif", ".bmp"])
def test_a_single_picture_is_labelled_where_its_format_can_hold_it(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    write_image(moving_frames(1, (32, 32))[0], path, synthetic=COMMENT)
    assert (COMMENT.encode() in path.read_bytes()) == (suffix != ".bmp")
    write_image(moving_frames(1, (32, 32))[0], path)
    assert COMMENT.encode() not in path.read_bytes()
