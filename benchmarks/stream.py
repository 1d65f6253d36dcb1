"""Latency, speed and memory of a stream: a line per picture.

    python benchmarks/stream.py [--ckpt DIR] [--seconds 20] [--long 600]

Latency is the look-ahead plus the work of a hop, 40 ms of audio. Audio arrives one hop at a time,
as from a microphone, and one second at a time. Each row runs in its own process; the last two
show the memory for `long` seconds and for a tenth of them.
"""

import argparse
import json
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SPEECH = sorted((ROOT / "examples").glob("*.wav"))
ROWS = (
    ("puppet 256", "wilk", 256),
    ("puppet 512", "wilk", 512),
    ("photo 256, --fast", "astronaut", 256),
    ("photo 512, --fast", "astronaut", 512),
    ("photo 256", "astronaut", 256),
)


def measure(name: str, who: str, size: int, seconds: float, ckpt: Path | None) -> dict[str, float]:
    """Stream in this process."""
    from talkinghead import Animator, read_audio
    from talkinghead.sample_rates import FRAME_SAMPLES, RATE
    from talkinghead.types import Array

    animator = Animator(ckpt=ckpt, refine="--fast" not in name and who != "wilk")
    make = animator.cartoon if who == "wilk" else animator.photo
    subject = make(who, size=size)
    audio = np.concatenate([read_audio(path).samples for path in SPEECH])

    def chunks(length: int) -> Iterator[Array]:
        for start in range(0, round(seconds * RATE), length):
            yield np.take(audio, np.arange(start, start + length), mode="wrap")

    def run(length: int) -> tuple[float, float]:
        arrived, durations = time.perf_counter(), []

        def timed() -> Iterator[Array]:
            nonlocal arrived
            for chunk in chunks(length):
                durations.append(time.perf_counter() - arrived)
                arrived = time.perf_counter()
                yield chunk

        start = time.perf_counter()
        for _ in animator.stream(subject, timed(), RATE):
            pass
        elapsed = time.perf_counter() - start
        return seconds / elapsed, float(np.percentile(durations[len(durations) // 4 :], 95))

    next(iter(animator.stream(subject, chunks(RATE), RATE)))  # initialisation
    speed, work = run(FRAME_SAMPLES)
    return {
        "look_ahead": animator.look_ahead(),
        "work": work,
        "speed": speed,
        "batched": run(RATE)[0],
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,  # Linux counts in KiB
    }


def in_process(row: int, seconds: float, ckpt: Path | None) -> dict[str, float]:
    """Measure a row in a new process."""
    arguments = ["--row", str(row), "--seconds", str(seconds)]
    arguments += ["--ckpt", str(ckpt)] if ckpt else []
    process = subprocess.run(
        [sys.executable, __file__, *arguments], stdout=subprocess.PIPE, check=True
    )
    result: dict[str, float] = json.loads(process.stdout)
    return result


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--ckpt", type=Path, help="folder of the weights (default: ckpt/)")
    parser.add_argument("--seconds", type=float, default=20, help="of audio (default: 20)")
    parser.add_argument("--long", type=float, default=600, help="of the last rows (default: 600)")
    parser.add_argument("--only", default="", metavar="TEXT", help="rows whose name contains it")
    parser.add_argument("--row", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.row is not None:
        print(json.dumps(measure(*ROWS[args.row], args.seconds, args.ckpt)))
        return
    print(platform.processor() or platform.machine(), "Python", platform.python_version())
    print(
        f"{'':32}{'look-ahead':>12}{'work of a hop, 95 %':>21}{'x real time':>13}"
        f"{'by seconds':>12}{'peak memory':>13}"
    )
    jobs = [(row, args.seconds) for row in range(len(ROWS))]
    jobs += [(0, args.long / 10), (0, args.long)]
    for row, seconds in jobs:
        if args.only not in ROWS[row][0]:
            continue
        result = in_process(row, seconds, args.ckpt)
        print(
            f"{ROWS[row][0] + f', {seconds:g} s':32}{1000 * result['look_ahead']:>9.0f} ms"
            f"{1000 * result['work']:>18.0f} ms{result['speed']:>13.1f}{result['batched']:>12.1f}"
            f"{result['peak']:>9.0f} MiB",
            flush=True,
        )


if __name__ == "__main__":
    main()
