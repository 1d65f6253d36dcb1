"""Keeps the last photo that was made ready: the next job may want it again."""

from pathlib import Path
from typing import Any

from talkinghead.inputs import ImageSource
from talkinghead.pipeline import Animator
from talkinghead.types import Portrait, Subject


class KeepingAnimator(Animator):
    """An animator whose last photo stays, until another one is asked for."""

    def __init__(self, **options: Any):
        super().__init__(**options)
        self._last: tuple[object, Subject] | None = None

    def photo(self, image: ImageSource | Portrait, **asked: Any) -> Subject:
        """See `Animator.photo`; a file that has not changed meanwhile is made ready once."""
        if not isinstance(image, str | Path):
            return super().photo(image, **asked)
        key = (str(image), _state(Path(image)), *sorted(asked.items()))
        if self._last is None or self._last[0] != key:
            self._last = key, super().photo(image, **asked)
        return self._last[1]


def _state(path: Path) -> tuple[int, int] | None:
    """What changes with a file's content; None of what is a name only."""
    if not path.exists():
        return None
    found = path.stat()
    return found.st_mtime_ns, found.st_size
