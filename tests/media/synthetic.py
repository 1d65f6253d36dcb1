"""Synthetic audio, frames and clips, and readers that check what was written."""

from collections.abc import Callable, Sequence
from pathlib import Path

import av
import numpy as np
from av.stream import Disposition
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from talkinghead.media.synthetic_label import SOFTWARE
from talkinghead.types import Array, Clip, Waveform

Encode = Callable[..., Path]


def tone(seconds: float, rate: int = 16_000, level: float = 0.3) -> Array:
    """(n,) float32 of a 220 Hz sine."""
    t = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * 220 * t)).astype(np.float32)


def encode_tracks(
    path: Path,
    tracks: Sequence[Array],
    rate: int = 16_000,
    codec: str = "aac",
    default: Sequence[int] = (),
) -> Path:
    """Write a file of (n,) mono tracks, those of the indices `default` marked as such."""
    with av.open(str(path), "w") as container:
        streams = [container.add_stream(codec, rate=rate, layout="mono") for _ in tracks]
        for number, stream in enumerate(streams):
            marked = number in default
            stream.disposition = Disposition.default if marked else Disposition(0)
        for stream, samples in zip(streams, tracks, strict=True):
            frame = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = rate, 0
            context = stream.codec_context
            resampler = av.AudioResampler(
                format=context.format, layout="mono", rate=rate, frame_size=context.frame_size
            )
            for piece in [*resampler.resample(frame), *resampler.resample(None), None]:
                container.mux(stream.encode(piece))
    return path


def moving_frames(count: int, size: tuple[int, int]) -> list[Array]:
    """Smooth (h, w, 3) pictures that drift sideways and differ in brightness."""
    width, height = size
    x = np.linspace(0, 3, width)[None, :, None]
    y = np.linspace(0, 2, height)[:, None, None]
    colour = np.array([0.0, 1.0, 2.0])
    return [
        (127 + 90 * np.sin(x + y + colour + i / 10) + i % 7).astype(np.uint8) for i in range(count)
    ]


FPS = 25
COUNT = 20  # frames
SIZE = (97, 64)  # the width is odd
SKIN = (220, 120, 60)


def moving_disc(number: int) -> Array:
    """(64, 97, 4) a soft disc that moves to the right; transparent pixels are black."""
    width, height = SIZE
    y, x = np.mgrid[:height, :width]
    far = np.hypot(x - 30 - number, y - 32)
    frame = np.zeros((height, width, 4), np.uint8)
    frame[..., 3] = np.clip((24 - far) * 40, 0, 255)
    frame[frame[..., 3] > 0, :3] = SKIN
    return frame


def late_tone() -> Waveform:
    """A tone that begins at 0.4 seconds, as long as the frames."""
    samples = np.concatenate([np.zeros(round(0.4 * 16_000), np.float32), tone(0.4)])
    return Waveform(samples, 16_000)


def disc_clip(channels: int = 4, fps: float = FPS) -> Clip:
    frames = (np.ascontiguousarray(moving_disc(i)[..., :channels]) for i in range(COUNT))
    return Clip(frames, COUNT, SIZE, fps, late_tone())


def write_older_frame(path: Path) -> None:
    """Write a picture of an older frame sequence."""
    mark = PngInfo()
    mark.add_text("Software", SOFTWARE)
    Image.fromarray(moving_disc(0)).save(path, pnginfo=mark)


def decode_rgba(path: Path) -> tuple[Array, float]:
    """Frames (t, h, w, 4) of a file with its alpha, and their duration in seconds."""
    if path.suffix in (".webp", ".gif"):
        with Image.open(path) as picture:
            frames, milliseconds = [], 0
            for number in range(getattr(picture, "n_frames", 1)):
                picture.seek(number)
                frames.append(np.asarray(picture.convert("RGBA")))
                milliseconds += picture.info["duration"]
        return np.stack(frames), milliseconds / 1000
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        seconds = float(container.duration) / av.time_base
        if stream.codec_context.name.endswith("vp9"):  # FFmpeg's own decoder drops alpha
            decoder = av.CodecContext.create("libvpx-vp9", "r")
            frames = [f for packet in container.demux(stream) for f in decoder.decode(packet)]
        else:
            frames = list(container.decode(stream))
    if not frames[0].format.name.startswith("yuva"):
        opaque = np.stack([frame.to_ndarray(format="rgb24") for frame in frames])
        return np.pad(opaque, ((0, 0),) * 3 + ((0, 1),), constant_values=255), seconds
    return np.stack([rgba(frame) for frame in frames]), seconds


def rgba(frame: av.VideoFrame) -> Array:
    """(h, w, 4) of a frame; FFmpeg does not convert the last alpha value of odd 8-bit rows."""
    image = frame.to_ndarray(format="rgba")
    plane = frame.planes[3]
    if plane.line_size < 2 * frame.width:  # one byte a pixel
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        image[..., 3] = rows[: frame.height, : frame.width]
    return image


def tone_onset(path: Path) -> float:
    """Seconds at which the tone begins."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=16_000)
        frames = list(container.decode(container.streams.audio[0]))
        start = float((frames[0].pts or 0) * frames[0].time_base)
        pieces = [out.to_ndarray()[0] for frame in frames for out in resampler.resample(frame)]
    return start + float(np.argmax(np.abs(np.concatenate(pieces)) > 0.1)) / 16_000
