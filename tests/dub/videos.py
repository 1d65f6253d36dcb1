"""Short videos made of a photo, with the properties that cameras and phones write."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from talkinghead.types import Array


def drifting(image: Array, count: int, step: tuple[float, float] = (0.6, 0.3)) -> list[Array]:
    """Frames of a camera that pans over a picture (h, w, 3), by `step` pixels a frame."""
    height, width = image.shape[:2]
    return [
        np.asarray(
            cv2.warpAffine(
                image,
                np.array([[1, 0, i * step[0]], [0, 1, i * step[1]]], dtype=np.float64),
                (width, height),
                borderMode=cv2.BORDER_REFLECT,
            )
        )
        for i in range(count)
    ]


def write_test_video(
    path: Path,
    frames: Sequence[Array],
    *,
    stamps: Sequence[int] | None = None,
    time_base: Fraction = Fraction(1, 12800),
    rotation: float = 0,
    aspect: Fraction = Fraction(1),
    pixel_format: str = "yuv420p",
    tags: dict[str, int] | None = None,
    audio: Array | None = None,
    gop: int = 250,
) -> Path:
    """Write RGB frames (h, w, 3), at 25 a second unless there are `stamps`; audio at 16 kHz."""
    stamps = stamps or [round(i / 25 / time_base) for i in range(len(frames))]
    height, width = frames[0].shape[:2]
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(
            "libx264", rate=25, options={"crf": "12", "preset": "ultrafast", "g": str(gop)}
        )
        stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
        stream.codec_context.time_base = stream.time_base = time_base
        stream.codec_context.sample_aspect_ratio = aspect
        for name, value in (tags or {}).items():
            setattr(stream.codec_context, name, value)
        if rotation:
            stream.set_display_rotation(rotation)
        sound: Any = None
        if audio is not None:
            sound = container.add_stream("aac", rate=16_000, layout="mono")
        for frame, stamp in zip(frames, stamps, strict=True):
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
            picture = picture.reformat(format=pixel_format)
            picture.pts, picture.time_base = stamp, time_base
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
        if audio is not None:
            part = av.AudioFrame.from_ndarray(audio[None], format="fltp", layout="mono")
            part.sample_rate, part.pts = 16_000, 0
            container.mux(sound.encode(part))
            container.mux(sound.encode(None))
    return path


def frame_facts(path: Path) -> dict[str, Any]:
    """What a player knows of a video: time stamps in seconds, rotation, aspect, colours."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        first = frames[0]
        return {
            "seconds": [round(float(frame.pts * stream.time_base), 3) for frame in frames],
            "rotation": first.rotation,
            "size": (first.width, first.height),
            "aspect": stream.sample_aspect_ratio,
            "format": first.format.name,
            "colours": (int(first.colorspace), int(first.color_range)),
            "streams": [s.type for s in container.streams],
            "comment": container.metadata.get("comment"),
        }
