"""Frames painted side by side by several threads, and handed out in order."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import torch

from talkinghead.types import Array

_PIXELS = 8_000_000  # that are painted at once: what bounds the memory of large pictures


def crew(size: tuple[int, int]) -> int:
    """How many threads are to paint frames of `size` (width, height) pixels."""
    able = getattr(os, "sched_getaffinity", None)
    cores = len(able(0)) if able else os.cpu_count() or 1
    return max(1, min(cores, _PIXELS // (size[0] * size[1])))


def painted(
    paint: Callable[[Array], Array], tracked: Iterable[Array], threads: int
) -> Iterator[Array]:
    """`paint` of each frame's points, in their order, some frames ahead of the one asked for.

    A network in each thread keeps to one core: whole frames side by side share the cores
    better than layers do, and a frame is the same whatever the number of cores. `paint` must
    keep nothing from frame to frame.
    """
    before = torch.get_num_threads()
    pool = ThreadPoolExecutor(threads, initializer=lambda: torch.set_num_threads(1))
    waiting: deque[Future[Array]] = deque()
    try:
        for points in tracked:
            waiting.append(pool.submit(paint, points))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(before)  # MKL's are those of the whole process
