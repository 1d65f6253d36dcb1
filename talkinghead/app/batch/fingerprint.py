"""What a film is made of, in one line of text: the same line, the same film."""

import hashlib
import json
import re
from argparse import Namespace
from functools import cache
from pathlib import Path
from typing import Any

import talkinghead
from talkinghead.app.faces import by_face
from talkinghead.app.plan import Plan
from talkinghead.home import home

# Change nothing in the film, or are among the plan's sources.
_ELSEWHERE = ("run", "plan", "output", "progress", "quiet", "ckpt", "image", "puppet", "scene")


def fingerprint(args: Namespace, plan: Plan) -> str:
    """Of the content of all that is read, the settings, the weights and the version.

    Files count by what they hold: a folder that was moved or copied is still the same.
    """
    settings = {name: _said(value) for name, value in vars(args).items() if name not in _ELSEWHERE}
    weights = sorted((args.ckpt or home("ckpt")).glob("*.safetensors"))
    read = [_said(source) for source in (*plan.sources, *weights)]
    text = json.dumps([talkinghead.__version__, args.run.__name__, settings, read], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _said(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_said(one) for one in value]
    if not isinstance(value, str | Path):
        return value
    if re.match(r"\d+=", str(value)):
        pairs = by_face("", str(value), "", "")
        return {number: _said(one) for number, one in pairs.items()}
    path = Path(value)
    if path.is_file():
        return _digest(path)
    return None if path.is_dir() else str(value)  # of a puppet's folder the files are read


@cache
def _digest(path: Path) -> str:
    """Of a file's content; read once in a run."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
