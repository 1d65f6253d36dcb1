"""Pictures in and out: whatever Pillow opens, as upright 8-bit RGB or RGBA."""

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from talkinghead.errors import ImageError, OutputError
from talkinghead.media.files import readable, replacing
from talkinghead.types import Array

MAX_PIXELS = 100_000_000
MAX_SIDE = 16_384  # pixels; no video codec takes more
# Pillow's names of formats.
LOSSY = {"JPEG", "WEBP"}
OPAQUE = {"JPEG", "MPO", "BMP", "DIB", "EPS", "PCX", "PPM"}  # those that keep no transparency


def read_image(path: str | Path) -> Array:
    """(h, w, 3) uint8 RGB, turned as the camera says; transparency becomes white.

    White is what picture viewers show behind a cut-out. Raises ImageError.
    """
    return on_white(read_rgba(path))


def read_rgba(path: str | Path) -> Array:
    """(h, w, 4) uint8 RGBA with straight alpha, opaque where the file has none.

    Grey, palette, 16-bit and CMYK pictures are converted, colours to sRGB. Of an animation
    the first frame is taken. Raises ImageError.
    """
    source = readable(path, ImageError)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's advice on size and odd metadata
            with Image.open(source) as picture:
                _check_size(picture, source)
                picture.load()
                upright = ImageOps.exif_transpose(picture)
            return np.asarray(_eight_bits(upright))
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
            f"{source}: {width} x {height} pixels is too large; "
            f"scale it to at most {MAX_SIDE} a side and {MAX_PIXELS // 10**6} megapixels"
        )


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Any mode to RGBA."""
    if picture.mode.startswith("I") or picture.mode == "F":
        return _from_deep_grey(picture).convert("RGBA")
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "RGBA", "CMYK"):
        picture = _to_srgb(picture, profile)
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        return picture.convert("RGBA")
    return picture.convert("RGB").convert("RGBA")


def _from_deep_grey(picture: Image.Image) -> Image.Image:
    """Integers are 16 bits deep, floats reach 1; both are spread over 0 to 255."""
    values = np.asarray(picture).astype(np.float64)
    full = 1.0 if picture.mode == "F" and values.max() <= 1 else 255.0
    if picture.mode != "F":
        full = 65535.0
    scaled = np.clip(np.nan_to_num(values) / full * 255, 0, 255)
    return Image.fromarray(np.round(scaled).astype(np.uint8))


def _to_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Colours as sRGB; a picture whose profile does not fit it stays as it is."""
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


def on_white(rgba: Array) -> Array:
    """(h, w, 4) uint8 with straight alpha to (h, w, 3) before white."""
    if rgba[..., 3].min(initial=255) == 255:
        return np.ascontiguousarray(rgba[..., :3])
    weight = rgba[..., 3:].astype(np.uint16)
    mixed = rgba[..., :3] * weight + 255 * (255 - weight)
    return np.asarray(((mixed + 127) // 255).astype(np.uint8))


def picture_format(target: Path) -> str:
    """Pillow's name of the format of a path's ending. Raises OutputError where there is none."""
    suffix = target.suffix.lower()
    kind = Image.registered_extensions().get(suffix)
    if kind is None or kind not in Image.SAVE:
        raise OutputError(f"{target}: unknown suffix {suffix!r}; name it .png or .jpg")
    return kind


def write_image(image: Array, path: str | Path) -> None:
    """Write (h, w), (h, w, 3) or (h, w, 4) uint8 in the format of the suffix.

    Whole or not at all; formats without transparency get white. Raises ImageError for other
    numbers, OutputError where the file, or this picture in its format, cannot be written.
    """
    target = Path(path)
    if image.dtype != np.uint8 or not image.size:
        raise ImageError(f"a picture to write must be uint8, got {image.dtype} {image.shape}")
    kind = picture_format(target)
    if image.ndim == 3 and image.shape[2] == 4 and kind in OPAQUE:
        image = on_white(image)
    options = {"quality": 95} if kind in LOSSY else {}
    with replacing(target) as temporary:
        try:
            Image.fromarray(image).save(temporary, format=kind, **options)
        except (ValueError, OSError) as problem:
            if isinstance(problem, OSError) and problem.errno is not None:  # it is the disk's
                raise
            raise OutputError(
                f"{target}: {kind} cannot hold this picture ({problem}); name it .png or .jpg"
            ) from problem
