"""Files of arrays are complete or absent, and damaged ones are named."""

import numpy as np
import pytest

from talkinghead.errors import InputError, OutputError
from talkinghead.train.data.array_store import read_arrays, require_files, write_arrays


def test_only_complete_files_are_read(tmp_path):
    write_arrays(tmp_path / "b" / "two.npz", value=1)
    write_arrays(tmp_path / "a.npz", value=1)
    (tmp_path / ".half-x1y2.npz").touch()
    assert [p.name for p in require_files(tmp_path, "x", "y")] == ["a.npz", "two.npz"]


def test_a_full_disk_leaves_no_part_of_a_file(tmp_path, full_disk):
    with full_disk, pytest.raises(OutputError, match=r"a\.npz: cannot be written"):
        write_arrays(tmp_path / "a.npz", value=np.random.default_rng(0).random(4096))
    assert list(tmp_path.iterdir()) == []


def test_files_of_another_command_and_damaged_files_are_named(tmp_path):
    path = tmp_path / "a.npz"
    write_arrays(path, value=np.arange(999))
    whole = path.read_bytes()
    with read_arrays(path) as stored:
        assert stored["value"][3] == 3
    for content in (whole, whole[:200], b"junk", b""):
        path.write_bytes(content)
        named = pytest.raises(InputError, match=r"a\.npz: is damaged, or made by another")
        with named, read_arrays(path) as stored:
            stored["other"]


def test_an_empty_folder_names_the_command_that_fills_it(tmp_path):
    with pytest.raises(InputError, match="no pairs; make them with 'talkinghead preprocess pairs"):
        require_files(tmp_path, "pairs", "preprocess pairs DATA")
