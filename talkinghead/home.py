"""Where what comes with the package lies: weights, puppets, recordings."""

from pathlib import Path
from typing import Final, Literal

_PACKAGE: Final = Path(__file__).resolve().parent


def home(of: Literal["ckpt", "puppets", "examples"]) -> Path:
    """The folder: in the package where that was installed, beside it in a checkout.

    Nothing depends on the working directory.
    """
    installed = _PACKAGE / "shipped" / of
    return installed if installed.is_dir() else _PACKAGE.parent / of
