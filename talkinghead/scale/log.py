"""The log of a run: a line of JSON for each job that has ended. A later run reads it."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from talkinghead.errors import InputError, OutputError


class Log:
    """What became of each output, the last time it was made."""

    def __init__(self, path: Path):
        """Read the log at `path`, where there is one. Raises InputError."""
        self.path = path
        self._made: dict[str, str | None] = {}  # output -> what it was made of; None: it failed
        self._torn = False
        try:
            text = path.read_text(encoding="utf-8") if path.exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: cannot be read ({error}); name another --log") from error
        for line in text.splitlines():
            self._read(line)
        self._torn = text != "" and not text.endswith("\n")

    def _read(self, line: str) -> None:
        try:
            said = json.loads(line)
            made = said["made_of"] if said["error"] is None else None
            self._made[said["output"]] = made
        except (ValueError, TypeError, KeyError):
            return  # torn when the power failed: that job is done again

    def has(self, output: str, made_of: str) -> bool:
        """Whether `output` was last made of this, without an error."""
        return self._made.get(output) == made_of

    def add(self, output: str, made_of: str, error: str | None, **facts: Any) -> None:
        """Add a line, whole or not at all as far as the system can promise it."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        said = {"output": output, "made_of": made_of, "error": error, **facts, "ended": now}
        line = ("\n" if self._torn else "") + json.dumps(said) + "\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            try:
                os.write(handle, line.encode())  # at once: what others append stays apart
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as problem:
            raise OutputError(
                f"{self.path}: cannot be written ({problem.strerror}); name another --log"
            ) from problem
        self._torn = False
        self._read(line)
