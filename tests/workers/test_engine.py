"""The options of an engine give workers and threads; what does not fit is refused."""

import sys

import pytest

from talkinghead.config import EngineConfig
from talkinghead.errors import InputError
from talkinghead.workers import engine as engines
from talkinghead.workers.engine import LocalEngine, create_engine


@pytest.mark.parametrize(
    ("options", "workers", "threads"),
    [
        ({}, 8, 1),
        ({"workers": 3}, 3, 2),
        ({"cpus_per_job": 4}, 2, 4),
        ({"cpus_per_job": 0.5}, 16, 1),
        ({"cpus_per_job": 2, "workers": 1}, 1, 2),
    ],
)
def test_workers_share_the_cores(options, workers, threads, monkeypatch):
    monkeypatch.setattr(engines, "available_cores", lambda: 8)
    expected = LocalEngine(workers, threads, retries=2)
    assert create_engine(EngineConfig(**options)) == expected


def test_an_address_needs_ray():
    with pytest.raises(InputError, match="address is a Ray cluster's; add engine ray"):
        EngineConfig(address="head:6379")


def test_without_ray_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"pip install 'talkinghead\[ray\]'"):
        create_engine(EngineConfig(engine="ray"))
