"""A job: its status, its messages, and that a cancelled one stays cancelled."""

import pytest

from talkinghead.errors import InputError
from talkinghead.web.job import Cancelled, JobProgress, RenderJob, error_message


def test_a_cancelled_job_stops_its_worker_at_the_next_update(tmp_path):
    job = RenderJob(lambda animator, progress: None, tmp_path / "v.mp4", {}, "title")
    job.update("rendering", frame=1, frames=4)
    assert job.status().seconds_left is not None
    job.cancel()
    with pytest.raises(Cancelled):
        job.update("rendering", frame=2)
    job.fail("too late")
    assert (job.state, job.status().error) == ("cancelled", None)


def test_messages_of_a_job_name_files_as_uploaded(tmp_path):
    upload = tmp_path / "file0"
    job = RenderJob(
        lambda animator, progress: None, tmp_path / "v.mp4", {upload: "me.jpg"}, "title"
    )
    job.add_note(f"{upload}: has\n2 faces")
    job.fail(f"{upload}: cannot be read")
    assert job.status().notes == ["me.jpg: has 2 faces"]
    assert job.status().error == "me.jpg: cannot be read"


def new_job(folder) -> RenderJob:
    return RenderJob(lambda animator, progress: None, folder / "v.mp4", {}, "title")


def test_a_status_has_only_what_applies_to_its_state(tmp_path):
    job, progress = new_job(tmp_path), JobProgress()
    progress.job = job
    assert (job.status(ahead=2).state, job.status(ahead=2).ahead) == ("queued", 2)
    progress.stage("loading the networks")
    status = job.status(ahead=2)
    assert (status.state, status.message, status.ahead) == (
        "preparing", "loading the networks", None,
    )  # fmt: skip
    progress.start(4, "frame", fps=25.0, size=[64, 64])
    progress.step(3)
    status = job.status()
    assert (status.state, status.frame, status.frames, status.size) == ("rendering", 3, 4, (64, 64))
    job.update("done")
    assert job.status().video == f"api/jobs/{job.id}/video"
    assert job.finished_at is not None
    job.cancel()  # too late
    assert job.state == "done"


def test_ids_cannot_be_guessed(tmp_path):
    ids = {new_job(tmp_path).id for _ in range(100)}
    assert len(ids) == 100
    assert min(map(len, ids)) >= 16


def test_an_error_of_the_user_is_one_line_and_a_bug_hides_its_message(capsys):
    assert error_message(InputError("a.png: is\nempty")) == "a.png: is empty"
    assert capsys.readouterr().err == ""
    assert "secret" not in error_message(ValueError("secret"))
    assert "ValueError: secret" in capsys.readouterr().err
