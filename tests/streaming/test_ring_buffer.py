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
