"""Reads pictures of any format as upright 8-bit RGB or RGBA, and writes them."""

import io
import warnings
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from talkinghead.errors import ImageError, OutputError
from talkinghead.media.atomic_write import atomic_write, require_readable
from talkinghead.types import Array

MAX_PIXELS: Final = 100_000_000
MAX_SIDE: Final = 16_384  # pixels, the limit of video codecs
LUMA: Final = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # weights of RGB (ITU-R BT.601)
# Formats by Pillow's names.
LOSSY: Final = {"JPEG", "WEBP"}
OPAQUE: Final = {"JPEG", "MPO", "BMP", "DIB", "EPS", "PCX", "PPM"}  # without transparency


def read_image(path: str | Path) -> Array:
    """(h, w, 3) uint8 RGB of a picture file, EXIF rotation applied, composited on white.

    Raises ImageError for a file that is not a readable picture, or too large.
    """
    return composite_on_white(read_rgba(path))


def read_rgba(path: str | Path) -> Array:
    """(h, w, 4) uint8 RGBA with straight alpha of a picture file; opaque if it has no alpha.

    Grey, palette, 16-bit and CMYK pictures are converted, and colours to sRGB. Of an animation
    the first frame is read. Raises ImageError as `read_image` does.
    """
    source = require_readable(path, ImageError)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns about size and unusual metadata
            with Image.open(source) as picture:
                _check_size(picture, source)
                picture.load()
                upright = ImageOps.exif_transpose(picture)
            return np.asarray(_to_rgba(upright))
    except UnidentifiedImageError as problem:
        raise ImageError(f"{source}: is not a picture; give a jpg or png file") from problem
    except Image.DecompressionBombError as problem:
        raise ImageError(f"{source}: is too large; scale it below 100 megapixels") from problem
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as problem:
        if isinstance(problem, ImageError):
            raise
        raise ImageError(
            f"{source}: the picture is damaged or truncated; save it again"
        ) from problem


def _check_size(picture: Image.Image, source: Path) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise ImageError(
            f"{source}: {width} x {height} pixels is too large; scale it to at most "
            f"{MAX_SIDE} pixels per side and {MAX_PIXELS // 10**6} megapixels"
        )


def _to_rgba(picture: Image.Image) -> Image.Image:
    """A picture of any mode in 8-bit RGBA."""
    if picture.mode.startswith("I") or picture.mode == "F":
        return _from_deep_grey(picture).convert("RGBA")
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "RGBA", "CMYK"):
        picture = _to_srgb(picture, profile)
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        return picture.convert("RGBA")
    return picture.convert("RGB").convert("RGBA")


def _from_deep_grey(picture: Image.Image) -> Image.Image:
    """8-bit grey from 16-bit integers, or from floats in [0, 1] or [0, 255]."""
    values = np.asarray(picture).astype(np.float64)
    full = 1.0 if picture.mode == "F" and values.max() <= 1 else 255.0
    if picture.mode != "F":
        full = 65535.0
    scaled = np.clip(np.nan_to_num(values) / full * 255, 0, 255)
    return Image.fromarray(np.round(scaled).astype(np.uint8))


def _to_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """The picture converted to sRGB; unchanged if its profile is invalid."""
    try:
        converted = ImageCms.profileToProfile(
            picture,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGBA" if picture.mode == "RGBA" else "RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return converted or picture


def composite_on_white(rgba: Array) -> Array:
    """(h, w, 3) uint8 of an (h, w, 4) uint8 picture with straight alpha, composited on white."""
    if rgba[..., 3].min(initial=255) == 255:
        return np.ascontiguousarray(rgba[..., :3])
    weight = rgba[..., 3:].astype(np.uint16)
    blended = rgba[..., :3] * weight + 255 * (255 - weight)
    return np.asarray(((blended + 127) // 255).astype(np.uint8))


def image_format(target: Path) -> str:
    """Pillow's format name for the suffix of a path. Raises OutputError for an unknown suffix."""
    suffix = target.suffix.lower()
    kind = Image.registered_extensions().get(suffix)
    if kind is None or kind not in Image.SAVE:
        raise OutputError(f"{target}: unknown suffix {suffix!r}; use .png or .jpg")
    return kind


def write_image(image: Array, path: str | Path) -> None:
    """Write (h, w), (h, w, 3) or (h, w, 4) uint8 in the format of the suffix, atomically.

    Formats without transparency get a white background. Raises ImageError for arrays of another
    type, OutputError when the file cannot be written or its format cannot store the picture.
    """
    target = Path(path)
    if image.dtype != np.uint8 or not image.size:
        raise ImageError(f"a picture to write must be uint8, got {image.dtype} {image.shape}")
    kind = image_format(target)
    if image.ndim == 3 and image.shape[2] == 4 and kind in OPAQUE:
        image = composite_on_white(image)
    options = {"quality": 95} if kind in LOSSY else {}
    with atomic_write(target) as temporary:
        try:
            Image.fromarray(image).save(temporary, format=kind, **options)
        except (ValueError, OSError) as problem:
            if isinstance(problem, OSError) and problem.errno is not None:  # the disk failed
                raise
            raise OutputError(
                f"{target}: {kind} cannot store this picture ({problem}); use .png or .jpg"
            ) from problem
