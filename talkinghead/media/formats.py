"""What a clip can be written as: the endings, and how each holds picture, transparency and sound.

Names only, of FFmpeg's muxers and encoders: nothing heavy is imported here.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from talkinghead.errors import OutputError

NUMBERED: Final = "%06d.png"  # of the pictures in a folder, counted from 1
_NUMBER: Final = re.compile(r"%0?(\d*)d")


@dataclass(frozen=True)
class VideoCodec:
    """How FFmpeg is asked for a picture stream."""

    encoder: str
    pixels: str  # FFmpeg's name of the pixel format
    options: Mapping[str, str] = field(default_factory=dict)
    even: bool = False  # takes even sides only

    @property
    def alpha(self) -> bool:
        """Whether it keeps transparency."""
        return self.pixels.startswith("yuva") or self.pixels in ("bgra", "pal8")


# Good to the eye and as fast as rendering; libvpx cannot look ahead where there is alpha.
_VP9: Final = {
    "crf": "22", "b": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1",
    "auto-alt-ref": "0",
}  # fmt: skip
H264: Final = VideoCodec("libx264", "yuv420p", {"preset": "veryfast", "crf": "18"}, even=True)
VP9: Final = VideoCodec("libvpx-vp9", "yuv420p", _VP9)
VP9_ALPHA: Final = VideoCodec("libvpx-vp9", "yuva420p", _VP9)
PRORES_4444: Final = VideoCodec(
    "prores_ks", "yuva444p10le", {"profile": "4444", "alpha_bits": "16", "vendor": "apl0"}
)
WEBP: Final = VideoCodec("libwebp_anim", "bgra", {"quality": "85", "compression_level": "3"})
GIF: Final = VideoCodec("gif", "pal8")


@dataclass(frozen=True)
class Format:
    """One kind of file."""

    muxer: str | None  # None: one file a frame
    opaque: VideoCodec | None = None
    clear: VideoCodec | None = None  # of frames with alpha; None lays them on white
    sound: str | None = None  # encoder; None: the file holds no sound
    clear_sound: str | None = None  # beside `clear`
    cutout: bool = False  # what one expects of it is a figure without background
    options: Mapping[str, str] = field(default_factory=dict)  # of the muxer
    fastest: float = float("inf")  # frames a second it can show


_FAST_START: Final = {"movflags": "+faststart"}
FORMATS: Final[dict[str, Format]] = {
    ".mp4": Format("mp4", H264, None, "aac", options=_FAST_START),
    ".mov": Format("mov", H264, PRORES_4444, "aac", "pcm_s16le", options=_FAST_START),
    ".mkv": Format("matroska", H264, None, "aac"),
    ".webm": Format("webm", VP9, VP9_ALPHA, "libopus", "libopus", cutout=True),
    ".webp": Format("webp", WEBP, WEBP, cutout=True, options={"loop": "0"}),
    ".gif": Format("gif", GIF, GIF, cutout=True, options={"loop": "0"}, fastest=50),
    ".png": Format(None, cutout=True),
}
KNOWN: Final = ", ".join(name for name in FORMATS if name != ".png") + f", or {NUMBERED}"


def as_target(path: str | Path) -> Path:
    """The path to write to: `OUT/`, with the slash, means one picture a frame in a folder."""
    folder = isinstance(path, str) and path.endswith(("/", os.sep))
    return Path(path) / NUMBERED if folder else Path(path)


def format_of(target: Path) -> Format:
    """The format of a path's ending. Raises OutputError that lists those there are."""
    suffix = target.suffix.lower()
    if suffix not in FORMATS:
        raise OutputError(f"{target}: unknown suffix {target.suffix!r}; name it {KNOWN}")
    if suffix == ".png" and len(_NUMBER.findall(target.name)) != 1:
        raise OutputError(
            f"{target}: one png holds one frame; name them {target.stem}_{NUMBERED}, or name "
            "a folder with / at its end"
        )
    return FORMATS[suffix]


def check_rate(target: Path, fps: float) -> None:
    """Refuse more frames a second than the format of a path can show. Raises OutputError."""
    fastest = format_of(target).fastest
    if fps > fastest:
        raise OutputError(
            f"{target}: {target.suffix} shows at most {fastest:g} frames a second, "
            f"not {fps:g}; choose fewer"
        )


def numbered(target: Path, number: int) -> Path:
    """The file of one frame, counted from 1, of a pattern as in %06d.png."""
    name = _NUMBER.sub(lambda found: str(number).zfill(int(found[1] or 0)), target.name)
    return target.with_name(name)


def number_in(target: Path, name: str) -> int | None:
    """The number of a file of that pattern; None for another file."""
    before, _, after = _NUMBER.split(target.name)
    found = re.fullmatch(f"{re.escape(before)}(\\d+){re.escape(after)}", name)
    number = int(found[1]) if found else None
    return number if number is not None and numbered(target, number).name == name else None


def sound_beside(target: Path) -> Path:
    """The wav file that goes with numbered pictures."""
    before = _NUMBER.split(target.name)[0]
    return target.with_name(f"{before}sound.wav")
