"""The voice detector is trained from a folder of utterances."""

from pathlib import Path

import pytest

from talkinghead.models import checkpoint
from talkinghead.models.voice_detector import VoiceDetectorSize
from talkinghead.speech.vad import load_voice_detector
from talkinghead.train.data.speech import save_utterance
from talkinghead.train.loop import TrainConfig
from talkinghead.train.vad import trainer
from talkinghead.train.vad.batches import DetectorBatches
from tests.train.examples import utterance


class SmallBatches(DetectorBatches):
    """Rows of a second, of few voices and backgrounds."""

    def __init__(self, *data: object, **settings: int) -> None:
        super().__init__(*data, frames=100, voices=2, backgrounds=2, **settings)  # type: ignore[arg-type]


def test_training_writes_weights_a_card_and_metrics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "DetectorBatches", SmallBatches)
    monkeypatch.setattr(trainer, "VALIDATION_ROWS", 4)
    save_utterance(utterance(0), tmp_path / "data" / "flite" / "0.npz")
    out = tmp_path / "vad.safetensors"
    metrics = trainer.train_vad(
        tmp_path / "data", out, tmp_path / "run", TrainConfig(steps=2, eval_every=1),
        size=VoiceDetectorSize(channels=8), batch_size=2,
    )  # fmt: skip
    card = checkpoint.read_card(out)
    assert card["training_speakers"] == 1
    assert card["licence_class"] == "CC BY 4.0 and synthetic"
    assert 0 <= metrics["score"] <= 1
    assert load_voice_detector(tmp_path) is not None
