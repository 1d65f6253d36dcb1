"""A model card says what a network was trained on, and how."""

import torch

from talkinghead.models import checkpoint
from talkinghead.models.translator import Translator, TranslatorSize
from talkinghead.train import model_card
from talkinghead.train.loop import TrainConfig


def save(path):
    size = TranslatorSize(16, 4)
    torch.manual_seed(0)
    model_card.save_model(
        Translator(size), path, "translator", size, TrainConfig(steps=7),
        settings={"batch_size": 3}, description={"training_pairs": {"someone": 6}},
        metrics={"score": 0.123456},
    )  # fmt: skip


def test_a_card_has_size_training_metrics_and_licences(tmp_path):
    save(tmp_path / "translator.safetensors")
    card = checkpoint.read_card(tmp_path / "translator.safetensors")
    assert card["model"] == "translator"
    assert card["size"] == {"side": 16, "base_channels": 4}
    assert card["training"]["steps"] == 7
    assert card["training"]["batch_size"] == 3
    assert card["training_pairs"] == {"someone": 6}
    assert card["metrics"] == {"score": 0.1235}
    assert "CC BY" in card["data_licences"]
    assert card["revision"] == model_card.git_revision()


def test_only_the_main_process_writes(tmp_path, monkeypatch):
    monkeypatch.setattr(model_card, "is_main_process", lambda: False)
    save(tmp_path / "translator.safetensors")
    assert list(tmp_path.iterdir()) == []
