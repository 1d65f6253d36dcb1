"""Jobs: limits of the queue, cancelled and failed jobs, and that nothing stays behind."""

import pytest

from talkinghead.errors import InputError
from talkinghead.web.job_queue import Limits
from tests.web.conftest import SMALL


def test_a_full_queue_refuses_more_jobs(start_service, audio_part, paused_worker):
    client = start_service(max_queue=1)
    first = client.post(**SMALL, audio=audio_part).json()["id"]
    while client.status(first)["state"] == "queued":
        pass
    assert client.post(**SMALL, audio=audio_part).json()["ahead"] == 0
    response = client.post(**SMALL, audio=audio_part)
    assert (response.status_code, response.headers["retry-after"]) == (503, "60")


def test_a_cancelled_job_stops_and_leaves_nothing(client, audio_part, paused_worker):
    first, second = (client.post(**SMALL, audio=audio_part).json()["id"] for _ in range(2))
    for job in (second, first):
        assert client.send("DELETE", f"/api/jobs/{job}").json()["state"] == "cancelled"
    paused_worker.set()
    third = client.post(**SMALL, audio=audio_part).json()["id"]  # the worker continues
    assert client.finished(third)["state"] == "done"
    assert client.status(first)["state"] == client.status(second)["state"] == "cancelled"
    assert client.send("DELETE", f"/api/jobs/{third}").json()["state"] == "removed"
    assert client.send("GET", f"/api/jobs/{third}").status_code == 404
    assert client.stored_files() == []


def test_expired_jobs_are_removed(start_service, audio_part):
    client = start_service(keep=1e-9)
    job = client.post(**SMALL, audio=audio_part).json()["id"]
    while client.send("GET", f"/api/jobs/{job}").status_code == 200:
        pass
    assert client.stored_files() == []


def test_closing_stops_the_work_and_removes_the_folder(start_service, audio_part):
    client = start_service()
    folder = client.queue.folder
    client.post(**SMALL, audio=audio_part)
    client.queue.close()
    assert not folder.exists()


def test_a_fault_of_the_program_is_reported_and_the_worker_continues(
    client, audio_part, monkeypatch, capfd
):
    monkeypatch.setattr("talkinghead.web.routes.render_video", lambda *_: 1 / 0)
    status = client.finished(client.post(**SMALL, audio=audio_part).json()["id"])
    assert (status["state"], "ZeroDivisionError" in status["error"]) == ("failed", True)
    assert "ZeroDivisionError" in capfd.readouterr().err
    monkeypatch.undo()
    status = client.finished(client.post(**SMALL, audio=audio_part).json()["id"])
    assert status["state"] == "done"


def test_limits_must_be_above_zero(cli):
    status, _, err = cli("serve", "--keep", 0)
    assert (status, "--keep must be above 0" in err[0]) == (2, True)
    with pytest.raises(InputError, match="--max-queue must be above 0, got -1"):
        Limits(max_queue=-1)


def test_the_former_name_of_a_limit_is_accepted(cli, client):
    status, _, err = cli(
        "serve", "--max-sound", 3, "--no-browser", "--port", client.root.rsplit(":", 1)[1]
    )
    assert status == 2
    assert any("--max-sound is now called --max-audio" in line for line in err)
