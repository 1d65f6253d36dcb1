"""HEIC is read where its package is installed; files that are no picture are named in a line."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from talkinghead.errors import ImageError
from talkinghead.media.image import read_image

X, Y = np.meshgrid(np.arange(64), np.arange(48))
COLORS = np.stack([X * 4, Y * 5, (X + Y) * 2], axis=-1).astype(np.uint8)
HEIC = b"\0\0\0\x18ftypheic" + bytes(60)


def test_a_heic_picture_is_read_upright(tmp_path: Path) -> None:
    heif = pytest.importorskip("pillow_heif")
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = Image.fromarray(np.ascontiguousarray(np.rot90(COLORS)))
    heif.from_pillow(stored).save(tmp_path / "a.heic", quality=95, exif=exif.tobytes())
    image = read_image(tmp_path / "a.heic")
    assert image.shape == COLORS.shape
    assert np.abs(image.astype(int) - COLORS).mean() < 6


def test_without_its_package_a_heic_picture_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    (tmp_path / "a.jpg").write_bytes(HEIC)  # renamed by a messenger
    with pytest.raises(ImageError, match=r"HEIC needs .*talkinghead\[heic\].*jpg$"):
        read_image(tmp_path / "a.jpg")


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"\xff\x0a" + bytes(60), "JPEG XL.*convert"),
        (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(60), "JPEG XL"),
        (b"\xef\xbb\xbf <svg>", "SVG"),
        (b'<?xml version="1.0"?><svg>', "SVG"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\0\0\0\x18ftypmp42" + bytes(60), "MP4 or MOV video"),
        (b"\x1a\x45\xdf\xa3" + bytes(60), "WebM"),
        (b"RIFF\0\0\0\0WAVEfmt ", "recording"),
        (b"PK\x03\x04" + bytes(60), "ZIP"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "PNG picture is damaged"),
        (b"\0\0\0\x18ftypavif" + bytes(60), "AVIF picture is damaged"),
        (b"II*\0" + bytes(60), "TIFF picture is damaged"),
        (b"nothing of the kind", "not a picture"),
    ],
)
def test_a_file_that_is_not_read_is_named_in_one_line(
    tmp_path: Path, start: bytes, words: str
) -> None:
    (tmp_path / "a.jpg").write_bytes(start)
    with pytest.raises(ImageError, match=words) as caught:
        read_image(tmp_path / "a.jpg")
    assert "\n" not in str(caught.value)


def test_a_damaged_heic_picture_is_called_damaged(tmp_path: Path) -> None:
    pytest.importorskip("pillow_heif")
    (tmp_path / "a.heic").write_bytes(HEIC)
    with pytest.raises(ImageError, match="damaged"):
        read_image(tmp_path / "a.heic")
