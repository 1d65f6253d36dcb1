"""Pictures of every kind are read upright in 8 bits, and written completely or not at all."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image, ImageCms

from talkinghead.errors import ImageError, OutputError
from talkinghead.media.image import as_image, composite_on_white, read_image, read_rgba, write_image
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


def noise() -> Image.Image:
    """A picture without flat areas."""
    y, x = np.mgrid[:160, :160]
    waves = [120 + 100 * np.sin(x / 5 + k) * np.cos(y / (4 + k)) for k in range(3)]
    return Image.fromarray(np.stack(waves, axis=-1).astype(np.uint8))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.jpg", {"quality": 95}),
        ("p.jpg", {"progressive": True, "quality": 95}),
        ("a.png", {}),
        ("a.gif", {"interlace": 0}),
        ("a.ppm", {}),
        ("a.tif", {}),
    ],
)
def test_a_file_that_lacks_its_end_is_read_with_a_note(
    tmp_path: Path, name: str, options: dict[str, object]
) -> None:
    noise().save(tmp_path / name, **options)
    whole = read_image(tmp_path / name)
    content = (tmp_path / name).read_bytes()
    cut = tmp_path / f"cut_{name}"
    cut.write_bytes(content[: -max(14, len(content) // 40)])
    notes: list[str] = []
    image = read_image(cut, notes.append)
    (note,) = notes
    assert note.startswith(f"{cut}: the picture is truncated")
    assert "\n" not in note
    kept = 8 * len(whole) // 10
    assert np.abs(image[:kept].astype(int) - whole[:kept]).mean() < 2
    assert image[-1].std() > 5  # what is missing is not flat
    assert not notes.clear()
    read_image(tmp_path / name, notes.append)
    assert not notes


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.gif", "i.gif", "a.ppm", "a.webp", "a.avif"])
def test_a_file_that_lacks_half_is_refused(tmp_path: Path, name: str) -> None:
    options = {"interlace": int(name == "i.gif")} if name.endswith("gif") else {}
    noise().save(tmp_path / name, **options)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(ImageError, match=r"truncated|damaged") as caught:
        read_image(tmp_path / name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_damaged_exif_data_do_not_matter(tmp_path: Path, picture: Array, suffix: str) -> None:
    Image.fromarray(picture).save(tmp_path / f"a.{suffix}", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f")
    assert read_image(tmp_path / f"a.{suffix}").shape == picture.shape


@pytest.mark.parametrize("suffix", ["gif", "webp", "png", "avif", "tif", "mpo"])
def test_the_first_frame_of_an_animation_is_read(
    tmp_path: Path, picture: Array, suffix: str
) -> None:
    later = Image.fromarray(255 - picture)
    Image.fromarray(picture).save(tmp_path / f"a.{suffix}", save_all=True, append_images=[later])
    assert np.abs(read_image(tmp_path / f"a.{suffix}").astype(int) - picture).mean() < 8


def test_a_decoder_that_fails_in_any_way_ends_in_one_line(
    tmp_path: Path, picture: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_image(picture, tmp_path / "a.png")

    def fail(*_: object) -> None:
        raise RuntimeError("Failed to decode frame 0:\nno data")  # as of a damaged AVIF

    monkeypatch.setattr(Image.Image, "load", fail)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", fail)
    with pytest.raises(ImageError, match=r"a\.png: the picture is damaged") as caught:
        read_image(tmp_path / "a.png")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "HSV"])
def test_a_pil_image_is_read_like_its_file(picture: Array, mode: str) -> None:
    stored = Image.fromarray(picture).convert("L" if mode == "LA" else "RGB").convert(mode)
    expected = np.asarray(stored.convert("RGB"))
    assert_allclose(as_image(stored).astype(int), expected, atol=2)


def test_arrays_of_greys_and_of_rgba_become_rgb(picture: Array) -> None:
    assert as_image(picture) is picture
    grey = picture[..., 0]
    for array in (grey, grey[..., None]):
        assert_array_equal(as_image(array), np.repeat(grey[..., None], 3, axis=2))
    clear = np.dstack([picture, np.zeros_like(grey)])
    assert (as_image(clear) == 255).all()


@pytest.mark.parametrize(
    "value",
    [None, b"bytes", 3, [1, 2], np.zeros((3, 3)), np.zeros((4, 4, 2), np.uint8),
     np.zeros((0, 4, 3), np.uint8), np.zeros((4, 4, 3), np.uint16)],
    ids=str,
)  # fmt: skip
def test_whatever_is_no_picture_is_refused_in_one_line(value: object) -> None:
    for read in (as_image, read_image):
        with pytest.raises(ImageError, match="got") as caught:
            read(value)
        assert "\n" not in str(caught.value)
