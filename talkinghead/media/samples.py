"""Portraits to try things on, from packages that are installed anyway. Public domain."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from talkinghead.errors import ImageError
from talkinghead.media.image import read_image
from talkinghead.types import Array

# Both are photographs of the United States government: NASA's of Eileen Collins (1992), and
# the Navy's of Grace Hopper (1984).
_FILES: Final = {
    "astronaut": ("skimage", "data/astronaut.png"),
    "grace_hopper": ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
}
PORTRAITS: Final = tuple(_FILES)


def portrait(name: str) -> Array:
    """(h, w, 3) uint8 RGB of the demo portrait of that name. Raises ImageError."""
    if name not in _FILES:
        raise ImageError(f"no demo portrait is called {name!r}; choose {' or '.join(PORTRAITS)}")
    package, inside = _FILES[name]
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ImageError(f"demo portrait {name}: needs the package {package}; install it")
    return read_image(Path(spec.origin).parent / inside)
