"""How far behind, how fast and in how much memory a stream is: a line for each picture.

    python benchmarks/stream.py [--ckpt DIR] [--seconds 20] [--long 600]

The look-ahead is what is waited for; the work of a hop, 40 ms of sound, comes on top. Frames are
painted as for a microphone, one hop at a time, and as for long chunks, a second at a time. Each
row is a process of its own; the last two say what memory `long` seconds take, and a tenth of them.
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
    ("photo 256, --unfinished", "astronaut", 256),
    ("photo 512, --unfinished", "astronaut", 512),
    ("photo 256", "astronaut", 256),
)


def measure(name: str, who: str, size: int, seconds: float, ckpt: Path | None) -> dict[str, float]:
    """Stream in this process."""
    from talkinghead import Animator, read_audio
    from talkinghead.clock import FRAME, RATE
    from talkinghead.types import Array

    animator = Animator(ckpt=ckpt, finish="unfinished" not in name and who != "wilk")
    make = animator.cartoon if who == "wilk" else animator.photo
    subject = make(who, size=size)
    heard = np.concatenate([read_audio(path).samples for path in SPEECH])

    def said(length: int) -> Iterator[Array]:
        for start in range(0, round(seconds * RATE), length):
            yield np.take(heard, np.arange(start, start + length), mode="wrap")

    def run(length: int) -> tuple[float, float]:
        arrived, works = time.perf_counter(), []

        def timed() -> Iterator[Array]:
            nonlocal arrived
            for chunk in said(length):
                works.append(time.perf_counter() - arrived)
                arrived = time.perf_counter()
                yield chunk

        begun = time.perf_counter()
        for _ in animator.stream(subject, timed(), RATE):
            pass
        spent = time.perf_counter() - begun
        return seconds / spent, float(np.percentile(works[len(works) // 4 :], 95))

    next(iter(animator.stream(subject, said(RATE), RATE)))  # what is loaded at the first use
    speed, work = run(FRAME)
    return {
        "look_ahead": animator.look_ahead(),
        "work": work,
        "speed": speed,
        "batched": run(RATE)[0],
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,  # Linux counts in KiB
    }


def in_process(row: int, seconds: float, ckpt: Path | None) -> dict[str, float]:
    """Measure a row in a fresh process."""
    words = ["--row", str(row), "--seconds", str(seconds)]
    words += ["--ckpt", str(ckpt)] if ckpt else []
    done = subprocess.run([sys.executable, __file__, *words], stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--ckpt", type=Path, help="folder of the weights (default: ckpt/)")
    parser.add_argument("--seconds", type=float, default=20, help="of sound (default: 20)")
    parser.add_argument("--long", type=float, default=600, help="of the last rows (default: 600)")
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
    for row, seconds in [*jobs, (0, args.long / 10), (0, args.long)]:
        found = in_process(row, seconds, args.ckpt)
        print(
            f"{ROWS[row][0] + f', {seconds:g} s':32}{1000 * found['look_ahead']:>9.0f} ms"
            f"{1000 * found['work']:>18.0f} ms{found['speed']:>13.1f}{found['batched']:>12.1f}"
            f"{found['peak']:>9.0f} MiB",
            flush=True,
        )


if __name__ == "__main__":
    main()
