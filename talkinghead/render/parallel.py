"""An ordered parallel map over frames, with a bounded number of frames in memory."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")

_PIXELS: Final = 8_000_000  # maximum rendered at a time: bounds the memory for large pictures


def thread_count(size: tuple[int, int]) -> int:
    """Number of threads for rendering frames of `size` (width, height) pixels."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, min(cores, _PIXELS // (size[0] * size[1])))


def prefetch(items: Iterable[Item], count: int = 3) -> Generator[Item]:
    """Yield the items, of which up to `count` are computed ahead in another thread."""
    iterator = iter(items)
    end = object()
    pool = ThreadPoolExecutor(1)
    try:
        waiting = deque(pool.submit(next, iterator, end) for _ in range(count))
        while (item := waiting.popleft().result()) is not end:
            waiting.append(pool.submit(next, iterator, end))
            yield item  # type: ignore[misc]
    finally:
        pool.shutdown(cancel_futures=True)
        if isinstance(iterator, Generator):
            iterator.close()  # frees what it holds, as a file


def ordered_map(
    function: Callable[[Item], Result], items: Iterable[Item], threads: int
) -> Iterator[Result]:
    """Yield `function(item)` in the order of the items, computed in threads some items ahead.

    Items must be independent. Networks inside `function` use one core per thread: frames in
    parallel use the cores better than the layers of one frame, and the result does not depend on
    the number of cores.
    """
    torch_threads = torch.get_num_threads()
    pool = ThreadPoolExecutor(threads, initializer=lambda: torch.set_num_threads(1))
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(torch_threads)  # MKL's setting is that of the whole process
