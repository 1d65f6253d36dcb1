"""Finds the data shipped with the package: weights, puppets, example recordings, demo portraits."""

from pathlib import Path
from typing import Final, Literal

_PACKAGE: Final = Path(__file__).resolve().parent

# Name -> file in examples/. Both are photographs by the United States government in the public
# domain: Eileen Collins (NASA, 1992) and Grace Hopper (US Navy, 1984).
DEMO_PORTRAITS: Final = {"astronaut": "astronaut.png", "grace_hopper": "grace_hopper.jpg"}


def asset_folder(name: Literal["ckpt", "puppets", "examples"]) -> Path:
    """The data folder `name`: inside an installed package, or next to the package in a checkout.

    It does not depend on the working directory.
    """
    installed = _PACKAGE / "shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
