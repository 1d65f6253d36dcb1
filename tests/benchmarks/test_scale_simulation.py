"""The simulation of many cores obeys what is known without it."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

PATH = Path(__file__).resolve().parents[2] / "benchmarks" / "scale_simulation.py"
SPEC = importlib.util.spec_from_file_location("scale_simulation", PATH)
assert SPEC is not None
assert SPEC.loader is not None
simulation = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = simulation  # dataclasses look it up
SPEC.loader.exec_module(simulation)
Costs, simulate = simulation.Costs, simulation.simulate
FREE = Costs(start=0, job=1, minute=10, driver=0, megabytes=0, engine_start=0)


def test_one_worker_takes_the_sum_of_its_jobs():
    costs = Costs(start=3, job=1, minute=10, driver=0, megabytes=0, engine_start=5)
    outcome = simulate(np.array([1.0, 2.0]), 1, costs)
    assert outcome.wall == pytest.approx(5 + 3 + 11 + 21)
    assert outcome.core_hours == pytest.approx(40 / 3600)


def test_twice_the_cores_take_half_the_time_while_there_are_jobs():
    jobs = np.ones(1000)
    four, eight = (simulate(jobs, workers, FREE) for workers in (4, 8))
    assert (four.bottleneck, eight.bottleneck) == ("cores", "cores")
    assert four.wall == pytest.approx(2 * eight.wall)
    assert simulate(jobs[:3], 8, FREE).wall == pytest.approx(11)


@pytest.mark.parametrize(
    ("limit", "name", "wall"),
    [
        ({"driver": 1.0}, "driver", 1000 + 11),
        ({"megabytes": 100, "bandwidth": 50.0}, "storage", 2000),
        ({"start": 500}, "start", 500 + 11),
    ],
)
def test_what_all_workers_share_limits_them(limit, name, wall):
    costs = Costs(**{**vars(FREE), **limit})
    outcome = simulate(np.ones(1000), 1000, costs)
    assert outcome.bottleneck == name
    assert outcome.wall == pytest.approx(wall, rel=0.02)


def test_a_long_job_at_the_end_leaves_cores_without_work():
    outcome = simulate(np.array([*np.ones(20), 60.0]), 10, FREE)
    assert outcome.bottleneck == "last jobs"
    assert outcome.wall == pytest.approx(2 * 11 + 601)


def test_the_jobs_have_the_length_asked_for():
    lengths = simulation.job_lengths(1000)
    assert lengths.sum() == pytest.approx(1000)
    assert len(lengths) == 1000
    assert 1.4 < lengths.max() < 1.6


def test_the_table_is_printed(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["x", "--minutes", "100", "--cores", "1", "10"])
    simulation.main()
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 3
    assert rows[1].split()[-1] == "cores"
