"""Frames painted side by side."""

import threading
import time
from itertools import count

import numpy as np
import pytest
import torch

from talkinghead.render.crew import crew, painted


def slow_first(points):
    time.sleep(0.02 if points[0] == 0 else 0)
    return points


def test_frames_come_in_order_whoever_is_done_first():
    frames = [f[0] for f in painted(slow_first, (np.array([i]) for i in range(9)), 3)]
    assert frames == list(range(9))


def test_no_more_is_painted_ahead_than_there_are_threads():
    asked = []

    def points():
        for i in count():
            asked.append(i)
            yield np.array([i])

    frames = painted(lambda p: p, points(), 2)
    for _ in range(3):
        next(frames)
    frames.close()
    assert len(asked) <= 3 + 2 + 1


def test_an_error_is_raised_where_its_frame_would_come():
    def paint(points):
        if points[0] == 2:
            raise ValueError("no paint")
        return points

    frames = painted(paint, [np.array([i]) for i in range(5)], 2)
    assert [next(frames)[0], next(frames)[0]] == [0, 1]
    with pytest.raises(ValueError, match="no paint"):
        next(frames)


def test_threads_end_with_the_frames_and_torch_keeps_its_own():
    before, torch_before = threading.active_count(), torch.get_num_threads()
    frames = painted(lambda p: p, [np.zeros(1)] * 9, 3)
    next(frames)
    frames.close()
    assert threading.active_count() == before
    assert torch.get_num_threads() == torch_before


def test_a_network_keeps_to_one_core_in_each_thread():
    heard = list(painted(lambda p: np.array(torch.get_num_threads()), [np.zeros(1)] * 4, 2))
    assert {int(h) for h in heard} == {1}


def test_fewer_large_pictures_are_painted_at_once():
    assert crew((256, 256)) >= crew((4000, 3000)) == 1
