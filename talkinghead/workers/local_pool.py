"""A pool of worker processes on this machine, each with one job at a time.

A worker that is killed loses only its own job, whereas the executors of concurrent.futures fail
as a whole when one of their processes dies.
"""

import pickle
from collections.abc import Callable, Generator
from multiprocessing.connection import wait
from typing import Any, TypeVar

from talkinghead.workers.job_queue import Finished, JobQueue, QueuedJob, WorkerDied
from talkinghead.workers.worker_process import Work, WorkerProcess, stop_workers

J = TypeVar("J")
R = TypeVar("R")


def run_in_workers(
    make_work: Callable[[int], Work[J, R]], queue: JobQueue[J, R], workers: int, threads: int
) -> Generator[Finished[J, R], None, None]:
    """Run jobs in several processes; yields each in order of completion.

    Each process calls `make_work` once with its number, counted from 0, and calls the returned
    function for each of its jobs; `make_work`, jobs and results must be picklable. `threads` is
    how many torch uses in each. Closing the iterator terminates the processes and waits for them.
    """
    processes: list[WorkerProcess[J, R]] = []
    busy: dict[Any, tuple[WorkerProcess[J, R], QueuedJob[J]]] = {}  # by pipe

    def give_job(process: WorkerProcess[J, R], last: QueuedJob[J] | None = None) -> None:
        if queue.waiting and (queued := queue.take(last)) is not None:
            process.send(pickle.dumps(queued.job))
            busy[process.pipe] = process, queued

    try:
        for number in range(min(workers, queue.waiting)):
            processes.append(WorkerProcess(make_work, number, threads))
            give_job(processes[-1])
        while busy:
            for pipe in wait(list(busy)):
                process, queued = busy.pop(pipe)
                result = process.result()
                finished = queue.finish(queued, result)
                if queue.waiting and isinstance(result, WorkerDied):
                    process.pipe.close()
                    process = WorkerProcess(make_work, process.number, threads)
                    processes[process.number] = process
                give_job(process, queued)
                if finished is not None:
                    yield finished
    finally:
        stop_workers((process, process.pipe in busy) for process in processes)
