"""What was found about hearing: figures overall and per source, beside log-mel's."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from talkinghead.evaluate.report import Figures, plain
from talkinghead.evaluate.table import grid, number
from talkinghead.types import Array

VOICE_FIGURES: dict[str, str] = {
    "phone_accuracy": "high", "phone_accuracy_speech": "high",
    "leak": "low", "leak_accuracy": "low", "leak_chance": "",
    "conversion": "high", "conversion_share": "high",
}  # fmt: skip


@dataclass(frozen=True)
class VoiceReport:
    """Figures of held-out voices; NaN, or no entry, where there is nothing to measure."""

    mean: Figures  # over all frames, segments and pairs
    by_source: Mapping[str, Figures]
    baselines: Mapping[str, Figures]  # "mel": the same probes on log-mel
    speakers: Mapping[str, int]  # held-out voices of each source
    seconds: float  # of held-out speech
    names: Sequence[str]  # of the phone classes
    confusion: Array  # (classes, classes) frames spoken, heard

    def to_dict(self) -> dict[str, Any]:
        """What `--json` prints: numbers, strings and None only."""
        return {
            "mean": plain(self.mean),
            "by_source": {name: plain(row) for name, row in self.by_source.items()},
            "baselines": {name: plain(row) for name, row in self.baselines.items()},
            "speakers": dict(self.speakers),
            "seconds": round(self.seconds, 2),
        }

    def to_json(self) -> str:
        """One JSON object; figures that are not defined are null."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def to_table(self) -> str:
        """Plain text for the terminal: figures beside log-mel's, then sources."""
        nan = float("nan")
        voices = sum(self.speakers.values())
        head = [f"{voices} held-out voices, {self.seconds / 60:.1f} minutes", "ours"]
        rows = [
            [
                name,
                *(number(row.get(name, nan)) for row in (self.mean, *self.baselines.values())),
                better,
            ]
            for name, better in VOICE_FIGURES.items()
        ]
        blocks = [grid([*head, *self.baselines, "better"], rows)]
        if len(self.by_source) > 1:
            rows = [
                [source, str(self.speakers[source])]
                + [number(row.get(name, nan)) for name in VOICE_FIGURES]
                for source, row in self.by_source.items()
            ]
            blocks.append(grid(["source", "voices", *VOICE_FIGURES], rows))
        return "\n\n".join(blocks)
