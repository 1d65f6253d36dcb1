"""One thing that is wrong with a puppet, said in a line."""

from collections.abc import Iterable
from dataclasses import dataclass

POSES = ("closed", "open")


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where."""

    what: str
    serious: bool = True  # an error; otherwise a warning
    points: tuple[int, ...] = ()  # landmarks
    triangles: tuple[int, ...] = ()  # rows of the mesh
    poses: tuple[str, ...] = POSES  # in which it shows

    def __str__(self) -> str:
        return f"{'error' if self.serious else 'warning'}: {self.what}"


def named(points: Iterable[int]) -> str:
    """`point 8` or `points 1, 2, 3`, at most eight of them."""
    shown = [str(int(p)) for p in points]
    more = f" and {len(shown) - 8} more" if len(shown) > 8 else ""
    return ("point " if len(shown) == 1 else "points ") + ", ".join(shown[:8]) + more
