"""The ordered parallel map keeps the order, bounds its memory and raises errors in place."""

import threading
import time
from itertools import count

import numpy as np
import pytest
import torch

from talkinghead.render.parallel import ordered_map, prefetch, thread_count


def slow_first(points):
    time.sleep(0.02 if points[0] == 0 else 0)
    return points


def test_results_come_in_order_whichever_finishes_first():
    results = [r[0] for r in ordered_map(slow_first, (np.array([i]) for i in range(9)), 3)]
    assert results == list(range(9))


def test_no_more_items_are_computed_ahead_than_there_are_threads():
    requested = []

    def items():
        for i in count():
            requested.append(i)
            yield np.array([i])

    results = ordered_map(lambda p: p, items(), 2)
    for _ in range(3):
        next(results)
    results.close()
    assert len(requested) <= 3 + 2 + 1


def test_an_error_is_raised_in_place_of_its_result():
    def fail_at_2(item):
        if item[0] == 2:
            raise ValueError("item 2")
        return item

    results = ordered_map(fail_at_2, [np.array([i]) for i in range(5)], 2)
    assert [next(results)[0], next(results)[0]] == [0, 1]
    with pytest.raises(ValueError, match="item 2"):
        next(results)


def test_threads_end_with_the_iterator_and_torch_keeps_its_thread_count():
    threads, torch_threads = threading.active_count(), torch.get_num_threads()
    results = ordered_map(lambda p: p, [np.zeros(1)] * 9, 3)
    next(results)
    results.close()
    assert threading.active_count() == threads
    assert torch.get_num_threads() == torch_threads


def test_a_network_runs_on_one_core_per_thread():
    counts = ordered_map(lambda p: np.array(torch.get_num_threads()), [np.zeros(1)] * 4, 2)
    assert {int(threads) for threads in counts} == {1}


def test_large_pictures_are_rendered_by_fewer_threads():
    assert thread_count((256, 256)) >= thread_count((4000, 3000)) == 1


def test_items_are_computed_ahead_in_order_and_the_source_is_closed():
    made: list[int] = []
    closed: list[bool] = []

    def source():
        try:
            for number in range(10):
                made.append(number)
                yield number
        finally:
            closed.append(True)

    items = prefetch(source(), 3)
    assert next(items) == 0
    assert [next(items) for _ in range(4)] == [1, 2, 3, 4]
    items.close()
    assert len(made) <= 9
    assert closed == [True]
    assert list(prefetch(range(5))) == [0, 1, 2, 3, 4]
    assert list(prefetch([])) == []


def test_an_error_of_the_source_reaches_the_reader():
    def source():
        yield 1
        raise ValueError("damaged")

    items = prefetch(source())
    assert next(items) == 1
    with pytest.raises(ValueError, match="damaged"):
        next(items)
