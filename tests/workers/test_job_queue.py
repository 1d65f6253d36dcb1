"""Jobs are handed out once, and again after a failure, elsewhere if there is another place."""

from talkinghead.workers.job_queue import JobQueue, WorkerDied

FAILED = "disk full"


def queue(jobs, retries=1):
    return JobQueue(jobs, retries, lambda job: job[0], lambda result: result == FAILED)


def test_every_job_is_handed_out_once():
    jobs = queue(["a1", "b1", "a2"])
    first = jobs.take()
    assert [first.job, jobs.take(first).job, jobs.take(first).job] == ["a1", "a2", "b1"]
    assert (jobs.take(), jobs.waiting, jobs.running) == (None, 0, 3)
    assert not jobs.is_done


def test_a_failed_job_waits_behind_the_others_and_is_reported_after_the_last_attempt():
    jobs = queue(["a", "b"])
    job = jobs.take()
    assert jobs.finish(job, FAILED) is None
    other, again = jobs.take(), jobs.take()
    assert [other.job, again.job] == ["b", "a"]
    finished = jobs.finish(again, FAILED)
    assert (finished.result, finished.attempts) == (FAILED, 2)


def test_the_death_of_a_worker_is_a_failure_and_a_mistake_in_the_input_is_none():
    jobs = queue(["a", "b"])
    assert jobs.finish(jobs.take(), WorkerDied(-9)) is None
    assert jobs.finish(jobs.take(), "no face").result == "no face"


def test_a_job_that_failed_on_a_machine_goes_to_another_one():
    jobs = queue(["a", "b"], retries=3)
    first, second = jobs.take(place="full"), jobs.take(place="full")
    jobs.finish(first, FAILED, "full")
    jobs.finish(second, FAILED, "full")
    assert jobs.take(place="full", others={"full", "empty"}) is None
    assert jobs.take(place="empty", others={"full", "empty"}).job == "a"
    assert jobs.take(place="full", others={"full"}).job == "b"  # there is no other
