"""Time of a batch compared with the same videos as single commands, one after another.

    python benchmarks/batch.py [--jobs 8] [--seconds 2] [--size 256] [--workers N]

Photos and puppets alternate. Prints wall clock time and CPU time of both, and their ratios. CPU
time hardly depends on other load.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from talkinghead.assets import asset_folder
from talkinghead.media.audio import read_audio, write_wav
from talkinghead.types import Waveform
from talkinghead.worker_pool import available_cores

COMMAND = [sys.executable, "-m", "talkinghead"]


def seconds_of(commands: list[list[str]]) -> tuple[float, float]:
    """Wall clock time and CPU time of running the commands one after the other, in seconds."""
    start, usage = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    for arguments in commands:
        subprocess.run([*COMMAND, *arguments, "--quiet"], check=True)
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_time = now.ru_utime + now.ru_stime - usage.ru_utime - usage.ru_stime
    return time.monotonic() - start, cpu_time


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--workers", type=int, default=available_cores())
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        wave = read_audio(asset_folder("examples") / "hello_slt.wav")
        samples = wave.samples[: round(args.seconds * wave.rate)]
        write_wav(Waveform(samples, wave.rate), folder / "speech.wav")
        audio, size = str(folder / "speech.wav"), str(args.size)
        rows, singles = [], []
        for number in range(args.jobs):
            field, command, name = (
                ("puppet", "cartoon", "wilk") if number % 2 else ("photo", "photo", "astronaut")
            )
            shared = {"audio": "speech.wav", "seed": number, "size": args.size}
            rows.append({field: name, "output": f"batch/{number}.mp4", **shared})
            target = str(folder / f"{number}.mp4")
            flags = ["--seed", str(number), "--size", size]
            singles.append([command, name, audio, "-o", target, *flags])
        jobs = folder / "jobs.yaml"
        jobs.write_text(json.dumps(rows))
        single = seconds_of(singles)
        batch = seconds_of([["batch", str(jobs), "--workers", str(args.workers)]])
        identical = all(
            (folder / f"{n}.mp4").read_bytes() == (folder / "batch" / f"{n}.mp4").read_bytes()
            for n in range(args.jobs)
        )
    print(f"{args.jobs} videos of {args.seconds:g} s at {size} pixels, {args.workers} workers")
    for label, alone, joint in zip(("wall clock", "CPU"), single, batch, strict=True):
        print(f"{label}: commands {alone:.1f} s, batch {joint:.1f} s, ratio {alone / joint:.2f}")
    print(f"identical bit for bit: {identical}")


if __name__ == "__main__":
    main()
