"""`preprocess` refuses a folder that is not there."""

import pytest


@pytest.mark.parametrize("kind", ["clips", "speech", "frame-pairs", "mouth-crops"])
def test_a_folder_that_is_not_there_is_one_line_and_makes_nothing(cli, tmp_path, kind):
    status, out, err = cli("preprocess", kind, tmp_path / "nothing", tmp_path / "out.d")
    assert (status, out, len(err)) == (2, "", 1)
    assert "nothing: no such folder" in err[0]
    assert list(tmp_path.iterdir()) == []
