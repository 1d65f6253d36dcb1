"""Labels files as synthetic: a comment in words, and IPTC's digital source type for programs."""

import shutil
import struct
from pathlib import Path
from typing import Any, BinaryIO, Final

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from talkinghead.media.atomic_write import atomic_write

COMMENT: Final = "Synthetic: a still picture made to speak by talkinghead"
MOTION_COMMENT: Final = "Synthetic: motion predicted from audio by talkinghead"
VOICE_COMMENT: Final = "Synthetic: a voice converted by talkinghead"
SOFTWARE: Final = "talkinghead"
# IPTC's digital source type of a picture edited by generative models (cv.iptc.org/newscodes).
SOURCE_TYPE: Final = (
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
)
_PNG_XMP: Final = "XML:com.adobe.xmp"  # keyword of the iTXt chunk (XMP specification, part 3)
_WEBP_HAS_XMP: Final = 0x04  # flag of the VP8X chunk


def xmp_packet(comment: str = COMMENT) -> str:
    """XMP metadata with the comment as description, and the digital source type."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        f'xmp:CreatorTool="{SOFTWARE}" Iptc4xmpExt:DigitalSourceType="{SOURCE_TYPE}">'
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{comment}</rdf:li></rdf:Alt>'
        "</dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="w"?>'
    )


def png_label(comment: str = COMMENT) -> PngInfo:
    """The text chunks of a PNG: Software first, Comment, and XMP."""
    label = PngInfo()
    label.add_text("Software", SOFTWARE)
    label.add_text("Comment", comment)
    label.add_itxt(_PNG_XMP, xmp_packet(comment))
    return label


def save_options(kind: str, comment: str = COMMENT) -> dict[str, Any]:
    """Options of Pillow's `save` that write the label, for those of its formats that can hold it.

    `kind` is Pillow's name of the format.
    """
    packet = xmp_packet(comment).encode()
    options: dict[str, dict[str, Any]] = {
        "PNG": {"pnginfo": png_label(comment)},
        "JPEG": {"comment": comment, "xmp": packet},
        "WEBP": {"xmp": packet},
        "GIF": {"comment": comment},
        "TIFF": {"description": comment, "software": SOFTWARE},
    }
    return options.get(kind, {})


def append_wav_comment(path: Path, comment: str) -> None:
    """Append a comment to a RIFF file of audio, as a LIST chunk of the type INFO, in place."""
    text = comment.encode("ascii") + b"\0"
    text += bytes(len(text) % 2)
    info = b"INFOICMT" + struct.pack("<I", len(text)) + text
    with path.open("r+b") as file:
        file.seek(0, 2)
        file.write(b"LIST" + struct.pack("<I", len(info)) + info)
        size = file.tell() - 8
        file.seek(4)
        file.write(struct.pack("<I", size))


def label_image_file(path: Path) -> None:
    """Add the label to a WebP or GIF, which FFmpeg writes without metadata; others are kept."""
    copy = {".webp": _copy_labelled_webp, ".gif": _copy_labelled_gif}.get(path.suffix.lower())
    if copy is not None:
        with path.open("rb") as source, atomic_write(path) as labelled, labelled.open("wb") as out:
            copy(source, out)


def _copy_labelled_webp(source: BinaryIO, out: BinaryIO) -> None:
    """Copy a WebP and append XMP (WebP container specification, extended file format)."""
    with Image.open(source) as picture:
        canvas = b"".join((side - 1).to_bytes(3, "little") for side in picture.size)
    source.seek(12)
    if source.read(4) == b"VP8X":
        header = bytearray(source.read(14))
    else:  # a single picture without the header that announces metadata
        header = bytearray(struct.pack("<I4x", 10) + canvas)
        source.seek(12)
    header[4] |= _WEBP_HAS_XMP
    out.write(b"RIFF\0\0\0\0WEBPVP8X" + header)
    shutil.copyfileobj(source, out)
    packet = xmp_packet().encode()
    out.write(b"XMP " + struct.pack("<I", len(packet)) + packet + bytes(len(packet) % 2))
    size = out.tell() - 8
    out.seek(4)
    out.write(struct.pack("<I", size))


def _copy_labelled_gif(source: BinaryIO, out: BinaryIO) -> None:
    """Copy a GIF89a with a comment extension before its first block."""
    header = source.read(13)
    has_palette, depth = header[10] & 0x80, header[10] & 0x07
    out.write(header + source.read(3 << (depth + 1) if has_palette else 0))
    comment = COMMENT.encode("ascii")
    out.write(b"\x21\xfe" + bytes([len(comment)]) + comment + b"\0")
    shutil.copyfileobj(source, out)
