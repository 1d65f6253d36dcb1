"""Files are written completely or not at all."""

from pathlib import Path

import pytest

from talkinghead.errors import ImageError, OutputError
from talkinghead.media.atomic_write import atomic_write, require_readable


def test_a_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a.txt"
    with atomic_write(target) as temporary:
        temporary.write_text("new")
        assert temporary.suffix == ".txt"
        assert not target.exists()
    assert target.read_text() == "new"
    assert list(target.parent.iterdir()) == [target]


def test_a_failure_keeps_the_older_file(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("older")

    def write() -> None:
        with atomic_write(target) as temporary:
            temporary.write_text("new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert target.read_text() == "older"
    assert list(tmp_path.iterdir()) == [target]


def test_a_symbolic_link_is_kept_and_its_target_replaced(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("older")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with atomic_write(tmp_path / "link") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == "new"


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    with atomic_write(tmp_path / "a"):
        pass
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"), atomic_write(tmp_path):
        pass
    with pytest.raises(ImageError, match="is a folder"):
        require_readable(tmp_path, ImageError)


def test_an_unnamed_or_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for name, message in {
        "": "no file was named",
        "none": "no such file",
        "empty": "empty",
    }.items():
        with pytest.raises(ImageError, match=message):
            require_readable(tmp_path / name if name else "", ImageError)
