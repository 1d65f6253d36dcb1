"""Talking-head animation: a picture and a speech recording in, a video of the face speaking out."""

from collections.abc import Callable
from functools import cache
from typing import Any
from warnings import warn

_DEPRECATED = {"Style": "MotionConfig", "Output": "RenderConfig"}


@cache
def _public() -> tuple[Callable[[str], Any], list[str]]:
    """A function that imports a public name on first use, and the public names of __init__.pyi.

    torch takes two seconds to import, and `talkinghead --help` must not wait for it. lazy_loader
    is imported here, so that `talkinghead.cli.entry_point` can report that it is not installed.
    """
    import lazy_loader

    import_public, _, names = lazy_loader.attach_stub(__name__, __file__)
    return import_public, names


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _version()
    if name == "__all__":
        return __dir__()
    if name in _DEPRECATED:
        new = _DEPRECATED[name]
        warn(f"talkinghead.{name} is now {new}", DeprecationWarning, stacklevel=2)
        return _public()[0](new)
    if name.startswith("__") or name not in _public()[1]:
        raise AttributeError(f"module 'talkinghead' has no attribute {name!r}")
    return _public()[0](name)


def __dir__() -> list[str]:
    return sorted([*_public()[1], "__version__"])


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("talkinghead")
    except PackageNotFoundError:
        return "unknown, not installed"
