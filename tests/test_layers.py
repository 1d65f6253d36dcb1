"""Imports point down: the contract of pyproject.toml holds."""

import subprocess
import sys
from pathlib import Path


def test_imports_point_down():
    root = Path(__file__).resolve().parents[1]
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
