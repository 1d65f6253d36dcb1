"""Examples come back as they were saved, and a folder without any says what to do."""

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.train.clips import examples_in, load_example, save_example
from tests.train.examples import example


def test_an_example_comes_back_as_it_was_saved(tmp_path):
    save_example(example(), tmp_path / "sub" / "one.npz")
    back = load_example(tmp_path / "sub" / "one.npz")
    np.testing.assert_array_equal(back.points, example().points)
    np.testing.assert_allclose(back.samples, example().samples, atol=1 / 32767)
    assert [e.talker for e in examples_in(tmp_path)] == ["a"]


def test_a_folder_without_examples_says_how_to_make_them(tmp_path):
    with pytest.raises(InputError, match="preprocess clips"):
        list(examples_in(tmp_path))
