"""Copies of a video that are smaller, cropped or turned, as input of further work."""

from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from talkinghead.errors import InputError
from talkinghead.media.image import write_image
from talkinghead.media.video_frames import decode_video, read_properties
from talkinghead.media.yuv import YuvFrame

_OPTIONS: Final = {"preset": "veryfast", "crf": "8"}  # nothing is seen of this generation

Edges = tuple[int, int, int, int]  # top, bottom, left, right in pixels; -1: the picture's end


def write_transformed(
    source: Path, target: Path, factor: int = 1, edges: Edges = (0, -1, 0, -1), turned: bool = False
) -> None:
    """Write the picture of a video scaled down by `factor`, turned by 90 degrees, then cropped.

    It turns clockwise. Time stamps are kept, audio is left out. Raises InputError for edges that
    leave nothing.
    """
    properties = read_properties(source)
    width, height = (max(2, side // factor) for side in properties.size)
    top, bottom, left, right = edges
    sides = (width, height) if turned else (height, width)
    rows, columns = _span(top, bottom, sides[0]), _span(left, right, sides[1])
    with av.open(str(target), "w") as container, decode_video(properties) as frames:
        stream: Any = container.add_stream(
            "libx264", rate=properties.frame_rate, options=dict(_OPTIONS)
        )
        stream.width, stream.height = columns[1] - columns[0], rows[1] - rows[0]
        even = stream.width % 2 == 0 and stream.height % 2 == 0
        stream.pix_fmt = "yuv420p" if even else "yuv444p"
        aspect = Fraction(properties.upright_aspect).limit_denominator(255)
        stream.codec_context.sample_aspect_ratio = 1 / aspect if turned else aspect
        stream.codec_context.time_base = stream.time_base = properties.time_base
        for frame in frames:
            image = YuvFrame(frame, properties.quarter_turns).to_rgb((width, height))
            image = np.rot90(image, -1) if turned else image
            part = np.ascontiguousarray(image[slice(*rows), slice(*columns)])
            picture = av.VideoFrame.from_ndarray(part, format="rgb24")
            picture.pts, picture.time_base = frame.pts, properties.time_base
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def write_first_frame(source: Path, target: Path) -> None:
    """Write the first frame of a video as a picture."""
    properties = read_properties(source)
    with decode_video(properties) as frames:
        frame = YuvFrame(next(iter(frames)), properties.quarter_turns)
        write_image(frame.read_rgb((0, 0, *frame.size)), target)


def _span(first: int, last: int, length: int) -> tuple[int, int]:
    """First and last row, or column, of a crop. Raises InputError if nothing is left."""
    end = length if last == -1 else min(last, length)
    if not 0 <= first <= end - 2:
        raise InputError(f"--crop {first} to {last} leaves nothing of {length} pixels; widen it")
    return first, end
