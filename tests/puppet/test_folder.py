"""A puppet's folder is changed as a whole, or not at all."""

from pathlib import Path

import pytest

from talkinghead.errors import OutputError
from talkinghead.puppet.folder import swapped_in


@pytest.fixture(params=["cub", "old"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder of one file."""
    path = tmp_path / request.param
    path.mkdir()
    (path / "head.png").write_text("before")
    return path


def test_the_new_folder_takes_the_place_of_the_old(folder: Path) -> None:
    with swapped_in(folder, copy=True) as new:
        (new / "head.png").write_text("after")
    assert (folder / "head.png").read_text() == "after"
    assert list(folder.parent.iterdir()) == [folder]


@pytest.mark.parametrize(
    ("failure", "seen"), [(KeyboardInterrupt, KeyboardInterrupt), (OSError, OutputError)]
)
@pytest.mark.parametrize("moves", [0, 1])
def test_a_swap_that_is_broken_off_leaves_the_old_folder(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    moves: int,
    failure: type[BaseException],
    seen: type[BaseException],
) -> None:
    move, made = Path.replace, []

    def broken(self: Path, target: Path) -> Path:
        made.append(target)
        if len(made) == moves + 1:
            raise failure
        return move(self, target)

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(seen), swapped_in(folder, copy=False) as new:
        (new / "head.png").write_text("after")
    assert (folder / "head.png").read_text() == "before"
    assert list(folder.parent.iterdir()) == [folder]
