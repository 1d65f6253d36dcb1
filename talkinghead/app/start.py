"""The first step of every command, before anything is imported that may be missing."""

import sys
from importlib import import_module
from typing import NoReturn


def start(module: str, function: str = "main") -> NoReturn:
    """Import and run a command; a missing set-up or Ctrl-C on the way is one line, no traceback."""
    try:
        main = getattr(import_module(module), function)
    except ModuleNotFoundError as missing:
        print(
            f"talkinghead: error: the Python package {missing.name!r} is not installed; "
            "run 'make setup', then 'source .venv/bin/activate'",
            file=sys.stderr,
        )
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(main())
