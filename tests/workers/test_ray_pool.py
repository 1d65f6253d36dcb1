"""Workers on a cluster: jobs move from lost and bad nodes to others; a fake Ray plays the nodes."""

import pickle
from itertools import count
from types import SimpleNamespace

import pytest

import talkinghead
from talkinghead.config import EngineConfig
from talkinghead.errors import InputError
from talkinghead.workers import ray_pool
from talkinghead.workers.job_queue import WorkerDied
from talkinghead.workers.ray_pool import RayEngine

FULL = "disk full"


def make_work(number):
    """Never called: the fake knows the results."""


class FakeRay:
    """As much of Ray as the pool uses. `answer(node, job)` is a result, or an error to raise."""

    class exceptions:
        RayError = type("RayError", (Exception,), {})

    def __init__(self, nodes, answer, version=talkinghead.__version__):
        self.alive, self.answer, self.version = dict(nodes), answer, version
        self.started, self.killed, self.calls = [], 0, count()
        strategies = SimpleNamespace(NodeAffinitySchedulingStrategy=lambda node_id, soft: node_id)
        self.util = SimpleNamespace(scheduling_strategies=strategies)
        self.pending = {}

    def nodes(self):
        return [
            {"NodeID": key, "Alive": True, "NodeName": key, "Resources": resources}
            for key, resources in self.alive.items()
        ]

    def remote(self, **resources):
        return lambda cls: SimpleNamespace(options=self._actor_type)

    def _actor_type(self, scheduling_strategy):
        node = scheduling_strategy
        self.started.append(node)

        def method(work):
            return SimpleNamespace(remote=lambda *args: self._call(lambda: work(*args)))

        def run(job):
            return self._answer(node, pickle.loads(job))

        describe = method(lambda: self._describe(node))
        actor = SimpleNamespace(describe=describe, run=method(run), stop=method(lambda: None))
        return SimpleNamespace(remote=lambda *args: actor)

    def _describe(self, node):
        if self.version is None:
            raise self.exceptions.RayError("in __init__\n No module named 'talkinghead'")
        return self.version, node

    def _answer(self, node, job):
        result = self.answer(node, job)
        if node not in self.alive:
            raise self.exceptions.RayError(f"{node} is lost")
        return result if isinstance(result, WorkerDied) else pickle.dumps(result)

    def _call(self, work):
        key = next(self.calls)
        self.pending[key] = work
        return key

    def wait(self, references, timeout, num_returns=1):
        return references[:num_returns], references[num_returns:]

    def get(self, reference):
        return self.pending.pop(reference)()

    def kill(self, actor):
        self.killed += 1


@pytest.fixture
def run(monkeypatch):
    """Run jobs on a fake cluster; returns the finished ones by job, and the notes."""

    def run_jobs(ray, jobs, **options):
        monkeypatch.setattr(ray_pool, "import_ray", lambda: ray)
        monkeypatch.setattr(ray_pool, "connected", lambda config: ray_pool.suppress())
        monkeypatch.setattr(ray_pool, "_POLL_SECONDS", 0.0)
        notes = []
        engine = RayEngine(EngineConfig(engine="ray", **options), notes.append)
        finished = list(engine.run(make_work, jobs, should_retry=lambda result: result == FULL))
        assert sorted(item.job for item in finished) == sorted(jobs)  # each once
        return {item.job: item for item in finished}, notes

    return run_jobs


def test_each_node_gets_as_many_workers_as_it_has_room_for(run):
    ray = FakeRay({"a": {"CPU": 5.0, "GPU": 1.0}, "b": {"CPU": 2.0}}, lambda node, job: job)
    finished, _ = run(ray, list(range(20)), cpus_per_job=2)
    assert [item.result for item in finished.values()] == list(finished)
    assert sorted(ray.started) == ["a", "a", "b"]
    assert ray.killed == 3
    ray = FakeRay({"a": {"CPU": 5.0, "GPU": 1.0}, "b": {"CPU": 2.0}}, lambda node, job: job)
    run(ray, list(range(20)), gpus_per_job=0.5)
    assert ray.started == ["a", "a"]


def test_at_most_so_many_workers_run_as_were_asked_for_or_have_a_job(run):
    ray = FakeRay({"a": {"CPU": 8.0}}, lambda node, job: job)
    run(ray, list(range(20)), workers=3)
    assert len(ray.started) == 3
    ray = FakeRay({"a": {"CPU": 8.0}}, lambda node, job: job)
    run(ray, [1, 2])
    assert len(ray.started) == 2


def test_the_jobs_of_a_lost_node_are_done_elsewhere_and_a_new_node_helps(run):
    def answer(node, job):
        if node == "a" and job == 2:
            del ray.alive["a"]
            ray.alive["c"] = {"CPU": 2.0}
        return node

    ray = FakeRay({"a": {"CPU": 1.0}, "b": {"CPU": 1.0}}, answer)
    finished, notes = run(ray, list(range(12)))
    lost = [item for item in finished.values() if item.attempts == 2]
    assert len(lost) == 1
    assert {item.result for item in finished.values()} == {"a", "b", "c"}
    assert notes == ["node a was lost; its jobs are tried elsewhere"]


def test_a_node_where_one_job_after_another_fails_gets_no_more(run):
    def answer(node, job):
        return FULL if node == "full" else node

    ray = FakeRay({"full": {"CPU": 1.0}, "b": {"CPU": 1.0}}, answer)
    finished, notes = run(ray, list(range(20)))
    assert {item.result for item in finished.values()} == {"b"}
    assert sum(item.attempts - 1 for item in finished.values()) == 3
    assert notes == ["node full: one job after another fails there; it gets no more"]


def test_where_all_nodes_fail_every_job_is_reported(run):
    finished, _ = run(FakeRay({"a": {"CPU": 2.0}}, lambda *_: FULL), list(range(5)), retries=1)
    assert {(item.result, item.attempts) for item in finished.values()} == {(FULL, 2)}


def test_a_job_that_kills_its_workers_is_reported_with_the_node(run):
    def answer(node, job):
        return WorkerDied(-9) if job == 0 else job

    finished, _ = run(FakeRay({"a": {"CPU": 2.0}}, answer), list(range(5)))
    assert (finished[0].result, finished[0].attempts) == (WorkerDied(-9, "a"), 3)
    assert all(finished[job].result == job for job in range(1, 5))


def test_a_cluster_without_room_for_a_job_is_refused(run):
    ray = FakeRay({"a": {"CPU": 2.0}}, lambda node, job: job)
    with pytest.raises(InputError, match="no node of the Ray cluster has 4 CPUs and 1 GPUs"):
        run(ray, [1], cpus_per_job=4, gpus_per_job=1)


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("0.0.9", "node a: has talkinghead 0.0.9, this machine has"),
        (None, r"workers do not start \(No module named 'talkinghead'\); install talkinghead"),
    ],
)
def test_nodes_without_this_version_are_named(run, version, message):
    with pytest.raises(InputError, match=message):
        run(FakeRay({"a": {"CPU": 2.0}}, lambda node, job: job, version), [1, 2])
