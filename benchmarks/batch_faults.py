"""A batch on a Ray cluster of two nodes, on this machine, where processes are killed on the way.

    python benchmarks/batch_faults.py [--jobs 200]

A worker process, an actor and a whole node (its raylet) are killed, and a new node joins. Prints
what became of the jobs: every video must exist once, whole, and equal to that of a local batch.
Then the same engine runs small jobs on a node whose disk is full, and one job that always dies.
"""

import argparse
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ray
from ray.cluster_utils import Cluster

from talkinghead.assets import asset_folder
from talkinghead.config import EngineConfig
from talkinghead.media.audio import read_audio, write_wav
from talkinghead.types import Waveform
from talkinghead.workers.engine import create_engine
from talkinghead.workers.job_queue import WorkerDied

COMMAND = [sys.executable, "-m", "talkinghead", "batch"]
FULL = "disk full"
COMPARED = 40  # videos with those of a local batch


def write_jobs(folder: Path, count: int) -> None:
    """A table of short and small jobs, and one of the first of them for a local batch."""
    wave = read_audio(asset_folder("examples") / "hello_slt.wav")
    write_wav(Waveform(wave.samples[: wave.rate // 2], wave.rate), folder / "say.wav")
    for name, jobs in (("ray", count), ("local", min(count, COMPARED))):
        with (folder / f"{name}.jsonl").open("w") as file:
            for number in range(jobs):
                job = {"puppet": "wilk", "audio": "say.wav", "output": f"{name}/{number}.mp4"}
                job |= {"size": 64, "fps": 5, "seed": number}
                file.write(json.dumps(job) + "\n")


def processes(words: str) -> list[int]:
    """The ids of the processes that have some words in their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if words in line:
            found.append(int(folder.name))
    return sorted(found)


def parent(pid: int) -> int:
    """The id of the parent of a process."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def kill_worker() -> None:
    """Kill a process that holds networks."""
    actors = processes("ray::RayActor")
    worker = next(p for p in processes("multiprocessing.spawn") if parent(p) in actors)
    os.kill(worker, signal.SIGKILL)


def kill_actor() -> None:
    """Kill the actor that holds such a process."""
    os.kill(processes("ray::RayActor")[0], signal.SIGKILL)


def run_with_faults(folder: Path, cluster: Cluster, count: int) -> None:
    """Run the batch, and kill on the way."""
    node = cluster.add_node(num_cpus=1)
    faults: list[tuple[float, str, Callable[[], object]]] = [
        (0.2, "worker killed", kill_worker),
        (0.4, "actor killed", kill_actor),
        (0.6, "raylet killed", lambda: cluster.remove_node(node, allow_graceful=False)),
        (0.7, "new node", lambda: cluster.add_node(num_cpus=1)),
    ]
    log = folder / "ray.jsonl.done.jsonl"
    command = [*COMMAND, str(folder / "ray.jsonl"), "--engine", "ray", "--results"]
    command += [str(folder / "results.csv"), "--address", cluster.address]
    began = time.monotonic()
    batch = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while batch.poll() is None:
        done = len(log.read_text().splitlines()) if log.exists() else 0
        if faults and done >= faults[0][0] * count:
            _, name, fault = faults.pop(0)
            print(f"{name} after {done} jobs, {time.monotonic() - began:.0f} s", flush=True)
            fault()
        time.sleep(0.2)
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    made = Counter(entry["output"] for entry in entries if entry["error"] is None)
    again = sum(entry.get("attempts", 1) > 1 for entry in entries)
    partial = [path.name for path in (folder / "ray").iterdir() if path.name.startswith(".")]
    print(f"exit status {batch.returncode}, {time.monotonic() - began:.0f} s")
    print(f"{count} jobs: {len(made)} made, {sum(made.values()) - len(made)} twice, "
          f"{len(entries) - sum(made.values())} failed, {again} tried again, "
          f"{len(partial)} half-written files")  # fmt: skip


def digests(folder: Path) -> dict[str, str]:
    """The digest of each video."""
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.glob("*.mp4")}


def make_fragile(number: int) -> Callable[[str], Any]:
    """Work that fails on one node, and dies of one job."""
    del number

    def work(job: str) -> str:
        if job == "eater":
            os.kill(os.getpid(), signal.SIGKILL)  # as the system does when memory ran out
        full, _, name = job.partition(" ")
        time.sleep(0.05)
        return FULL if os.environ["RAY_RAYLET_PID"] == full else name

    return work


def run_fragile(cluster: Cluster) -> None:
    """Small jobs where one node's disk is full, and one job dies wherever it runs."""
    node = cluster.add_node(num_cpus=1)
    raylet = node.all_processes["raylet"][0].process.pid
    notes: list[str] = []
    engine = create_engine(EngineConfig(engine="ray", address=cluster.address), notes.append)
    jobs = [*(f"{raylet} {n}" for n in range(40)), "eater"]
    finished = list(engine.run(make_fragile, jobs, should_retry=lambda result: result == FULL))
    died = [item for item in finished if isinstance(item.result, WorkerDied)]
    full = [item for item in finished if item.result == FULL]
    print(f"full disk on a node: {len(finished) - len(died) - len(full)} of 40 done, "
          f"{len(full)} failed; notes: {notes}")  # fmt: skip
    print(f"a job that eats its memory: {len(died)} failed, after {died[0].attempts} attempts")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=200)
    args = parser.parse_args()
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # Workers import this module by its name.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), *sys.path[1:]])
    with tempfile.TemporaryDirectory(prefix="faults-", dir="/tmp") as name:
        folder = Path(name)
        write_jobs(folder, args.jobs)
        head = {"num_cpus": 1, "include_dashboard": False, "object_store_memory": 10**8}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        try:
            run_with_faults(folder, cluster, args.jobs)
            run_fragile(cluster)
        finally:
            ray.shutdown()
            cluster.shutdown()
        subprocess.run([*COMMAND, str(folder / "local.jsonl")], stdout=subprocess.DEVNULL)
        ours, local = digests(folder / "ray"), digests(folder / "local")
        equal = sum(ours[name] == digest for name, digest in local.items())
        print(f"equal bit for bit to videos of a local batch: {equal} of {len(local)}")
    left = [*processes("ray::RayActor"), *processes("raylet/raylet"), *processes("gcs_server")]
    print(f"processes left: {len(left)}")


if __name__ == "__main__":
    import batch_faults  # so that jobs refer to a module that workers can import

    batch_faults.main()
