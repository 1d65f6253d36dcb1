"""Examples come back as they were saved, and a folder without any says what to do."""

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.train.data.clips import load_example, read_examples, save_example
from tests.train.examples import example


def test_an_example_comes_back_as_it_was_saved(tmp_path):
    save_example(example(), tmp_path / "sub" / "one.npz")
    loaded = load_example(tmp_path / "sub" / "one.npz")
    np.testing.assert_array_equal(loaded.points, example().points)
    np.testing.assert_allclose(loaded.samples, example().samples, atol=1 / 32767)
    assert [e.speaker for e in read_examples(tmp_path)] == ["a"]


def test_a_folder_without_examples_says_how_to_make_them(tmp_path):
    with pytest.raises(InputError, match="preprocess clips"):
        list(read_examples(tmp_path))
