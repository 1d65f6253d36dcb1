"""`preprocess` refuses what is not there, and lists what it left out."""

import pytest


@pytest.mark.parametrize("kind", ["clips", "speech", "frame-pairs", "mouth-crops", "lipgan"])
def test_a_folder_that_is_not_there_is_one_line_and_makes_nothing(cli, tmp_path, kind):
    status, out, err = cli("preprocess", kind, tmp_path / "nothing", tmp_path / "out.d")
    assert (status, out, len(err)) == (2, "", 1)
    assert "nothing: no such folder" in err[0]
    assert list(tmp_path.iterdir()) == []


def test_bad_clips_are_listed_in_a_table(cli, tmp_path):
    for name in ("61/00011.mp4", "61/00012.mp4"):
        path = tmp_path / "data" / "main" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"no video")
    (tmp_path / "data" / "filelists").mkdir()
    (tmp_path / "data" / "filelists" / "train.txt").write_text("61/00011\n")
    words = ("preprocess", "clips", tmp_path / "data", tmp_path / "out", "--workers", 1)
    status, _, err = cli(*words, "--split", "train")
    assert status == 0
    assert any("left_out.csv: the 1 left out, and why" in line for line in err)
    head, row = (tmp_path / "out" / "left_out.csv").read_text().splitlines()
    assert head == "clip,reason"
    assert row.startswith("main/61/00011.mp4,")
    status, _, err = cli(*words, "--split", "val")
    assert status == 2
    assert "val.txt: no such list" in err[-1]
