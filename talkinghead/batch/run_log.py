"""The log of a batch: a line of JSON for each job that has ended. A later run reads it."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from talkinghead.errors import InputError, OutputError


class RunLog:
    """What became of each output in the last run that made it."""

    def __init__(self, path: Path):
        """Read the log at `path`, where there is one. Raises InputError."""
        self.path = path
        self._fingerprints: dict[str, str | None] = {}  # by output; None: it failed
        try:
            text = path.read_text(encoding="utf-8") if path.exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: cannot be read ({error}); name another --log") from error
        for line in text.splitlines():
            self._read(line)
        self._is_torn = text != "" and not text.endswith("\n")

    def _read(self, line: str) -> None:
        try:
            entry = json.loads(line)
            fingerprint = entry["made_of"] if entry["error"] is None else None
            self._fingerprints[entry["output"]] = fingerprint
        except (ValueError, TypeError, KeyError):
            return  # torn when the power failed: that job is done again

    def has(self, output: str, fingerprint: str) -> bool:
        """Whether `output` was last made with this fingerprint, without an error."""
        return self._fingerprints.get(output) == fingerprint

    def add(self, output: str, fingerprint: str, error: str | None, **facts: Any) -> None:
        """Append a line, whole or not at all as far as the system can promise it."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        entry = {"output": output, "made_of": fingerprint, "error": error, **facts, "ended": now}
        line = ("\n" if self._is_torn else "") + json.dumps(entry) + "\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            try:
                os.write(handle, line.encode())  # at once: lines of several writers never mix
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as problem:
            raise OutputError(
                f"{self.path}: cannot be written ({problem.strerror}); name another --log"
            ) from problem
        self._is_torn = False
        self._read(line)
