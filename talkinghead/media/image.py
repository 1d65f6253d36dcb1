"""Reads pictures of any format as upright 8-bit RGB or RGBA, and writes them."""

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from PIL import ExifTags, Image, ImageFile

from talkinghead.errors import ImageError, OutputError
from talkinghead.media.atomic_write import atomic_write, describe_type, require_readable
from talkinghead.media.image_formats import open_picture
from talkinghead.media.srgb import (
    from_deep_color,
    has_deep_planes,
    has_deep_samples,
    is_unscaled,
    significant_bits,
    to_rgba,
)
from talkinghead.media.synthetic_label import save_options
from talkinghead.types import Array

Notify = Callable[[str], None]  # receives a message for the user, in one line

MAX_PIXELS: Final = 100_000_000
MAX_SIDE: Final = 16_384  # pixels, the limit of video codecs
MAX_MISSING: Final = 0.1  # share of rows that a truncated file may lack
LUMA: Final = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # weights of RGB (ITU-R BT.601)
# Formats by Pillow's names.
LOSSY: Final = {"JPEG", "WEBP"}
OPAQUE: Final = {"JPEG", "MPO", "BMP", "DIB", "EPS", "PCX", "PPM"}  # without transparency
_TOP_DOWN: Final = {"PNG", "GIF", "PPM", "TIFF", "SUN", "SGI"}  # decoded row by row
_JPEG_END: Final = b"\xff\xd9"
_JPEG_BLOCK: Final = 16  # rows, the height of its blocks with halved colour resolution
_TURNS: Final = {  # by EXIF orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_image(path: str | Path, notify: Notify | None = None) -> Array:
    """(h, w, 3) uint8 RGB of a picture file, EXIF rotation applied, composited on white.

    `notify` receives a line if a few rows of a truncated file are missing. Raises ImageError for
    a file that is not a readable picture, or too large.
    """
    return composite_on_white(read_rgba(path, notify))


def read_rgba(path: str | Path, notify: Notify | None = None) -> Array:
    """(h, w, 4) uint8 RGBA with straight alpha of a picture file; opaque if it has no alpha.

    Grey, palette, 16-bit and CMYK pictures are converted, and colours to sRGB. Of an animation
    the first frame is read. `notify` and errors are those of `read_image`.
    """
    source = require_readable(path, ImageError)
    with _decoding_errors(str(source)), open_picture(source) as picture:
        _check_size(picture, str(source))
        if has_deep_planes(picture):
            raise ImageError(f"{source}: TIFF with 16 bits in planes is not read; save it as png")
        is_deep = has_deep_samples(picture)
        loaded, missing = _load(picture, source)
        rgba = _to_rgba_deep(loaded, source) if is_deep else to_rgba(loaded)
        if missing is not None and notify is not None:
            lost = f", {missing} of {loaded.height} rows missing at its end" if missing else ""
            notify(f"{source}: the picture is truncated{lost}; save it again")
        return np.asarray(_upright(rgba, loaded))


def as_image(image: Any) -> Array:
    """(h, w, 3) uint8 RGB of a PIL image, or of an array of grey, RGB or RGBA uint8.

    Arrays have shape (h, w), (h, w, 1), (h, w, 3) or (h, w, 4); an RGB array is returned as it
    is. Transparency is composited on white. Raises ImageError for anything else.
    """
    if isinstance(image, Image.Image):
        with _decoding_errors("picture"):
            _check_size(image, "picture")
            image.load()
            return composite_on_white(np.asarray(_upright(to_rgba(image), image)))
    if not isinstance(image, np.ndarray):
        raise ImageError(
            "a picture must be the path of a file, an array or a PIL image, got "
            f"{describe_type(image)}"
        )
    is_picture = image.ndim == 2 or (image.ndim == 3 and image.shape[2] in (1, 3, 4))
    if not is_picture or not image.size:
        raise ImageError(f"a picture must have shape (h, w, 3), got {image.shape}")
    if image.dtype != np.uint8:
        raise ImageError(
            f"a picture must be uint8 in [0, 255], got {image.dtype}; scale and convert it"
        )
    if image.ndim == 2 or image.shape[2] == 1:
        return np.repeat(image.reshape(*image.shape[:2], 1), 3, axis=2)
    return composite_on_white(image) if image.shape[2] == 4 else image


@contextmanager
def _decoding_errors(where: str) -> Iterator[None]:
    """Raise whatever a decoder raises for a damaged picture as ImageError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns about size and unusual metadata
            yield
    except ImageError:
        raise
    except Image.DecompressionBombError as problem:
        raise ImageError(f"{where}: is too large; scale it below 100 megapixels") from problem
    except Exception as problem:
        raise ImageError(
            f"{where}: the picture is damaged or truncated; save it again"
        ) from problem


def _load(picture: Image.Image, source: Path) -> tuple[Image.Image, int | None]:
    """The decoded picture, and how many of its lowest rows are missing; None if it is whole.

    Missing rows repeat the last one that is there. Raises ImageError if there are too many.
    """
    is_interlaced = _is_interlaced(picture)
    try:
        picture.load()
        return picture, None
    except OSError:
        if picture.format in ("JPEG", "MPO"):
            picture = Image.open(io.BytesIO(source.read_bytes() + _JPEG_END))
        elif picture.format in _TOP_DOWN and not is_interlaced:
            cast(ImageFile.ImageFile, picture).tile = []  # nothing more is decoded
        else:
            raise
        picture.load()
    pixels = np.asarray(picture)
    is_flat = (pixels == pixels[-1, -1]).reshape(len(pixels), -1).all(axis=1)
    missing = len(pixels) if is_flat.all() else int(np.argmin(is_flat[::-1]))
    if missing > MAX_MISSING * len(pixels):
        raise ImageError(
            f"{source}: the picture is truncated, {missing / len(pixels):.0%} of its rows are "
            "missing; save it again"
        )
    if missing:
        if picture.format in ("JPEG", "MPO"):
            missing += _JPEG_BLOCK  # the last row of blocks is incomplete
        last = max(0, len(pixels) - missing - 1)
        row = picture.crop((0, last, picture.width, last + 1))
        picture.paste(row.resize((picture.width, len(pixels) - last)), (0, last))
    return picture, missing


def _is_interlaced(picture: Image.Image) -> bool:
    """Whether the rows of an opened picture are stored in another order."""
    if picture.format == "GIF":
        tiles = cast(ImageFile.ImageFile, picture).tile
        return bool(tiles and cast(tuple[Any, ...], tiles[0].args)[1])
    return bool(picture.info.get("interlace"))


def _to_rgba_deep(picture: Image.Image, source: Path) -> Image.Image:
    """8-bit RGBA of a picture with 16 bits per channel, of which fewer may be in use."""
    encoded = source.read_bytes()
    bits = significant_bits(picture, encoded)
    if is_unscaled(picture, bits):
        deep = from_deep_color(encoded, bits)
        if deep is not None and deep.size == picture.size:
            deep.info = picture.info
            return to_rgba(deep)
    return to_rgba(picture, bits)


def _upright(rgba: Image.Image, source: Image.Image) -> Image.Image:
    """A picture rotated as the metadata of its source says; unchanged if they are damaged."""
    try:
        orientation = source.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # whatever the parser raises: the pixels are readable
        return rgba
    turn = _TURNS.get(orientation)
    return rgba if turn is None else rgba.transpose(turn)


def _check_size(picture: Image.Image, where: str) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise ImageError(
            f"{where}: {width} x {height} pixels is too large; scale it to at most "
            f"{MAX_SIDE} pixels per side and {MAX_PIXELS // 10**6} megapixels"
        )


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


def write_image(image: Array, path: str | Path, synthetic: str | None = None) -> None:
    """Write (h, w), (h, w, 3) or (h, w, 4) uint8 in the format of the suffix, atomically.

    Formats without transparency get a white background. `synthetic` is a comment that labels the
    picture as synthetic, in formats that can hold one. Raises ImageError for arrays of another
    type, OutputError when the file cannot be written or its format cannot store the picture.
    """
    target = Path(path)
    if image.dtype != np.uint8 or not image.size:
        raise ImageError(f"a picture to write must be uint8, got {image.dtype} {image.shape}")
    kind = image_format(target)
    if image.ndim == 3 and image.shape[2] == 4 and kind in OPAQUE:
        image = composite_on_white(image)
    options: dict[str, Any] = {"quality": 95} if kind in LOSSY else {}
    if synthetic is not None:
        options |= save_options(kind, synthetic)
    with atomic_write(target) as temporary:
        try:
            Image.fromarray(image).save(temporary, format=kind, **options)
        except (ValueError, OSError) as problem:
            if isinstance(problem, OSError) and problem.errno is not None:  # the disk failed
                raise
            raise OutputError(
                f"{target}: {kind} cannot store this picture ({problem}); use .png or .jpg"
            ) from problem
