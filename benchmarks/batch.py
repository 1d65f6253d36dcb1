"""Time of a batch on each engine, compared with the same videos as single commands.

    python benchmarks/batch.py [--jobs 8] [--seconds 2] [--size 256] [--workers N]
        [--engines local ray] [--rounds 1] [--no-singles]

Photos and puppets alternate. Prints wall clock time and CPU time, and their ratios. CPU time hardly
depends on other load, and counts all processes of a command, also Ray's own, to a fifth of a second
each. Of several rounds, which alternate between the engines, the fastest counts.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Self

from talkinghead.assets import asset_folder
from talkinghead.media.audio import read_audio, write_wav
from talkinghead.types import Waveform
from talkinghead.workers.worker_process import available_cores

COMMAND = [sys.executable, "-m", "talkinghead"]


class CpuTime:
    """CPU time of all processes that inherit an environment variable from this one."""

    def __init__(self) -> None:
        self.mark = f"BENCHMARK_MARK={time.time_ns()}"
        self.seconds: dict[str, float] = {}  # by process
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    @property
    def total(self) -> float:
        """In seconds."""
        return sum(self.seconds.values())

    def _watch(self) -> None:
        while not self._is_over.wait(0.2):
            for folder in Path("/proc").glob("[0-9]*"):
                try:
                    if self.mark.encode() in (folder / "environ").read_bytes():
                        fields = (folder / "stat").read_text().rpartition(")")[2].split()
                        ticks = int(fields[11]) + int(fields[12])
                        self.seconds[folder.name] = ticks / os.sysconf("SC_CLK_TCK")
                except OSError:  # it ended
                    continue


def seconds_of(commands: list[list[str]]) -> tuple[float, float]:
    """Wall clock time and CPU time of running the commands one after the other, in seconds."""
    start = time.monotonic()
    with CpuTime() as cpu_time:
        name, _, value = cpu_time.mark.partition("=")
        for arguments in commands:
            command = [*COMMAND, *arguments, "--quiet"]
            subprocess.run(command, check=True, env={**os.environ, name: value})
    return time.monotonic() - start, cpu_time.total


def write_table(folder: Path, jobs: int, seconds: float, size: int) -> list[list[str]]:
    """The table of jobs, in a folder; returns the same as single commands."""
    wave = read_audio(asset_folder("examples") / "hello_slt.wav")
    samples = wave.samples[: round(seconds * wave.rate)]
    write_wav(Waveform(samples, wave.rate), folder / "speech.wav")
    audio = str(folder / "speech.wav")
    rows, singles = [], []
    for number in range(jobs):
        field, command, name = (
            ("puppet", "cartoon", "wilk") if number % 2 else ("photo", "photo", "astronaut")
        )
        shared = {"audio": "speech.wav", "seed": number, "size": size}
        rows.append({field: name, "output": f"batch/{number}.mp4", **shared})
        flags = ["--seed", str(number), "--size", str(size)]
        singles.append([command, name, audio, "-o", str(folder / f"{number}.mp4"), *flags])
    (folder / "jobs.yaml").write_text(json.dumps(rows))
    return singles


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--workers", type=int, default=available_cores())
    parser.add_argument("--engines", nargs="+", default=["local"], choices=["local", "ray"])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--no-singles", action="store_true")
    args = parser.parse_args()
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in args.engines}
    identical = True
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        singles = write_table(folder, args.jobs, args.seconds, args.size)
        single = (0.0, 0.0) if args.no_singles else seconds_of(singles)
        videos: dict[int, bytes] = {}
        for _ in range(args.rounds):
            for engine in args.engines:
                command = ["batch", str(folder / "jobs.yaml"), "--workers", str(args.workers)]
                times[engine].append(seconds_of([[*command, "--engine", engine, "--force"]]))
                for number in range(args.jobs):
                    made = (folder / "batch" / f"{number}.mp4").read_bytes()
                    alone = folder / f"{number}.mp4"
                    expected = alone.read_bytes() if alone.exists() else made
                    identical &= made == videos.setdefault(number, expected)
                shutil.rmtree(folder / "batch")
    print(f"{args.jobs} videos of {args.seconds:g} s at {args.size} pixels, {args.workers} workers")
    for engine, rounds in times.items():
        wall, cpu = min(wall for wall, _ in rounds), min(cpu for _, cpu in rounds)
        for label, alone, joint in (("wall clock", single[0], wall), ("CPU", single[1], cpu)):
            commands = "" if args.no_singles else f"commands {alone:.1f} s, "
            ratio = "" if args.no_singles else f", ratio {alone / joint:.2f}"
            print(f"{label}: {commands}batch on {engine} {joint:.1f} s{ratio}")
    if len(times) == 2:
        walls, cpus = (
            [min(round[kind] for round in times[name]) for name in ("ray", "local")]
            for kind in (0, 1)
        )
        print(f"Ray over local: wall clock {walls[0] / walls[1]:.2f}, CPU {cpus[0] / cpus[1]:.2f}")
    print(f"identical bit for bit: {identical}")


if __name__ == "__main__":
    main()
