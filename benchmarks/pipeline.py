"""Speed and memory from picture and audio to video.

    python benchmarks/pipeline.py [--ckpt DIR] [--seconds 10] [--long 300]

Each row runs in its own process, for a cold start and its own peak memory.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SPEECH = sorted((ROOT / "examples").glob("*.wav"))


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    kind: str  # photo or cartoon
    size: int | None
    seconds: float  # of audio
    encode: bool = True


def rows(seconds: float, long: float) -> list[Row]:
    """The rows of the table."""
    return [
        Row("photo 256", "photo", 256, seconds),
        Row("photo 256, rendering only", "photo", 256, seconds, encode=False),
        Row("photo, source size (512)", "photo", None, seconds),
        Row("photo, source size, rendering only", "photo", None, seconds, encode=False),
        Row("cartoon 512", "cartoon", 512, seconds),
        Row("cartoon 512, rendering only", "cartoon", 512, seconds, encode=False),
        Row(f"photo 256, {long:g} s of audio", "photo", 256, long),
    ]


def measure(row: Row, ckpt: Path | None, start_time: float) -> dict[str, float]:
    """Animate in this process, which was started at `start_time` (time.time())."""
    from talkinghead import Animator, Clip, RenderConfig, Waveform, read_audio, write_video
    from talkinghead.types import Array

    audio = read_audio(SPEECH[0])
    count = round(row.seconds * audio.rate)
    wave = Waveform(np.resize(audio.samples, count), audio.rate)
    animator = Animator(ckpt=ckpt)
    make = animator.photo if row.kind == "photo" else animator.cartoon
    subject = make("astronaut" if row.kind == "photo" else "wilk", size=row.size)
    start = time.perf_counter()
    clip = animator.animate(subject, wave, render_config=RenderConfig(size=row.size))
    first: list[float] = []

    def record_first(frames: Iterator[Array]) -> Iterator[Array]:
        for frame in frames:
            if not first:
                first.append(time.time() - start_time)
            yield frame

    if row.encode:
        with tempfile.TemporaryDirectory() as folder:
            timed = Clip(record_first(clip.frames), clip.count, clip.size, clip.fps, wave)
            write_video(timed, Path(folder) / "out.mp4")
    else:
        for _ in record_first(clip.frames):
            pass
    elapsed = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "first": first[0],
        "fps": clip.count / elapsed,
        "real_time": row.seconds / elapsed,
        "peak": peak / 1024,  # Linux counts in KiB
    }


def in_process(index: int, args: argparse.Namespace) -> dict[str, float]:
    """Measure one row in a new process."""
    arguments = ["--row", str(index), "--seconds", str(args.seconds), "--long", str(args.long)]
    if args.ckpt:
        arguments += ["--ckpt", str(args.ckpt)]
    arguments += ["--start-time", repr(time.time())]
    process = subprocess.run(
        [sys.executable, __file__, *arguments], stdout=subprocess.PIPE, check=True
    )
    result: dict[str, float] = json.loads(process.stdout)
    return result


def machine() -> str:
    """Processor, cores, threads and versions."""
    import torch

    names = [
        line.split(":", 1)[1].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    load = os.getloadavg()[0]
    return (
        f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores, "
        f"{torch.get_num_threads()} torch threads, Python {platform.python_version()}, "
        f"torch {torch.__version__}, load before {load:.1f}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--ckpt", type=Path, help="folder of the weights (default: ckpt/)")
    parser.add_argument("--seconds", type=float, default=10, help="of audio (default: 10)")
    parser.add_argument("--long", type=float, default=300, help="of the last row (default: 300)")
    parser.add_argument("--only", default="", metavar="TEXT", help="rows whose name contains it")
    parser.add_argument("--row", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--start-time", type=float, help=argparse.SUPPRESS)
    args = parser.parse_args()
    table = rows(args.seconds, args.long)
    if args.row is not None:
        print(json.dumps(measure(table[args.row], args.ckpt, args.start_time)))
        return
    print(machine())
    print(f"{'':36}{'first frame':>12}{'frames/s':>10}{'x real time':>13}{'peak memory':>13}")
    for index, row in enumerate(table):
        if args.only not in row.name:
            continue
        result = in_process(index, args)
        print(
            f"{row.name:36}{result['first']:>10.1f} s{result['fps']:>10.1f}"
            f"{result['real_time']:>13.2f}{result['peak']:>9.0f} MiB",
            flush=True,
        )


if __name__ == "__main__":
    main()
