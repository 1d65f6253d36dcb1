"""Misses and false alarms of the voice detector are shares of what is certain."""

import numpy as np
import pytest
import torch

from talkinghead.models.voice_detector import VoiceDetector
from talkinghead.train.vad.batches import DetectorBatch
from talkinghead.train.vad.metrics import validate


class EchoDetector(VoiceDetector):
    """A detector whose log-odds are the first band of the log-mel."""

    def forward(self, mel: torch.Tensor) -> torch.Tensor:
        return 20 * mel[:, ::2, 0] - 10


def test_misses_and_false_alarms_are_shares_of_what_is_certain() -> None:
    said = np.repeat(np.array([[1, 1, 0, 0], [1, 0, 0, 0]], np.float32), 2, axis=1)
    truth = np.array([[1, 1, 1, 0], [0, 0, 0, 0]], np.float32)
    mask = np.array([[1, 1, 1, 0], [1, 1, 1, 1]], np.float32)
    mel = np.repeat(said[..., None], 80, axis=2)
    metrics = validate(
        EchoDetector(), DetectorBatch(*(torch.from_numpy(x) for x in (mel, truth, mask)))
    )
    assert metrics["miss"] == pytest.approx(1 / 3)
    assert metrics["false_alarm"] == pytest.approx(1 / 4)
    assert metrics["false_rows"] == 1
    assert metrics["score"] == pytest.approx(1 - (1 / 3 + 1 / 4) / 2)
