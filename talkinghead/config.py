"""Frozen options, one dataclass per stage. Each refuses values out of range."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

from talkinghead.errors import InputError

# MakeItTalk's --amp_lip_x/y default to 2, and its users know the scale by that number.
# Here, too, 2 is a mouth that moves as far as people's mouths do; 1 is half of it.
NATURAL_AMP_LIP = 2.0
WHOLE = ("seed", "size")  # options that have no fractions
FURTHEST = 45.0  # degrees: beyond, a single picture shows nothing of the other side


def _number(name: str, value: Any, kind: type = Real) -> None:
    if isinstance(value, bool) or not isinstance(value, kind):
        what = "a whole number" if kind is Integral else "a number"
        raise InputError(f"{name} must be {what}, got {value!r}")


def _switch(owner: object, name: str) -> None:
    value = getattr(owner, name)
    if not isinstance(value, bool):  # 'no' would count as yes
        raise InputError(f"{name} must be true or false, got {value!r}")


def _in_ranges(owner: object, ranges: Mapping[str, tuple[float, float]]) -> None:
    for name, (low, high) in ranges.items():
        value = getattr(owner, name)
        if name == "size" and value is None:  # the picture's own
            continue
        _number(name, value, Integral if name in WHOLE else Real)
        if not low <= value <= high:
            raise InputError(f"{name} must lie in [{low:g}, {high:g}], got {value:g}")


@dataclass(frozen=True)
class Style:
    """How a face track is played: all amounts are ratios, 0 switches a thing off."""

    amp_lip_x: float = NATURAL_AMP_LIP  # lips sideways; 2 is natural
    amp_lip_y: float = NATURAL_AMP_LIP  # lips up and down; 2 is natural
    amp_pos: float = 1.0  # head motion; 1 is natural
    amp_brow: float = 1.0  # brows; 1 is natural
    still: bool = False  # no head motion at all; blinks and lips go on
    blink: float = 1.0  # blink rate; 1 is about 15 a minute
    seed: int = 0  # chance in blinks and head motion
    yaw: tuple[float, ...] = ()  # degrees the head turns through, spread evenly over the clip
    pitch: tuple[float, ...] = ()
    roll: tuple[float, ...] = ()

    RANGES: ClassVar[Mapping[str, tuple[float, float]]] = {
        **dict.fromkeys(("amp_lip_x", "amp_lip_y", "amp_pos", "amp_brow"), (0, 10)),
        "blink": (0, 4),
        "seed": (0, math.inf),  # numpy's generators take no negative seed
    }

    def __post_init__(self) -> None:
        _in_ranges(self, self.RANGES)
        for name in ("yaw", "pitch", "roll"):
            angles = getattr(self, name)
            if not isinstance(angles, tuple | list):
                raise InputError(f"{name} must be a list of degrees, got {angles!r}")
            for angle in angles:
                _number(name, angle)
                if not abs(angle) <= FURTHEST:
                    raise InputError(
                        f"{name} must lie in [-{FURTHEST:g}, {FURTHEST:g}] degrees, got {angle:g}"
                    )
        _switch(self, "still")


@dataclass(frozen=True)
class Output:
    """The picture that comes out."""

    fps: float = 25.0  # frames per second
    size: int | None = None  # pixels of the longer side; None keeps the source's
    side_by_side: bool = False  # landmark drawing to the left of the result
    crop: bool = False  # the head alone, square

    RANGES: ClassVar[Mapping[str, tuple[float, float]]] = {"fps": (1, 120), "size": (32, 8192)}

    def __post_init__(self) -> None:
        _in_ranges(self, self.RANGES)
        _switch(self, "side_by_side")
        _switch(self, "crop")
