"""`talkinghead serve`: options are passed on to the service, and limits are checked first."""

import pytest

from talkinghead.cli.serve import DEFAULT_PORT
from talkinghead.config import ModelConfig
from talkinghead.web.job_queue import Limits


@pytest.fixture
def calls(monkeypatch):
    """The arguments with which the service would be started."""
    calls = []

    def serve(*args, **options):
        calls.append((args, options))

    monkeypatch.setattr("talkinghead.web.serve.serve", serve)
    return calls


def test_by_default_only_this_machine_reaches_the_page_and_the_browser_opens(cli, calls):
    assert cli("serve")[0] == 0
    [((models, limits, _), options)] = calls
    assert (models, limits) == (ModelConfig(), Limits())
    assert options == {"host": "127.0.0.1", "port": DEFAULT_PORT, "workers": 1, "browser": True}


def test_options_reach_the_service(cli, calls):
    words = ("--no-browser", "--port", 0, "--host", "0.0.0.0", "--workers", 2)
    assert cli("serve", *words, "--max-queue", 3, "--fast")[0] == 0
    [((models, limits, _), options)] = calls
    assert (models.fast, limits.max_queue) == (True, 3)
    assert options == {"host": "0.0.0.0", "port": 0, "workers": 2, "browser": False}


@pytest.mark.parametrize("words", [("--workers", 0), ("--max-queue", 0), ("--port", "http")])
def test_an_option_out_of_range_starts_nothing(cli, calls, words):
    status, _, err = cli("serve", *words)
    assert (status, calls) == (2, [])
    assert words[0] in err[-1]
