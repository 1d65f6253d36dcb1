"""The model card that a training writes beside its weights."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Of the talking clips.
LICENCES = (
    "GRID corpus: CC BY 4.0 (Cooke, Barker, Cunningham, Shao 2006); all other talking clips: "
    "research only, used for training and measurement, no frame redistributed"
)


def card(
    model: str,
    size: dict[str, int],
    figures: Mapping[str, float],
    said: dict[str, Any],
    licences: str = LICENCES,
) -> dict[str, Any]:
    """What a network is, what is `said` of it, its validation `figures`, licences, revision."""
    return {
        "model": model,
        "size": size,
        **said,
        "validation": {name: round(value, 4) for name, value in figures.items()},
        "licences": licences,
        "revision": revision(),
    }


def revision() -> str:
    """The git revision the training code stands at, or 'unknown' outside a checkout."""
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or "unknown"
