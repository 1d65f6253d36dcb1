"""Speakers are known from the folders of well-known collections of clips."""

from pathlib import Path

import pytest

from talkinghead.errors import InputError
from talkinghead.train.data.clips import find_videos
from talkinghead.train.data.layouts import alignment_of, is_listed, read_filelist, speaker_of
from talkinghead.train.data.splits import split_of


@pytest.mark.parametrize(
    ("name", "speaker"),
    [
        ("main/6330311066473698535/00011.mp4", "6330311066473698535"),
        ("s1/bbaf2n.mpg", "grid_s1"),
        ("s12_processed/bbaf2n.mpg", "grid_s12"),
        ("grid/s2/video/mpg_6000/bbaf2n.mpg", "grid_s2"),
        ("s1/lecture.mp4", "s1"),
        ("s99/bbaf2n.mpg", "s99"),
        ("dev/mp4/id00012/21Uxsk56VDQ/00001.mp4", "id00012"),
        ("WDA_BarackObama_000.mp4", "WDA_BarackObama"),
        ("clips/RD_Radio11_001.mp4", "RD_Radio11"),
        ("anna/take 1.mp4", "anna"),
    ],
)
def test_the_speaker_of_a_clip(name, speaker):
    assert speaker_of(Path(name)) == speaker


def test_a_speaker_of_grid_who_is_held_out_stays_so():
    assert split_of(speaker_of(Path("s2/video/bbaf2n.mpg"))) == "test"


def test_an_alignment_lies_beside_the_clip_or_in_its_own_folder(tmp_path):
    clip = tmp_path / "s1" / "video" / "mpg_6000" / "bbaf2n.mpg"
    assert alignment_of(clip) is None
    for folder in ("s1/align", "s1/video/mpg_6000"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "bbaf2n.align").touch()
        assert alignment_of(clip) == tmp_path / folder / "bbaf2n.align"


def test_a_list_chooses_the_clips_of_a_split_also_through_links(tmp_path):
    (tmp_path / "filelists").mkdir()
    (tmp_path / "filelists" / "train.txt").write_text("61/00011\n61/00013 NF 2\n\n")
    store = tmp_path / "store" / "61"
    store.mkdir(parents=True)
    for number in (11, 12, 13):
        (store / f"000{number}.mp4").touch()
    data = tmp_path / "mvlrs_v1"
    data.mkdir()
    (data / "main").symlink_to(tmp_path / "store")
    listed = read_filelist(tmp_path / "filelists", "train")
    assert listed == {"61/00011", "61/00013"}
    found = [path.relative_to(data).as_posix() for path in find_videos(data, listed)]
    assert found == ["main/61/00011.mp4", "main/61/00013.mp4"]
    assert not is_listed(Path("main/62/00011.mp4"), listed)


def test_lists_that_are_missing_or_empty_are_named(tmp_path):
    (tmp_path / "val.txt").write_text("\n")
    with pytest.raises(InputError, match=r"train\.txt: no such list; .* these splits: val"):
        read_filelist(tmp_path, "train")
    with pytest.raises(InputError, match=r"val\.txt: lists no clip"):
        read_filelist(tmp_path, "val")
