"""Opens picture files of the formats that Pillow reads and of HEIC, and names all others."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from PIL import Image, UnidentifiedImageError

from talkinghead.errors import ImageError

_HEAD_BYTES: Final = 64  # of a file, which tell its format
_HEIF_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_STILL: Final = "convert it to png or jpg"
_FRAME: Final = "give a picture, such as one of its frames saved as png"
_OTHER: Final = "give a picture"
# Start of a file, offset of the start, what the file is, and what to do.
_SIGNATURES: Final = (
    (b"\xff\x0a", 0, "JPEG XL", _STILL),
    (b"\x00\x00\x00\x0cjxl ", 0, "JPEG XL", _STILL),
    (b"<svg", 0, "an SVG drawing", _STILL),
    (b"<?xml", 0, "an SVG drawing or other XML", _STILL),
    (b"%pdf", 0, "a PDF document", _STILL),
    (b"fujifilm", 0, "a camera's RAW file", _STILL),
    (b"\x76\x2f\x31\x01", 0, "OpenEXR", _STILL),
    (b"#?radiance", 0, "Radiance HDR", _STILL),
    (b"gimp xcf", 0, "a GIMP project", _STILL),
    (b"riff", 0, "a recording or a video", _OTHER),
    (b"\x1a\x45\xdf\xa3", 0, "a Matroska or WebM video", _FRAME),
    (b"ftyp", 4, "an MP4 or MOV video", _FRAME),
    (b"id3", 0, "an MP3 recording", _OTHER),
    (b"oggs", 0, "an Ogg recording or video", _OTHER),
    (b"flac", 0, "a FLAC recording", _OTHER),
    (b"pk\x03\x04", 0, "a ZIP archive", "unpack it and give a picture"),
    (b"<!doctype html", 0, "a web page", "download the picture itself"),
    (b"<html", 0, "a web page", "download the picture itself"),
    (b"version https://git-lfs", 0, "a Git LFS pointer", "fetch it with 'git lfs pull'"),
)
# Starts of the pictures that Pillow reads unless they are damaged or of an unusual kind.
_PICTURES: Final = (
    (b"\x89png", 0, "PNG"),
    (b"\xff\xd8\xff", 0, "JPEG"),
    (b"gif8", 0, "GIF"),
    (b"webp", 8, "WebP"),
    (b"ii*\x00", 0, "TIFF"),
    (b"mm\x00*", 0, "TIFF"),
    (b"ftypavif", 4, "AVIF"),
    (b"ftypavis", 4, "AVIF"),
    *((b"ftyp" + brand, 4, "HEIC") for brand in sorted(_HEIF_BRANDS)),
)
_STUBS: Final = {"BUFR", "EMF", "EPS", "GRIB", "HDF5", "WMF"}  # Pillow needs other programs


@contextmanager
def open_picture(source: Path) -> Iterator[Image.Image]:
    """The open picture of a file, whose pixels are not decoded yet.

    HEIC needs the package pillow-heif. Raises ImageError for a file that is no picture.
    """
    with source.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS and b"avif" not in head:
        _register_heif(source)
    try:
        picture = Image.open(source)
    except UnidentifiedImageError as problem:
        raise ImageError(f"{source}: {_describe(head)}") from problem
    with picture:
        try:
            yield picture
        except OSError as problem:
            if picture.format not in _STUBS:
                raise
            raise ImageError(
                f"{source}: {picture.format} cannot be read here; {_STILL}"
            ) from problem


def _register_heif(source: Path) -> None:
    """Let Pillow read HEIC."""
    try:
        import pillow_heif
    except ImportError as problem:
        raise ImageError(
            f"{source}: HEIC needs a package that is not installed; pip install "
            "'talkinghead[heic]', or convert the picture to jpg"
        ) from problem
    pillow_heif.register_heif_opener()


def _describe(head: bytes) -> str:
    """What a file that Pillow does not open is, by its first bytes, and what to do."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").lower()
    for start, offset, name in _PICTURES:
        if head[offset:].startswith(start.lower()):
            return f"this {name} picture is damaged or of an unusual kind; save it again as png"
    for start, offset, name, remedy in _SIGNATURES:
        if head[offset:].startswith(start.lower()):
            return f"this is {name}, not a picture that can be read; {remedy}"
    return "is not a picture that can be read; give a jpg or png file"
