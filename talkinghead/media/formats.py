"""Output formats of videos by suffix: codecs, transparency and audio.

Only names of FFmpeg's muxers and encoders, so that importing this module is fast.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from talkinghead.errors import OutputError

NUMBERED: Final = "%06d.png"  # file names of a frame sequence, counted from 1
_NUMBER: Final = re.compile(r"%0?(\d*)d")


@dataclass(frozen=True)
class VideoCodec:
    """An FFmpeg encoder of video and its settings."""

    encoder: str
    pixel_format: str  # FFmpeg's name
    options: Mapping[str, str] = field(default_factory=dict)
    even_size: bool = False  # needs an even width and height

    @property
    def keeps_alpha(self) -> bool:
        """Whether transparency is encoded."""
        return self.pixel_format.startswith("yuva") or self.pixel_format in ("bgra", "pal8")


# As fast as rendering, without visible loss. libvpx has no alternate reference frames with alpha.
_VP9: Final = {
    "crf": "22", "b": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1",
    "auto-alt-ref": "0",
}  # fmt: skip
H264: Final = VideoCodec("libx264", "yuv420p", {"preset": "veryfast", "crf": "18"}, even_size=True)
VP9: Final = VideoCodec("libvpx-vp9", "yuv420p", _VP9)
VP9_ALPHA: Final = VideoCodec("libvpx-vp9", "yuva420p", _VP9)
PRORES_4444: Final = VideoCodec(
    "prores_ks", "yuva444p10le", {"profile": "4444", "alpha_bits": "16", "vendor": "apl0"}
)
WEBP: Final = VideoCodec("libwebp_anim", "bgra", {"quality": "85", "compression_level": "3"})
GIF: Final = VideoCodec("gif", "pal8")


@dataclass(frozen=True)
class Format:
    """How a clip is written to files of one suffix."""

    muxer: str | None  # None: a sequence of files, one per frame
    codec: VideoCodec | None = None  # of opaque frames
    alpha_codec: VideoCodec | None = None  # of frames with alpha; None: composited on white
    audio_codec: str | None = None  # FFmpeg's encoder; None: the file has no audio
    alpha_audio_codec: str | None = None  # used together with `alpha_codec`
    transparent: bool = False  # usually written without a background
    muxer_options: Mapping[str, str] = field(default_factory=dict)
    max_fps: float = float("inf")


_FAST_START: Final = {"movflags": "+faststart"}
_LOOP: Final = {"loop": "0"}
FORMATS: Final[dict[str, Format]] = {
    ".mp4": Format("mp4", H264, None, "aac", muxer_options=_FAST_START),
    ".mov": Format("mov", H264, PRORES_4444, "aac", "pcm_s16le", muxer_options=_FAST_START),
    ".mkv": Format("matroska", H264, None, "aac"),
    ".webm": Format("webm", VP9, VP9_ALPHA, "libopus", "libopus", transparent=True),
    ".webp": Format("webp", WEBP, WEBP, transparent=True, muxer_options=_LOOP),
    ".gif": Format("gif", GIF, GIF, transparent=True, muxer_options=_LOOP, max_fps=50),
    ".png": Format(None, transparent=True),
}
KNOWN_SUFFIXES: Final = ", ".join(name for name in FORMATS if name != ".png") + f", or {NUMBERED}"


def output_path(path: str | Path) -> Path:
    """The path to write to: `OUT/`, with a trailing slash, is a frame sequence in that folder."""
    is_folder = isinstance(path, str) and path.endswith(("/", os.sep))
    return Path(path) / NUMBERED if is_folder else Path(path)


def format_of(target: Path) -> Format:
    """The format for the suffix of a path. Raises OutputError, which lists the known ones."""
    suffix = target.suffix.lower()
    if suffix not in FORMATS:
        raise OutputError(f"{target}: unknown suffix {target.suffix!r}; use {KNOWN_SUFFIXES}")
    if suffix == ".png" and len(_NUMBER.findall(target.name)) != 1:
        raise OutputError(
            f"{target}: a png file contains one frame; use {target.stem}_{NUMBERED}, or a folder "
            "with / at its end"
        )
    return FORMATS[suffix]


def check_frame_rate(target: Path, fps: float) -> None:
    """Raise OutputError if the format of a path does not support `fps` frames per second."""
    max_fps = format_of(target).max_fps
    if fps > max_fps:
        raise OutputError(
            f"{target}: {target.suffix} supports at most {max_fps:g} frames per second, "
            f"got {fps:g}; choose fewer"
        )


def frame_path(target: Path, number: int) -> Path:
    """The file of frame `number`, from 1, for a pattern such as out/%06d.png."""
    name = _NUMBER.sub(lambda match: str(number).zfill(int(match[1] or 0)), target.name)
    return target.with_name(name)


def frame_number(target: Path, name: str) -> int | None:
    """The frame number in a file name that matches the pattern `target`; None for other names."""
    before, _, after = _NUMBER.split(target.name)
    match = re.fullmatch(f"{re.escape(before)}(\\d+){re.escape(after)}", name)
    number = int(match[1]) if match else None
    return number if number is not None and frame_path(target, number).name == name else None


def sequence_audio_path(target: Path) -> Path:
    """The wav file next to the frames of the pattern `target`."""
    before = _NUMBER.split(target.name)[0]
    return target.with_name(f"{before}sound.wav")
