"""What every model card of a training says: licences of the clips, and the code's revision."""

import subprocess
from pathlib import Path

LICENCES = (
    "GRID corpus: CC BY 4.0 (Cooke, Barker, Cunningham, Shao 2006); all other talking clips: "
    "research only, used for training and measurement, no frame redistributed"
)


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
