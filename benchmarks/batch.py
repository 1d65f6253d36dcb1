"""How long a batch takes beside single commands, one after the other, for the same videos.

    python benchmarks/batch.py [--jobs 8] [--seconds 2] [--size 256] [--workers N]

Photos and puppets by turns. Prints both times and their ratio, measured in turn in one run: on
the clock, and of all cores together, which others at work hardly change.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from talkinghead.home import home
from talkinghead.media.audio import read_audio, write_wav
from talkinghead.scale.cores import cores
from talkinghead.types import Waveform

COMMAND = [sys.executable, "-m", "talkinghead"]


def seconds_of(commands: list[list[str]]) -> tuple[float, float]:
    """How long they take, one after the other, on the clock and of all cores together."""
    began, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    for words in commands:
        subprocess.run([*COMMAND, *words, "--quiet"], check=True)
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    of_cores = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    return time.monotonic() - began, of_cores


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--workers", type=int, default=cores())
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        wave = read_audio(home("examples") / "hello_slt.wav")
        cut = wave.samples[: round(args.seconds * wave.rate)]
        write_wav(Waveform(cut, wave.rate), folder / "say.wav")
        sound, size = str(folder / "say.wav"), str(args.size)
        rows, singles = [], []
        for number in range(args.jobs):
            field, command, who = (
                ("puppet", "cartoon", "wilk") if number % 2 else ("photo", "photo", "astronaut")
            )
            same = {"audio": "say.wav", "seed": number, "size": args.size}
            rows.append({field: who, "output": f"batch/{number}.mp4", **same})
            target = str(folder / f"{number}.mp4")
            flags = ["--seed", str(number), "--size", size]
            singles.append([command, who, sound, "-o", target, *flags])
        jobs = folder / "jobs.yaml"
        jobs.write_text(json.dumps(rows))
        one_by_one = seconds_of(singles)
        together = seconds_of([["batch", str(jobs), "--workers", str(args.workers)]])
        same_bits = all(
            (folder / f"{n}.mp4").read_bytes() == (folder / "batch" / f"{n}.mp4").read_bytes()
            for n in range(args.jobs)
        )
    print(f"{args.jobs} videos of {args.seconds:g} s at {size} pixels, {args.workers} workers")
    for what, one, other in zip(("clock", "cores"), one_by_one, together, strict=True):
        print(f"{what}: single commands {one:.1f} s, batch {other:.1f} s: {one / other:.2f}")
    print(f"the same bit for bit: {same_bits}")


if __name__ == "__main__":
    main()
