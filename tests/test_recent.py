"""The last rows of a whole keep their numbers."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from talkinghead.recent import Recent


def test_rows_are_those_of_the_whole_while_they_are_kept():
    whole, recent = np.arange(40).reshape(20, 2), Recent(7)
    for start, stop in ((0, 3), (3, 3), (3, 16), (16, 20)):
        recent.add(whole[start:stop])
        begin = max(0, stop - 7)
        assert (recent.start, recent.stop) == (begin, stop)
        assert_array_equal(recent.between(begin, stop), whole[begin:stop])
    assert_array_equal(recent.between(18, 99), whole[18:])


def test_rows_that_are_gone_are_an_error():
    recent = Recent(2)
    recent.add(np.arange(5))
    with pytest.raises(IndexError, match="row 2 is gone"):
        recent.between(2, 4)
