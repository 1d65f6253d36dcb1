"""Stored rows keep their index in the whole signal."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from talkinghead.streaming.ring_buffer import RingBuffer


def test_stored_rows_are_those_of_the_whole_signal() -> None:
    whole, buffer = np.arange(40).reshape(20, 2), RingBuffer(7)
    for start, stop in ((0, 3), (3, 3), (3, 16), (16, 20)):
        buffer.append(whole[start:stop])
        first = max(0, stop - 7)
        assert (buffer.start, buffer.stop) == (first, stop)
        assert_array_equal(buffer.slice(first, stop), whole[first:stop])
    assert_array_equal(buffer.slice(18, 99), whole[18:])


def test_rows_after_the_last_one_are_copies_of_it() -> None:
    buffer = RingBuffer(7)
    buffer.append(np.arange(10))
    assert_array_equal(buffer.slice_held(8, 10), [8, 9])
    assert_array_equal(buffer.slice_held(8, 13), [8, 9, 9, 9, 9])
    assert_array_equal(buffer.slice_held(10, 12), [9, 9])


def test_dropped_rows_are_an_error() -> None:
    buffer = RingBuffer(2)
    buffer.append(np.arange(5))
    with pytest.raises(IndexError, match="row 2 has been dropped"):
        buffer.slice(2, 4)


def test_an_empty_buffer_has_no_rows() -> None:
    with pytest.raises(IndexError, match="empty"):
        _ = RingBuffer(2).rows


def test_provisional_rows_are_read_until_the_next_append() -> None:
    buffer = RingBuffer(3)
    buffer.append_provisional(np.array([7]))
    assert (buffer.stop, buffer.reach, buffer.slice(0, 5).tolist()) == (0, 1, [7])
    buffer.append(np.array([1, 2, 3, 4]))
    buffer.append_provisional(np.array([8, 9]))
    assert (buffer.stop, buffer.reach) == (4, 6)
    assert buffer.slice(2, 9).tolist() == [3, 4, 8, 9]
    assert buffer.slice_held(3, 8).tolist() == [4, 8, 9, 9, 9]
    buffer.append(np.array([5]))
    assert buffer.slice_held(2, 6).tolist() == [3, 4, 5, 5]
