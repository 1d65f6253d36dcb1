"""A Ray that is started on this machine does what local processes do, and ends without a trace."""

import csv
import json
from contextlib import closing
from pathlib import Path

import pytest

from talkinghead.config import EngineConfig
from talkinghead.errors import InputError
from talkinghead.media.audio import write_wav
from talkinghead.sample_rates import RATE
from talkinghead.types import Waveform
from talkinghead.workers.engine import create_engine
from talkinghead.workers.job_queue import WorkerDied
from talkinghead.workers.ray_cluster import connected
from tests.workers.test_local_pool import is_alive, numbered, sleeper, wait_until

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install 'talkinghead[ray]'")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def short_file(voice, tmp_path):
    """A quarter of a second of the voice."""
    write_wav(Waveform(voice.samples[: RATE // 4], RATE), tmp_path / "short.wav")
    return tmp_path / "short.wav"


@pytest.fixture(scope="module")
def ray_here():
    """A Ray that the tests of this module share."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))  # workers import functions of the tests
        with connected(EngineConfig(engine="ray")):
            yield


def test_every_job_is_done_once_and_a_dead_worker_loses_only_its_own(ray_here):
    engine = create_engine(EngineConfig(engine="ray", workers=2, retries=1))
    outcomes = {item.job: item for item in engine.run(numbered, [1, 2, -1, 3, 4])}
    assert {job: item.result[0] for job, item in outcomes.items() if job > 0} == {
        1: 1, 2: 4, 3: 9, 4: 16,
    }  # fmt: skip
    dead = outcomes[-1]
    assert (dead.result, dead.attempts) == (WorkerDied(-9, dead.place), 2)


def test_closing_the_iterator_terminates_the_workers_which_remove_their_files(ray_here, tmp_path):
    job = tmp_path / "a"
    engine = create_engine(EngineConfig(engine="ray", workers=2, retries=0))
    with closing(engine.run(sleeper, [0, job])) as outcomes:
        assert isinstance(next(outcomes).result, WorkerDied)  # a number has no suffix
        assert wait_until(job.exists)
        pid = int(job.read_text())
    assert wait_until(lambda: not is_alive(pid))
    assert list(tmp_path.iterdir()) == []


def test_a_batch_on_ray_makes_bit_for_bit_what_single_commands_make(
    ray_here, cli, short_file, tiny_ckpt, tmp_path
):
    job = {"puppet": "wilk", "audio": str(short_file), "output": "ray.mp4"}
    (tmp_path / "jobs.jsonl").write_text(json.dumps(job))
    common = ("--size", 64, "--fps", 10, "--ckpt", tiny_ckpt)
    table = tmp_path / "results.csv"
    status, out, _ = cli(
        "batch", tmp_path / "jobs.jsonl", "--engine", "ray", "--results", table, *common
    )
    assert (status, out.split()) == (0, [str(tmp_path / "ray.mp4")])
    assert cli("cartoon", "wilk", short_file, "-o", tmp_path / "single.mp4", *common)[0] == 0
    assert (tmp_path / "ray.mp4").read_bytes() == (tmp_path / "single.mp4").read_bytes()
    [row] = csv.DictReader(table.read_text().splitlines())
    assert (row["status"], row["attempts"]) == ("made", "1")
    assert row["machine"]


def test_a_cluster_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", lambda *_, **__: (_ for _ in ()).throw(ConnectionError("no")))
    with (
        pytest.raises(InputError, match=r"--address head:1: no Ray cluster answers \(no\)"),
        connected(EngineConfig(engine="ray", address="head:1")),
    ):
        pass


def test_a_ray_that_does_not_start_is_reported_in_a_line(monkeypatch):
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "shutdown", lambda: None)
    monkeypatch.setattr(ray, "init", lambda *_, **__: (_ for _ in ()).throw(Exception("timed out")))
    with (
        pytest.raises(InputError, match=r"Ray did not start on this machine \(timed out\); try"),
        connected(EngineConfig(engine="ray")),
    ):
        pass
