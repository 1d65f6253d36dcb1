"""Worker processes on the nodes of a Ray cluster.

Each node gets as many workers as its CPUs and GPUs allow, also one that joins later. A job whose
node or worker dies is tried elsewhere, and a node where one job after another fails is left.
"""

import pickle
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, TypeVar

import talkinghead
from talkinghead.config import EngineConfig
from talkinghead.errors import InputError
from talkinghead.workers.job_queue import Finished, JobQueue, QueuedJob, WorkerDied
from talkinghead.workers.ray_actor import RayActor
from talkinghead.workers.ray_cluster import connected, import_ray
from talkinghead.workers.worker_process import Work

J = TypeVar("J")
R = TypeVar("R")

_POLL_SECONDS: Final = 2.0  # between looks at the nodes of the cluster
_NODE_WAIT_SECONDS: Final = 600.0  # for the first node of a cluster that starts them on demand
_STOP_SECONDS: Final = 30.0  # in which workers remove their temporary files
_BAD_NODE_FAILURES: Final = 3  # different jobs in succession, after which a node is left
_MAX_BUNDLES: Final = 10_000  # of which an autoscaler is told at once


@dataclass
class _Node:
    """A node of the cluster, as far as this run uses it."""

    key: str  # Ray's id
    name: str
    capacity: int  # workers
    workers: int = 0
    failed: set[int] = field(default_factory=set)  # numbers of jobs since the last success
    failed_starts: int = 0  # in succession

    @property
    def is_bad(self) -> bool:
        """Whether one job after another failed here, whereas a job alone may be to blame."""
        return max(len(self.failed), self.failed_starts) >= _BAD_NODE_FAILURES


@dataclass
class _Worker(Generic[J]):
    """An actor, and the job that it has."""

    actor: Any
    node: _Node
    job: QueuedJob[J] | None = None  # the present or the last one
    is_busy: bool = False
    is_started: bool = False


@dataclass(frozen=True)
class RayEngine:
    """Workers on Ray, as the options say; `notify` gets notes on nodes."""

    config: EngineConfig
    notify: Callable[[str], Any] = lambda note: None

    def __post_init__(self) -> None:
        import_ray()

    def run(
        self,
        make_work: Callable[[int], Work[J, R]],
        jobs: Sequence[J],
        group_of: Callable[[J], object] = lambda job: None,
        should_retry: Callable[[R], bool] = lambda result: False,
    ) -> Generator[Finished[J, R], None, None]:
        """See `Engine.run`."""
        queue: JobQueue[J, R] = JobQueue(jobs, self.config.retries, group_of, should_retry)
        if queue.is_done:
            return
        with connected(self.config):
            yield from _Run(self, make_work, queue).results()


class _Run(Generic[J, R]):
    """One run of some jobs on the cluster that this process is connected to."""

    def __init__(
        self, engine: RayEngine, make_work: Callable[[int], Work[J, R]], queue: JobQueue[J, R]
    ):
        self._ray, self._queue, self._config = import_ray(), queue, engine.config
        self._notify, self._make_work = engine.notify, pickle.dumps(make_work)
        self._nodes: dict[str, _Node] = {}
        self._workers: dict[
            Any, _Worker[J]
        ] = {}  # by what each is asked for: a result, or to start
        self._idle: list[_Worker[J]] = []
        self._started = 0  # workers so far
        self._began, self._looked = time.monotonic(), float("-inf")
        self._asked_for = 0  # workers' worth of nodes, of the autoscaler
        self._cpus = engine.config.cpus_per_job or 1
        self._threads = max(1, int(self._cpus))
        self._actor_type = self._ray.remote(
            num_cpus=self._cpus, num_gpus=engine.config.gpus_per_job, max_concurrency=2
        )(RayActor)

    def results(self) -> Generator[Finished[J, R], None, None]:
        """Each job with its last result."""
        try:
            while not self._queue.is_done:
                if time.monotonic() - self._looked > _POLL_SECONDS:
                    self._look_at_nodes()
                self._start_workers()
                self._give_jobs()
                for reference in self._wait():
                    finished = self._receive(reference)
                    if finished is not None:
                        yield finished
        finally:
            self._stop()

    def _wait(self) -> list[Any]:
        """What has come of the workers."""
        if not self._workers:
            time.sleep(_POLL_SECONDS)
            return []
        ready: list[Any] = self._ray.wait(list(self._workers), timeout=_POLL_SECONDS)[0]
        return ready

    def _look_at_nodes(self) -> None:
        """Learn which nodes there are, and ask an autoscaler for more."""
        self._looked = time.monotonic()
        alive = {node["NodeID"]: node for node in self._ray.nodes() if node["Alive"]}
        for key in [key for key in self._nodes if key not in alive]:
            self._notify(f"node {self._nodes.pop(key).name} was lost; its jobs are tried elsewhere")
        for key in [key for key in alive if key not in self._nodes]:
            name, capacity = alive[key]["NodeName"], self._capacity(alive[key]["Resources"])
            self._nodes[key] = _Node(key, name, capacity)
        if not any(node.capacity for node in self._nodes.values()):
            self._require_patience()
        wanted = min(self._wanted, _MAX_BUNDLES)
        if self._config.address and (not self._asked_for or 2 * wanted <= self._asked_for):
            self._ask_for(wanted)

    def _capacity(self, resources: dict[str, float]) -> int:
        """How many workers a node with such resources holds."""
        counts = [resources.get("CPU", 0) / self._cpus]
        if self._config.gpus_per_job:
            counts.append(resources.get("GPU", 0) / self._config.gpus_per_job)
        return int(min(counts) + 1e-6)

    def _require_patience(self) -> None:
        """Raise InputError if no node will ever hold a worker."""
        patience = _NODE_WAIT_SECONDS if self._config.address else 0
        if time.monotonic() - self._began < patience:
            return
        wanted = f"{self._cpus:g} CPUs and {self._config.gpus_per_job:g} GPUs"
        raise InputError(
            f"no node of the Ray cluster has {wanted}; give fewer in --cpus-per-job and "
            "--gpus-per-job, or add nodes"
        )

    @property
    def _wanted(self) -> int:
        """How many workers have something to do."""
        unfinished = self._queue.waiting + self._queue.running
        return min(self._config.workers or unfinished, unfinished)

    def _ask_for(self, workers: int) -> None:
        """Ask the cluster's autoscaler, where there is one, for nodes for some workers."""
        from ray.autoscaler.sdk import request_resources

        bundle = {"CPU": self._cpus, "GPU": self._config.gpus_per_job}
        bundle = {name: amount for name, amount in bundle.items() if amount}
        with suppress(Exception):  # a cluster without one does as well
            request_resources(bundles=[bundle] * workers)
        self._asked_for = workers

    def _usable_nodes(self) -> list[_Node]:
        """The nodes to use: without the bad ones, unless there are no others."""
        nodes = [node for node in self._nodes.values() if node.capacity]
        return [node for node in nodes if not node.is_bad] or nodes

    def _start_workers(self) -> None:
        """Start workers where there is room, on the emptiest node first."""
        nodes = self._usable_nodes()
        count = len(self._workers) + len(self._idle)
        while count < self._wanted:
            node = max(nodes, key=lambda node: node.capacity - node.workers, default=None)
            if node is None or node.workers >= node.capacity:
                return
            place = self._ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(
                node_id=node.key, soft=False
            )
            actor = self._actor_type.options(scheduling_strategy=place).remote(
                self._make_work, self._started, self._threads
            )
            self._workers[actor.describe.remote()] = _Worker(actor, node)
            self._started += 1
            node.workers += 1
            count += 1

    def _give_jobs(self) -> None:
        """Give a job to each worker that has none."""
        usable = self._usable_nodes()
        others = {worker.node.key for worker in (*self._idle, *self._workers.values())}
        others &= {node.key for node in usable}
        idle, self._idle = self._idle, []
        for worker in idle:
            if worker.node.key in self._nodes and worker.node not in usable:
                self._remove(worker)
                continue
            job = self._queue.take(worker.job, worker.node.key, others)
            if job is None:
                self._idle.append(worker)
            else:
                worker.job, worker.is_busy = job, True
                self._workers[worker.actor.run.remote(pickle.dumps(job.job))] = worker

    def _receive(self, reference: Any) -> Finished[J, R] | None:
        """Take what has come of a worker; a job with its last result, if it is one."""
        worker = self._workers.pop(reference)
        try:
            value = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            self._remove(worker)
            if worker.is_busy:
                return self._finish(worker, WorkerDied(None, worker.node.name))
            self._start_failed(worker.node, error)
            return None
        self._idle.append(worker)
        if worker.is_busy:
            is_dead = isinstance(value, WorkerDied)
            return self._finish(
                worker,
                replace(value, place=worker.node.name) if is_dead else pickle.loads(value),
            )
        self._check_version(value, worker.node)
        worker.is_started, worker.node.failed_starts = True, 0
        return None

    def _finish(self, worker: _Worker[J], result: R | WorkerDied) -> Finished[J, R] | None:
        """Record the result of a worker's job."""
        node, job = worker.node, worker.job
        assert job is not None
        worker.is_busy = False
        was_bad = node.is_bad
        if self._queue.is_failure(result):
            node.failed.add(job.number)
        else:
            node.failed.clear()
        if node.is_bad and not was_bad and node not in self._usable_nodes():
            self._notify(f"node {node.name}: one job after another fails there; it gets no more")
        finished = self._queue.finish(job, result, node.key)
        return finished and replace(finished, place=node.name)

    def _start_failed(self, node: _Node, error: Exception) -> None:
        """Count it. Raises InputError where no worker starts anywhere."""
        node.failed_starts += 1
        if all(item.failed_starts >= _BAD_NODE_FAILURES for item in self._usable_nodes()):
            reason = (str(error).splitlines() or [type(error).__name__])[-1].strip()
            raise InputError(
                f"node {node.name}: workers do not start ({reason}); install "
                f"talkinghead {talkinghead.__version__} and its weights on every node"
            )

    def _check_version(self, described: tuple[str, str], node: _Node) -> None:
        version, host = described
        node.name = host
        if version != talkinghead.__version__:
            raise InputError(
                f"node {host}: has talkinghead {version}, this machine has "
                f"{talkinghead.__version__}; install the same on every node"
            )

    def _remove(self, worker: _Worker[J]) -> None:
        """Forget a worker, and end it if it lives."""
        worker.node.workers -= 1
        self._ray.kill(worker.actor)

    def _stop(self) -> None:
        """Stop all workers, and wait until those that are busy have removed their files."""
        if self._asked_for:
            self._ask_for(0)
        workers = [*self._workers.values(), *self._idle]
        with suppress(self._ray.exceptions.RayError):
            stopping = [worker.actor.stop.remote() for worker in workers if worker.is_started]
            if stopping:
                self._ray.wait(stopping, num_returns=len(stopping), timeout=_STOP_SECONDS)
        for worker in workers:
            self._ray.kill(worker.actor)
