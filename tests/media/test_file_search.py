"""Files below a folder are found through links, each once, and what is left out is named."""

from pathlib import Path

import pytest

from talkinghead.media.file_search import (
    AUDIO_SUFFIXES,
    VIDEO_SUFFIXES,
    describe_others,
    walk_files,
    with_suffix_in,
)


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def names(root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in walk_files(root)]


def test_files_are_sorted_and_hidden_ones_and_folders_are_none(tmp_path: Path) -> None:
    touch(tmp_path, "b/two.mpg", "a.MP4", ".hidden.mp4", ".git/x.mp4")
    (tmp_path / "folder.mp4").mkdir()
    assert names(tmp_path) == ["a.MP4", "b/two.mpg"]


def test_links_to_folders_and_files_are_followed_once_each(tmp_path: Path) -> None:
    data, disk = tmp_path / "data", tmp_path / "disk"
    touch(disk, "s1/a.mpg", "s2/b.mpg", "c.mpg")
    touch(data, "real/d.mpg")
    (data / "a_link_to_real").symlink_to(data / "real")  # the real folder keeps its name
    (data / "s1").symlink_to(disk / "s1")
    (data / "again").symlink_to(disk / "s1")
    (data / "c.mpg").symlink_to(disk / "c.mpg")
    assert names(data) == ["again/a.mpg", "c.mpg", "real/d.mpg"]


def test_loops_and_links_to_nothing_end_and_are_named(tmp_path: Path) -> None:
    touch(tmp_path, "a/one.mp4")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "gone").symlink_to(tmp_path / "nothing")
    unreadable: list[str] = []
    assert walk_files(tmp_path, unreadable) == [tmp_path / "a" / "one.mp4"]
    assert unreadable == ["gone: is a link to nothing", "self: is a link to nothing"]


@pytest.mark.parametrize(
    "suffix", ["mpg", "mpeg", "m4v", "ts", "wmv", "flv", "mts", "3gp", "vob", "ogv", "MPG"]
)
def test_common_video_suffixes_are_known(suffix: str) -> None:
    assert [*with_suffix_in([Path(f"a.{suffix}")], VIDEO_SUFFIXES)]


def test_no_suffix_is_of_both_kinds() -> None:
    assert not VIDEO_SUFFIXES & AUDIO_SUFFIXES


def test_what_is_left_out_is_counted_and_named(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp4", "b.txt", "deep/c.txt", "d.xyz", *(f"{i}.jpg" for i in range(5)))
    (tmp_path / "gone").symlink_to(tmp_path / "nothing")
    broken, others = describe_others(tmp_path, [tmp_path / "a.mp4"], "clips")
    assert broken == "left out gone: is a link to nothing"
    assert others == (
        f"{tmp_path}: 8 files are no clips, not read: 5 .jpg (0.jpg, 1.jpg, 2.jpg, ...), "
        "2 .txt (b.txt, deep/c.txt), 1 .xyz (d.xyz)"
    )
    assert describe_others(tmp_path / "deep", [tmp_path / "deep" / "c.txt"], "clips") == []
