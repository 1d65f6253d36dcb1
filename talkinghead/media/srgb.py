"""Converts pictures of any mode, depth and colour profile to 8-bit sRGB with straight alpha."""

import io
from typing import Any, Final, cast

import numpy as np
from PIL import Image, ImageCms

from talkinghead.types import Array

DEFAULT_BITS: Final = 12  # deep values that all lie below 2**12 were stored without scaling
# Tags of TIFF.
_BITS_PER_SAMPLE: Final = 258
_MAX_SAMPLE_VALUE: Final = 281
_PLANAR: Final = 284  # 2 for one plane per colour
_SAMPLE_FORMAT: Final = 339  # 1, or none, for unsigned integers
_PNG_START: Final = 8  # bytes of the signature, before the first chunk
_DISPLAY_GAMMA: Final = 1 / 2.2  # exponent from light to sRGB values, in the terms of PNG
_MODE_SPACES: Final = {"L": "GRAY", "RGB": "RGB ", "RGBA": "RGB ", "CMYK": "CMYK", "LAB": "Lab "}


def to_rgba(picture: Image.Image, bits: int = DEFAULT_BITS) -> Image.Image:
    """A loaded picture of any mode in 8-bit RGBA, its colours converted to sRGB.

    Deep greys that all lie below 2**`bits` are stretched to the bits that they use.
    """
    profile, alpha = picture.info.get("icc_profile"), None
    if picture.mode.startswith("I") or picture.mode == "F":
        picture, alpha = _from_deep_grey(picture, bits)
    elif picture.mode in ("1", "L") and "transparency" not in picture.info:
        picture = picture.convert("L")
    elif picture.mode in ("L", "LA", "La"):
        grey = picture.convert("RGBA" if picture.mode == "L" else "LA")
        picture, alpha = grey.getchannel(0), grey.getchannel("A")
    elif picture.mode not in ("RGB", "CMYK", "LAB") or "transparency" in picture.info:
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    if profile:
        picture = _to_srgb(picture, profile)
    elif picture.mode == "LAB":
        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        picture = _convert_profile(picture, lab)
    elif "gamma" in picture.info and "srgb" not in picture.info:
        picture = _apply_gamma(picture, picture.info["gamma"])
    out = picture if picture.mode == "RGBA" else picture.convert("RGB").convert("RGBA")
    if alpha is not None:
        out.putalpha(alpha)
    return out


def has_deep_samples(picture: Image.Image) -> bool:
    """Whether the samples of an opened picture, before it is loaded, have 16 bits."""
    return any(";16" in str(tile.args) for tile in getattr(picture, "tile", ()))


def has_deep_planes(picture: Image.Image) -> bool:
    """Whether an opened picture has 16-bit colours in planes, whose bytes Pillow mixes up."""
    bits = _tag(picture, _BITS_PER_SAMPLE)
    return len(bits) > 1 and 16 in bits and _tag(picture, _PLANAR) == (2,)


def is_unscaled(picture: Image.Image, bits: int) -> bool:
    """Whether all values of 16-bit colours, of which Pillow keeps the high bytes, are low.

    They lie below 2**`bits`, as cameras and microscopes store 12 bits.
    """
    if picture.mode not in ("RGB", "RGBA"):
        return False
    extrema = cast(tuple[tuple[int, int], ...], picture.convert("RGB").getextrema())
    highest = max(high for _, high in extrema)
    return highest < 1 << (bits - 8)


def _tag(picture: Image.Image, number: int) -> tuple[Any, ...]:
    """The values of a tag of a TIFF file; none for other files."""
    tags = getattr(picture, "tag_v2", {}) if picture.format == "TIFF" else {}
    value = tags.get(number, ())
    return value if isinstance(value, tuple) else (value,)


def from_deep_color(encoded: bytes, bits: int) -> Image.Image | None:
    """RGB or RGBA of a file with 16-bit colours, stretched to the range of `bits` or of the values.

    Returns None if the file has another depth.
    """
    import cv2  # Pillow drops the low byte of deep colours

    values = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None or values.dtype != np.uint16 or values.ndim != 3:
        return None
    colors = _stretch(values[..., 2::-1], bits)
    if values.shape[2] == 3:
        return Image.fromarray(colors)
    alpha = _stretch(values[..., 3:], bits)
    return Image.fromarray(np.concatenate([colors, alpha], axis=2))


def significant_bits(picture: Image.Image, encoded: bytes) -> int:
    """Bits in which the values of a deep picture are stored, if all are below 2**bits.

    The file may say it: chunk sBIT of PNG, tag MaxSampleValue of TIFF.
    """
    bits = int(max(_tag(picture, _MAX_SAMPLE_VALUE), default=0)).bit_length()
    if picture.format == "PNG":
        bits = max(_png_chunk(encoded, b"sBIT"), default=0)
    return bits if 8 < bits < 16 else DEFAULT_BITS


def _png_chunk(encoded: bytes, name: bytes) -> bytes:
    """The content of a chunk before the pixels; empty without one."""
    start = _PNG_START
    while start + 8 <= len(encoded):
        size, kind = int.from_bytes(encoded[start : start + 4]), encoded[start + 4 : start + 8]
        if kind == name:
            return encoded[start + 8 : start + 8 + size]
        if kind == b"IDAT":
            break
        start += size + 12
    return b""


def _stretch(values: Array, bits: int) -> Array:
    """uint8 of integers: those that all lie below 2**`bits` are stretched to the bits they use."""
    highest = int(values.max(initial=0))
    if highest >= 1 << 16:
        full = (1 << highest.bit_length()) - 1
    elif highest >= 1 << bits:
        full = 65535
    elif highest >= 1 << DEFAULT_BITS:
        full = (1 << bits) - 1
    else:
        full = max(255, (1 << highest.bit_length()) - 1)
    return np.asarray(np.rint(values.astype(np.float64).clip(0) / full * 255).astype(np.uint8))


def _from_deep_grey(picture: Image.Image, bits: int) -> tuple[Image.Image, Image.Image | None]:
    """8-bit grey of integers of more bits or of floats, and alpha if one value is transparent.

    Floats lie in [0, 1], where higher values are clipped, or in [0, 255] or [0, 65535].
    """
    values = np.asarray(picture)
    if picture.mode == "F":
        finite = np.nan_to_num(values.astype(np.float64), posinf=0, neginf=0)
        highest = finite.max(initial=0)
        full = next((f for limit, f in ((16, 1.0), (256, 255.0)) if highest < limit), 65535.0)
        grey = np.rint(finite.clip(0, full) / full * 255).astype(np.uint8)
    else:
        is_unsigned = _tag(picture, _SAMPLE_FORMAT) in ((), (1,))
        if values.dtype == np.int32 and picture.format == "TIFF" and is_unsigned:
            values = values.view(np.uint32)  # Pillow takes them for signed ones
        grey = _stretch(values, bits)
    transparent = picture.info.get("transparency")
    if not isinstance(transparent, int):
        return Image.fromarray(grey), None
    return Image.fromarray(grey), Image.fromarray(((values != transparent) * 255).astype(np.uint8))


def _to_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """The picture converted to sRGB; unchanged if its profile is invalid or of another space."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = source.profile.xcolor_space
        if picture.mode == "L" and space == "RGB ":
            picture = picture.convert("RGB")
        if _MODE_SPACES[picture.mode] != space:
            return picture
        return _convert_profile(picture, source)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture


def _convert_profile(picture: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    srgb = ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(picture, source, srgb, outputMode=mode) or picture


def _apply_gamma(picture: Image.Image, gamma: float) -> Image.Image:
    """The picture with the exponent that its file states replaced by that of sRGB."""
    if not 0 < gamma < 10 or abs(gamma - _DISPLAY_GAMMA) < 0.02:
        return picture
    levels = np.rint((np.arange(256) / 255) ** (_DISPLAY_GAMMA / gamma) * 255).astype(int).tolist()
    bands = len(picture.getbands())
    tables = levels * min(bands, 3)
    return picture.point(tables + list(range(256)) * (bands - min(bands, 3)))
