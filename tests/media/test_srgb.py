"""Pictures of any mode, depth and colour profile become 8-bit sRGB."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from talkinghead.errors import ImageError
from talkinghead.media.image import read_image, read_rgba
from talkinghead.types import Array

X, Y = np.meshgrid(np.arange(64), np.arange(48))
COLORS = np.stack([X * 4, Y * 5, (X + Y) * 2], axis=-1).astype(np.uint8)
GREY = (X * 4).astype(np.uint8)
PALETTE = Image.fromarray(COLORS).quantize(200)


def differ(image: Array, expected: Array) -> int:
    """Greatest difference in levels; greys are repeated."""
    shown = expected if expected.shape == image.shape else np.repeat(expected[..., None], 3, axis=2)
    return int(np.abs(image.astype(int) - shown).max())


def profile(space: bytes, gamma: float) -> bytes:
    """A small ICC profile: grey, or RGB with primaries that are not those of sRGB."""
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">iii", *(round(v * 65536) for v in values))

    tags = {b"wtpt": xyz(0.9642, 1, 0.8249), b"desc": b"desc\0\0\0\0" + b"\0\0\0\1" + b"\0" * 80}
    if space == b"GRAY":
        tags[b"kTRC"] = curve
    else:  # Adobe RGB
        tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
        tags[b"rXYZ"] = xyz(0.6097, 0.3111, 0.0195)
        tags[b"gXYZ"] = xyz(0.2053, 0.6257, 0.0609)
        tags[b"bXYZ"] = xyz(0.1492, 0.0632, 0.7446)
    offset, table, body = 132 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", offset + len(body), b"", 0x02100000, b"mntr", space, b"XYZ ")
    head = (head + struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + b"acsp").ljust(68, b"\0")
    head = (head + struct.pack(">iii", 63190, 65536, 54061)).ljust(128, b"\0")
    return head + struct.pack(">I", len(tags)) + table + body


def png(values: Array, color_type: int, *, deep: bool = False, chunks: bytes = b"") -> bytes:
    """A PNG file of 8 or 16 bits, with chunks before the pixels."""
    height, width = values.shape[:2]
    rows = values.astype(">u2" if deep else np.uint8)
    header = struct.pack(">IIBBBBB", width, height, 16 if deep else 8, color_type, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    body = chunk(b"IHDR", header) + chunks + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def test_an_indexed_picture_with_a_profile_looks_like_the_same_picture_in_rgb(
    tmp_path: Path,
) -> None:
    icc = profile(b"RGB ", 2.2)
    PALETTE.convert("RGB").save(tmp_path / "rgb.png", icc_profile=icc)
    expected = read_image(tmp_path / "rgb.png")
    assert differ(expected, np.asarray(PALETTE.convert("RGB"))) > 20  # the profile matters
    PALETTE.save(tmp_path / "a.png", icc_profile=icc)
    PALETTE.save(tmp_path / "a.tif", icc_profile=icc)
    assert differ(read_image(tmp_path / "a.png"), expected) <= 2
    assert differ(read_image(tmp_path / "a.tif"), expected) <= 2
    PALETTE.save(
        tmp_path / "clear.png", icc_profile=icc, transparency=bytes([255] * 100 + [0] * 100)
    )
    rgba = read_rgba(tmp_path / "clear.png")
    is_opaque = rgba[..., 3] == 255
    assert 0 < is_opaque.mean() < 1
    assert differ(rgba[is_opaque][:, :3], expected[is_opaque]) <= 2


@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_a_profile_of_greys_is_applied(tmp_path: Path, mode: str) -> None:
    stored = Image.fromarray(GREY)
    if mode == "I;16":
        stored = Image.fromarray(GREY.astype(np.uint16) * 257)
    stored.convert(mode).save(tmp_path / "linear.png", icc_profile=profile(b"GRAY", 1.0))
    light = (GREY[0] / 255.0).astype(float)
    srgb = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    # The colour engine interpolates a table, which is coarse near black.
    image, expected = read_image(tmp_path / "linear.png"), np.tile(srgb * 255, (48, 1)).round()
    assert differ(image[:, 4:], expected[:, 4:]) <= 3


def test_a_profile_of_another_colour_space_changes_nothing(tmp_path: Path) -> None:
    Image.fromarray(COLORS).save(tmp_path / "a.png", icc_profile=profile(b"GRAY", 1.0))
    assert differ(read_image(tmp_path / "a.png"), COLORS) == 0
    Image.fromarray(COLORS).convert("CMYK").save(
        tmp_path / "a.tif", icc_profile=profile(b"RGB ", 2.2)
    )
    assert differ(read_image(tmp_path / "a.tif"), COLORS) <= 2


def test_lab_and_the_gamma_of_a_png_are_converted(tmp_path: Path) -> None:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    stored = ImageCms.profileToProfile(Image.fromarray(COLORS), srgb, lab, outputMode="LAB")
    assert stored is not None
    stored.save(tmp_path / "lab.tif")
    assert np.abs(read_image(tmp_path / "lab.tif").astype(int) - COLORS).mean() < 2
    linear = np.round(255 * (COLORS / 255) ** 2.2)
    linear_gamma, usual_gamma = (
        chunk(b"gAMA", struct.pack(">I", value)) for value in (100_000, 45_455)
    )
    (tmp_path / "linear.png").write_bytes(png(linear, 2, chunks=linear_gamma))
    assert np.abs(read_image(tmp_path / "linear.png").astype(int) - COLORS).mean() < 3
    (tmp_path / "usual.png").write_bytes(png(COLORS, 2, chunks=usual_gamma))
    assert differ(read_image(tmp_path / "usual.png"), COLORS) == 0


ALPHA = np.full((48, 64, 1), 255)


@pytest.mark.parametrize(
    ("values", "color_type"),
    [
        (GREY, 0),
        (COLORS, 2),
        (np.dstack([GREY, ALPHA]), 4),
        (np.dstack([COLORS, ALPHA]), 6),
    ],
)
@pytest.mark.parametrize(("bits", "is_stated"), [(16, False), (12, False), (12, True), (14, True)])
def test_deep_values_are_stretched_to_the_bits_that_they_use(
    tmp_path: Path, values: Array, color_type: int, bits: int, is_stated: bool
) -> None:
    deep = np.round(values.astype(float) / 255 * ((1 << bits) - 1))
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[color_type]
    chunks = chunk(b"sBIT", bytes([bits] * channels)) if is_stated else b""
    (tmp_path / "a.png").write_bytes(png(deep, color_type, deep=True, chunks=chunks))
    rgba = read_rgba(tmp_path / "a.png")
    expected = values[..., :3] if color_type in (2, 6) else GREY
    assert differ(rgba[..., :3], expected) <= 1
    assert (rgba[..., 3] == 255).all()


def test_a_dark_16_bit_picture_stays_dark(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(GREY.astype(int) * 64, 0, deep=True))
    assert differ(read_image(tmp_path / "a.png"), np.round(GREY / 4.0)) <= 1


def test_deep_integers_and_floats_of_tiff_are_scaled(tmp_path: Path) -> None:
    unsigned = (GREY.astype(np.uint32) * 16_843_009).view(np.int32)
    Image.fromarray(unsigned).save(tmp_path / "a.tif")  # Pillow marks them as signed
    signed_tag, unsigned_tag = (struct.pack("<HHII", 339, 3, 1, kind) for kind in (2, 1))
    content = (tmp_path / "a.tif").read_bytes()
    assert content.count(signed_tag) == 1
    (tmp_path / "a.tif").write_bytes(content.replace(signed_tag, unsigned_tag))
    assert differ(read_image(tmp_path / "a.tif"), GREY) <= 1
    for full in (1.0, 255.0):
        values = (GREY / 255.0 * full).astype(np.float32)
        values[0, 0] = np.nan
        Image.fromarray(values).save(tmp_path / "f.tif")
        assert differ(read_image(tmp_path / "f.tif")[1:], GREY[1:]) <= 1


def test_16_bit_planes_of_tiff_are_refused(tmp_path: Path) -> None:
    entries = [
        (256, 3, 1, 2), (257, 3, 1, 2), (258, 3, 3, 134), (259, 3, 1, 1), (262, 3, 1, 2),
        (273, 4, 3, 140), (277, 3, 1, 3), (278, 3, 1, 2), (279, 4, 3, 152), (284, 3, 1, 2),
    ]  # fmt: skip
    ifd = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *e) for e in entries)
    head = (b"II*\0" + struct.pack("<I", 8) + ifd + bytes(4)).ljust(134, b"\0")
    arrays = struct.pack("<HHH", 16, 16, 16) + struct.pack("<III", 164, 172, 180)
    (tmp_path / "a.tif").write_bytes(head + arrays + struct.pack("<III", 8, 8, 8) + bytes(24))
    with pytest.raises(ImageError, match="16 bits in planes"):
        read_image(tmp_path / "a.tif")
