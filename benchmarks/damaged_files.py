"""What becomes of damaged pictures, recordings and videos: read, refused in a line, or neither.

    python benchmarks/damaged_files.py

A small file of every kind is made and damaged at random: bits flipped, bytes replaced, zeroed, cut
out, repeated or inserted, the end cut off. Neither is an exception other than this package's own,
or a message of several lines: they are printed, and the exit status is 1.
"""

import argparse
import io
import sys
import tempfile
import time
import wave
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from PIL import Image

from talkinghead import read_audio, read_image
from talkinghead.errors import TalkingHeadError
from talkinghead.media.video_reader import read_video
from talkinghead.types import Array

SIDE: Final = 48  # pixels
RATE: Final = 16_000  # Hz
READ, REFUSED, NEITHER = "read", "refused in a line", "neither"
# Options of Pillow by name of the kind, whose first word is the suffix.
PICTURES: Final[dict[str, dict[str, Any]]] = {
    "jpg": {}, "jpg progressive": {"progressive": True}, "png": {}, "webp": {}, "gif": {},
    "avif": {}, "bmp": {}, "tga": {}, "ppm": {}, "pcx": {}, "ico": {}, "jp2": {}, "tif": {},
    "tif deflate": {"compression": "tiff_deflate"}, "tif jpeg": {"compression": "jpeg"},
    "mpo": {"save_all": True}, "dds": {}, "icns": {},
}  # fmt: skip
MODES: Final = {"png palette": "P", "png 16 bits": "I;16", "jpg cmyk": "CMYK", "png alpha": "LA"}
SOUNDS: Final = {
    "flac": "flac", "mp3": "libmp3lame", "ogg": "libopus", "m4a": "aac",
    "aac": "aac", "ac3": "ac3", "mp2": "mp2", "aiff": "pcm_s16be",
}  # fmt: skip
VIDEOS: Final = {
    "mp4": "libx264", "mov": "mpeg4", "mkv": "libx264", "webm": "libvpx-vp9", "avi": "mpeg4",
    "mpg": "mpeg1video", "ts": "mpeg2video", "flv": "flv", "wmv": "wmv2",
}  # fmt: skip

Reader = Callable[[Path], Any]


def make_samples() -> Iterator[tuple[str, str, bytes, Reader]]:
    """Name, suffix, content and reader of a small file of every kind."""
    y, x = np.mgrid[:SIDE, :SIDE]
    pixels = np.stack([5 * x, 5 * y, 127 + 90 * np.sin(x * y / 40)], axis=-1).astype(np.uint8)
    picture = Image.fromarray(pixels)
    for kind, options in PICTURES.items():
        yield kind, kind.split()[0], _picture_file(picture, kind, options), read_image
    for kind, mode in MODES.items():
        deep = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
        converted = deep if mode == "I;16" else picture.convert("L" if mode == "LA" else mode)
        encoded = _picture_file(converted.convert(mode), kind, {})
        yield kind, kind.split()[0], encoded, read_image
    if find_spec("pillow_heif") is not None:
        import pillow_heif

        buffer = io.BytesIO()
        pillow_heif.from_pillow(picture).save(buffer)
        yield "heic", "heic", buffer.getvalue(), read_image
    yield "wav", "wav", _wav_file(), read_audio
    for suffix, codec in SOUNDS.items():
        yield suffix, suffix, _container_file(suffix, codec, None), read_audio
    for suffix, codec in VIDEOS.items():
        content = _container_file(suffix, None, codec, pixels)
        yield suffix, suffix, content, partial(read_video, max_frames=50)


def _picture_file(picture: Image.Image, kind: str, options: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    suffix = f".{kind.split()[0]}"
    if options.get("save_all"):
        options = options | {"append_images": [picture.rotate(180)]}
    picture.save(buffer, Image.registered_extensions()[suffix], **options)
    return buffer.getvalue()


def _tone() -> Array:
    """(n,) int16, a third of a second."""
    return (9000 * np.sin(np.arange(RATE // 3) * 0.1)).astype(np.int16)


def _wav_file() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(_tone().tobytes())
    return buffer.getvalue()


def _container_file(
    suffix: str, audio_codec: str | None, video_codec: str | None, pixels: Array | None = None
) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sample.{suffix}"
        with av.open(str(path), "w") as container:
            if audio_codec is not None:
                rate = 48_000 if audio_codec == "libopus" else 44_100
                stream = container.add_stream(audio_codec, rate=rate, layout="mono")
                context = stream.codec_context
                sound = av.AudioFrame.from_ndarray(_tone()[None], format="s16", layout="mono")
                sound.sample_rate, sound.pts = RATE, 0
                resampler = av.AudioResampler(context.format, "mono", rate, context.frame_size)
                for piece in [*resampler.resample(sound), *resampler.resample(None), None]:
                    container.mux(stream.encode(piece))
            else:
                assert pixels is not None
                video = container.add_stream(video_codec, rate=25, width=SIDE, height=SIDE)
                video.pix_fmt = "yuv420p"
                for shift in range(6):
                    moved = np.ascontiguousarray(np.roll(pixels, 3 * shift, axis=1))
                    frame = av.VideoFrame.from_ndarray(moved, format="rgb24")
                    container.mux(video.encode(frame))
                container.mux(video.encode(None))
        return path.read_bytes()


def damage(content: bytes, rng: np.random.Generator) -> bytes:
    """The content with one kind of damage, at its start in half of all cases."""
    data = bytearray(content)
    reach = min(len(data), 256) if rng.random() < 0.5 else len(data)
    start = int(rng.integers(reach))
    size = int(rng.integers(1, max(2, min(64, len(data) - start) + 1)))
    kind = rng.integers(7)
    if kind == 0:
        for at in rng.integers(reach, size=1 + size % 8):
            data[at] ^= 1 << int(rng.integers(8))
    elif kind == 1:
        data[start : start + size] = rng.bytes(size)
    elif kind == 2:
        data[start : start + size] = bytes(size)
    elif kind == 3:
        del data[start : start + size]
    elif kind == 4:
        data[start:start] = data[start : start + size]
    elif kind == 5:
        data[start:start] = rng.bytes(size)
    else:
        del data[int(rng.integers(1, len(data))) :]
    return bytes(data)


def outcome(path: Path, reader: Reader) -> tuple[str, str]:
    """What a reader does with a file: READ, REFUSED or NEITHER; and the reason."""
    try:
        reader(path)
    except TalkingHeadError as problem:
        message = str(problem)
        is_one_line = len(message.splitlines()) == 1
        return (REFUSED if is_one_line else NEITHER), message
    except Exception as problem:
        return NEITHER, f"{type(problem).__name__}: {problem}"
    return READ, ""


def main() -> None:
    """Print the outcomes of each kind of file and of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=100, help="damaged files of each kind")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng, total, begin = np.random.default_rng(args.seed), Counter[str](), time.perf_counter()
    kinds = 0
    with tempfile.TemporaryDirectory() as folder:
        for kind, suffix, content, reader in make_samples():
            kinds += 1
            path, counts = Path(folder) / f"damaged.{suffix}", Counter[str]()
            path.write_bytes(content)
            result, reason = outcome(path, reader)
            if result != READ:
                sys.exit(f"{kind}: the undamaged file is not read: {reason}")
            for number in range(args.each):
                path.write_bytes(damage(content, rng))
                result, reason = outcome(path, reader)
                counts[result] += 1
                if result == NEITHER:
                    print(f"{kind}, file {number}: {reason}")
            print(f"{kind:16} read {counts[READ]:4}, refused {counts[REFUSED]:4}")
            total += counts
    seconds = time.perf_counter() - begin
    print(
        f"{total.total()} damaged files of {kinds} kinds in {seconds:.0f} s: {total[READ]} read, "
        f"{total[REFUSED]} {REFUSED}, {total[NEITHER]} {NEITHER}"
    )
    if total[NEITHER]:
        sys.exit(1)


if __name__ == "__main__":
    main()
