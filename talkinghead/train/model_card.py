"""The model card that a training writes next to its weights."""

import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from torch import nn

from talkinghead.models import checkpoint
from talkinghead.train.distributed import is_main_process

if TYPE_CHECKING:
    from talkinghead.train.loop import TrainConfig

TALKING_CLIP_LICENCES = (
    "GRID corpus: CC BY 4.0 (Cooke, Barker, Cunningham, Shao 2006); all other talking clips: "
    "research only, used for training and measurement, no frame redistributed"
)

RESEARCH_ONLY = "research only"  # class of licence of data that may not be used in products
OPEN_DATA = "CC BY 4.0 and synthetic"  # class of licence of data for any use


class Size(Protocol):
    """The hyperparameters that rebuild a network."""

    def as_dict(self) -> dict[str, int]:
        """The fields as plain numbers."""


def save_model(
    net: nn.Module,
    path: Path,
    model: str,
    size: Size,
    config: "TrainConfig",
    *,
    settings: Mapping[str, Any],
    description: Mapping[str, Any],
    metrics: Mapping[str, float],
    licences: str = TALKING_CLIP_LICENCES,
    licence_class: str = RESEARCH_ONLY,
) -> None:
    """Write weights and their card; with several processes, the main one does.

    `settings` are hyperparameters that are not in `config`; `description` says what
    the network takes and gives and what it was trained on; `metrics` are those of validation.
    Raises OutputError.
    """
    card = {
        "model": model,
        "size": size.as_dict(),
        **description,
        "training": asdict(config) | dict(settings),
        "metrics": {name: round(value, 4) for name, value in metrics.items()},
        "data_licences": licences,
        "licence_class": licence_class,
        "revision": git_revision(),
    }
    if is_main_process():
        checkpoint.save(net, path, card)


def git_revision() -> str:
    """The git revision of the training code, or `unknown` outside a checkout."""
    result = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout.strip() or "unknown"
