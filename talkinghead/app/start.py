"""The first step of every command, before anything is imported that may be missing."""

import sys
from importlib import import_module
from typing import NoReturn


def start(module: str, function: str = "main") -> NoReturn:
    """Import and run a command; a missing set-up or Ctrl-C on the way is one line, no traceback."""
    try:
        status = getattr(import_module(module), function)()  # imports more
    except ModuleNotFoundError as missing:
        print(
            f"talkinghead: error: the Python package {missing.name!r} is not installed; "
            "run 'make setup', then 'source .venv/bin/activate'",
            file=sys.stderr,
        )
        sys.exit(2)
    except KeyboardInterrupt:
        print("talkinghead: error: interrupted", file=sys.stderr)
        sys.exit(130)
    sys.exit(status)


def main() -> NoReturn:
    """The command `talkinghead`."""
    start("talkinghead.app.cli")
