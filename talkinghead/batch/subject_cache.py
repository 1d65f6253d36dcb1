"""An animator that keeps what the next video may need again: subject and pose reference.

A module of its own, because it imports torch: a worker first limits torch's threads.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from talkinghead.media.loading import ImageSource
from talkinghead.pipeline import Animator
from talkinghead.types import FaceTrack, Portrait, Puppet, Subject

T = TypeVar("T")


class CachingAnimator(Animator):
    """Keeps the last photo, the last puppet and the last pose reference, each until another one.

    A file that has changed in between is another one.
    """

    def __init__(self, **options: Any):
        super().__init__(**options)
        self._last: dict[str, tuple[object, Any]] = {}  # kind -> key, value

    def photo(self, image: ImageSource | Portrait, **options: Any) -> Subject:
        """See `Animator.photo`."""
        if not isinstance(image, str | Path):
            return super().photo(image, **options)
        key = (_state(image), *sorted(options.items()))
        return self._get_or_create(
            "photo", key, lambda: super(CachingAnimator, self).photo(image, **options)
        )

    def cartoon(self, puppet: str | Path | Puppet, **options: Any) -> Subject:
        """See `Animator.cartoon`."""
        background = options.get("background")
        if not isinstance(puppet, str | Path) or not isinstance(background, str | Path | None):
            return super().cartoon(puppet, **options)
        from talkinghead.puppet.store import puppet_files

        files = (*puppet_files(puppet), *([] if background is None else [background]))
        key = (*map(_state, files), *sorted(options.items()))
        return self._get_or_create(
            "puppet", key, lambda: super(CachingAnimator, self).cartoon(puppet, **options)
        )

    def pose_reference(self, video: str | Path) -> FaceTrack:
        """See `Animator.pose_reference`."""
        return self._get_or_create(
            "reference", _state(video), lambda: super(CachingAnimator, self).pose_reference(video)
        )

    def _get_or_create(self, kind: str, key: object, make: Callable[[], T]) -> T:
        if kind not in self._last or self._last[kind][0] != key:
            self._last[kind] = key, make()
        value: T = self._last[kind][1]
        return value


def _state(path: str | Path) -> tuple[str, int, int]:
    """What changes with a file, or its content; zeros for a name that is no file."""
    if not Path(path).exists():
        return str(path), 0, 0
    status = Path(path).stat()
    return str(path), status.st_mtime_ns, status.st_size
