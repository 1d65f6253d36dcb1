"""Wall time, cost and first bottleneck of a batch on many cores, simulated from measured figures.

    python benchmarks/scale_simulation.py [--cpu-seconds 42] [--price 0.04] [--bandwidth 1250]

Workers take one job after the other from a driver that hands out one at a time; files pass through
storage that all workers share. The defaults are the figures of docs/scale.md. A job is one minute
of video, give or take half of it.
"""

import argparse
import heapq
from dataclasses import dataclass

import numpy as np

VIDEO_MINUTES = (1_000, 10_000, 100_000, 1_000_000)
CORES = (10, 100, 1_000, 10_000)
BUSY = 0.9  # share of the wall time above which something is the bottleneck


@dataclass(frozen=True)
class Costs:
    """What a batch takes, as measured on one core."""

    start: float = 4.0  # CPU seconds until a worker has its networks
    job: float = 0.33  # CPU seconds of a job whatever its length: picture, files
    minute: float = 42.0  # CPU seconds of a minute of video
    driver: float = 0.004  # seconds of the driver for each job: check, hand out, log
    megabytes: float = 8.0  # read and written for a minute of video
    bandwidth: float = 1250.0  # MB/s of the storage, all machines together
    engine_start: float = 8.0  # seconds until the engine takes the first job
    contention: float = 1.0  # CPU seconds that a core gives in a second when all are busy


@dataclass(frozen=True)
class Outcome:
    """What became of a simulated batch."""

    wall: float  # seconds
    core_hours: float
    bottleneck: str


def simulate(minutes: np.ndarray, workers: int, costs: Costs) -> Outcome:
    """Run jobs of some minutes of video each, in order, on workers of one core."""
    workers = min(workers, len(minutes))
    # When each worker is free next; all load their networks first.
    first = costs.engine_start + costs.start / costs.contention
    free = [first] * workers
    driver_free, storage_free, computed = costs.engine_start, 0.0, 0.0
    for length in minutes.tolist():
        began = max(heapq.heappop(free), driver_free)
        driver_free = max(driver_free, began - costs.driver) + costs.driver
        transfer = length * costs.megabytes / costs.bandwidth
        storage_free = max(storage_free, began) + transfer
        work = (costs.job + length * costs.minute) / costs.contention
        computed += work
        heapq.heappush(free, max(began + work, storage_free))
    wall = max(free)
    shares = {
        "cores": computed / (workers * wall),
        "driver": len(minutes) * costs.driver / wall,
        "storage": float(minutes.sum()) * costs.megabytes / costs.bandwidth / wall,
    }
    name, share = max(shares.items(), key=lambda item: item[1])
    if share < BUSY:
        # Nothing is busy all the time: workers start, or wait for the last job.
        name = "start" if first > wall - first else "last jobs"
    return Outcome(wall, workers * wall / 3600, name)


def job_lengths(total: float, seed: int = 0) -> np.ndarray:
    """Lengths of jobs, half a minute to one and a half, of `total` minutes in all."""
    count = max(1, round(total))
    lengths = np.random.default_rng(seed).uniform(0.5, 1.5, count)
    return lengths * (total / lengths.sum())


def duration(seconds: float) -> str:
    """Seconds as a person says them."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    defaults = Costs()
    parser.add_argument("--cpu-seconds", type=float, default=defaults.minute)
    parser.add_argument("--job-seconds", type=float, default=defaults.job)
    parser.add_argument("--start-seconds", type=float, default=defaults.start)
    parser.add_argument("--engine-start", type=float, default=defaults.engine_start)
    parser.add_argument("--driver-seconds", type=float, default=defaults.driver)
    parser.add_argument("--bandwidth", type=float, default=defaults.bandwidth, help="MB/s")
    parser.add_argument("--price", type=float, default=0.04, help="of a core for an hour")
    parser.add_argument("--minutes", type=float, nargs="+", default=VIDEO_MINUTES)
    parser.add_argument("--cores", type=int, nargs="+", default=CORES)
    parser.add_argument("--jobs", type=int, help="of equal length (default: one a minute)")
    args = parser.parse_args()
    costs = Costs(
        args.start_seconds, args.job_seconds, args.cpu_seconds, args.driver_seconds,
        bandwidth=args.bandwidth, engine_start=args.engine_start,
    )  # fmt: skip
    print(f"{'minutes':>10}{'cores':>8}{'wall time':>12}{'cost':>10}  bottleneck")
    for minutes in args.minutes:
        lengths = job_lengths(minutes)
        if args.jobs:
            lengths = np.full(args.jobs, minutes / args.jobs)
        for cores in args.cores:
            outcome = simulate(lengths, cores, costs)
            cost = outcome.core_hours * args.price
            print(f"{minutes:>10g}{cores:>8}{duration(outcome.wall):>12}{cost:>10.2f}  "
                  f"{outcome.bottleneck}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
