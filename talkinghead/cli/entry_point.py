"""The first step of every command, before anything is imported that may be missing."""

import codecs
import io
import os
import sys
from importlib import import_module
from typing import NoReturn


def _escape_unencodable(error: UnicodeError) -> tuple[str | bytes, int]:
    """A file's name as its bytes in any locale; other letters that it lacks, escaped."""
    try:
        return codecs.lookup_error("surrogateescape")(error)
    except UnicodeError:
        return codecs.lookup_error("backslashreplace")(error)


codecs.register_error("escape_unencodable", _escape_unencodable)


def start(module: str, function: str = "main") -> NoReturn:
    """Import and run a command; a missing package or Ctrl-C meanwhile is one line."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed: a file must not get its number
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="escape_unencodable")  # results must not fail for a letter
    try:
        status = getattr(import_module(module), function)()  # imports more
    except ModuleNotFoundError as missing:
        print(f"talkinghead: error: {_describe_missing(missing)}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("talkinghead: error: interrupted", file=sys.stderr)
        sys.exit(130)
    sys.exit(status)


def _describe_missing(missing: ModuleNotFoundError) -> str:
    from talkinghead.errors import describe_missing_package

    return describe_missing_package(missing) or (
        f"the Python package {missing.name!r} is not installed; run 'make setup', then "
        "'source .venv/bin/activate'"
    )


def main() -> NoReturn:
    """The command `talkinghead`."""
    start("talkinghead.cli.main")
