"""Pictures of every kind are read upright in 8 bits, and written completely or not at all."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image, ImageCms

from talkinghead.errors import ImageError, OutputError
from talkinghead.media.image import composite_on_white, read_image, read_rgba, write_image
from talkinghead.types import Array


@pytest.fixture
def picture() -> Array:
    """(40, 60, 3) with a different colour in each quarter."""
    image = np.full((40, 60, 3), 90, np.uint8)
    image[:20, :30] = [200, 30, 30]
    image[:20, 30:] = [30, 180, 60]
    image[20:, :30] = [40, 60, 200]
    return image


def test_a_written_picture_reads_back(tmp_path: Path, picture: Array) -> None:
    write_image(picture, tmp_path / "new" / "a.png")
    assert_array_equal(read_image(tmp_path / "new" / "a.png"), picture)
    write_image(picture, tmp_path / "a.jpg")
    assert np.abs(read_image(tmp_path / "a.jpg").astype(int) - picture).mean() < 5


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_is_applied(tmp_path: Path, picture: Array, orientation: int) -> None:
    undo = {
        1: lambda x: x,
        2: np.fliplr,
        3: lambda x: np.rot90(x, 2),
        4: np.flipud,
        5: lambda x: x.transpose(1, 0, 2),
        6: lambda x: np.rot90(x, 1),
        7: lambda x: np.rot90(x, 2).transpose(1, 0, 2),
        8: lambda x: np.rot90(x, -1),
    }
    stored = Image.fromarray(np.ascontiguousarray(undo[orientation](picture)))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "a.png", exif=exif)
    assert_array_equal(read_image(tmp_path / "a.png"), picture)


@pytest.mark.parametrize("mode", ["L", "P", "1", "LA", "CMYK", "YCbCr", "RGBA", "I;16", "I", "F"])
def test_every_mode_becomes_the_same_grey(tmp_path: Path, mode: str) -> None:
    grey = np.full((20, 30), 255 if mode == "1" else 128, np.uint8)
    if mode in ("I;16", "I"):
        stored = Image.fromarray(grey.astype(np.uint16) * 257)
        stored = stored if mode == "I;16" else stored.convert("I")
    elif mode == "F":
        stored = Image.fromarray((grey / 255).astype(np.float32))
    else:
        rgb = Image.fromarray(np.repeat(grey[..., None], 3, axis=2))
        stored = rgb.convert("L").convert(mode) if mode in ("1", "LA", "P") else rgb.convert(mode)
    suffix = {"CMYK": "tif", "YCbCr": "tif", "F": "tif", "I": "tif"}.get(mode, "png")
    stored.save(tmp_path / f"a.{suffix}")
    image = read_image(tmp_path / f"a.{suffix}")
    assert image.shape == (20, 30, 3)
    assert image.dtype == np.uint8
    assert_allclose(image.astype(int), np.repeat(grey[..., None].astype(int), 3, axis=2), atol=3)


def test_transparency_is_kept_or_composited_on_white(tmp_path: Path, picture: Array) -> None:
    alpha = np.zeros((40, 60, 1), np.uint8)
    alpha[:, :30] = 255
    rgba = np.concatenate([picture, alpha], axis=2)
    write_image(rgba, tmp_path / "a.png")
    assert_array_equal(read_rgba(tmp_path / "a.png"), rgba)
    shown = read_image(tmp_path / "a.png")
    assert_array_equal(shown[:, :30], picture[:, :30])
    assert (shown[:, 30:] == 255).all()


@pytest.mark.parametrize(
    "suffix", ["jpg", "jpeg", "jpe", "jfif", "JPG", "mpo", "bmp", "dib", "eps", "pcx", "ppm"]
)
def test_formats_without_transparency_get_white(tmp_path: Path, suffix: str) -> None:
    write_image(np.zeros((40, 60, 4), np.uint8), tmp_path / f"a.{suffix}")
    assert (tmp_path / f"a.{suffix}").stat().st_size
    if suffix != "eps":  # which needs Ghostscript to be read
        assert read_image(tmp_path / f"a.{suffix}").min() > 250


def test_compositing_on_white_rounds_to_the_nearest_level() -> None:
    colour, alpha = np.meshgrid(np.arange(256), np.arange(256))
    rgba = np.dstack([colour, colour, colour, alpha]).astype(np.uint8)
    expected = np.round((colour * alpha + 255.0 * (255 - alpha)) / 255)
    assert_array_equal(composite_on_white(rgba)[..., 0], expected)


def test_a_picture_without_transparency_is_opaque(tmp_path: Path, picture: Array) -> None:
    write_image(picture, tmp_path / "a.png")
    assert (read_rgba(tmp_path / "a.png")[..., 3] == 255).all()


def test_a_colour_profile_is_applied_and_a_broken_one_ignored(
    tmp_path: Path, picture: Array
) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for name, profile in (("good", srgb), ("broken", b"no profile")):
        Image.fromarray(picture).save(tmp_path / f"{name}.png", icc_profile=profile)
        assert_allclose(read_image(tmp_path / f"{name}.png"), picture, atol=1)


def test_a_file_that_is_not_a_picture_is_refused_in_one_line(
    tmp_path: Path, picture: Array
) -> None:
    write_image(picture.repeat(10, axis=0), tmp_path / "whole.jpg")
    content = (tmp_path / "whole.jpg").read_bytes()
    (tmp_path / "half.jpg").write_bytes(content[: len(content) // 2])
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("no picture")
    write_image(picture, tmp_path / "bomb.png")
    header = struct.pack(">4sIIBBBBB", b"IHDR", 40_000, 40_000, 8, 2, 0, 0, 0)
    bomb = bytearray((tmp_path / "bomb.png").read_bytes())
    bomb[12:33] = header + struct.pack(">I", zlib.crc32(header))
    (tmp_path / "bomb.png").write_bytes(bomb)
    Image.new("1", (20_000, 10)).save(tmp_path / "strip.png")
    for name, words in {
        "half.jpg": "truncated",
        "empty.png": "empty",
        "text.png": "not a picture",
        "bomb.png": "too large",
        "strip.png": "too large",
        "missing.png": "no such file",
        ".": "folder",
    }.items():
        with pytest.raises(ImageError, match=words) as caught:
            read_image(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_unwritable_pictures_are_errors(tmp_path: Path, picture: Array) -> None:
    with pytest.raises(OutputError, match="unknown suffix"):
        write_image(picture, tmp_path / "a.xyz")
    for suffix in ("xbm", "blp", "wmf"):  # of two colours, of a palette, and never written
        with pytest.raises(OutputError, match="cannot store this picture"):
            write_image(picture, tmp_path / f"a.{suffix}")
    with pytest.raises(ImageError, match="uint8"):
        write_image(picture.astype(float), tmp_path / "a.png")
    assert not list(tmp_path.iterdir())
