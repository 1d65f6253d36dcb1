"""The content-voice model is trained from a folder of utterances."""

from talkinghead.models import checkpoint
from talkinghead.models.content_voice import ContentVoiceModel, ContentVoiceSize
from talkinghead.train.data.speech import save_utterance
from talkinghead.train.loop import TrainConfig
from talkinghead.train.voice.trainer import train_voice
from tests.train.examples import utterance

SMALL = ContentVoiceSize(conv_channels=32, code_channels=8)


def test_training_writes_weights_a_card_and_metrics(tmp_path):
    for seed in range(3):
        save_utterance(utterance(seed), tmp_path / "data" / "flite" / f"{seed}.npz")
    out = tmp_path / "voice.safetensors"
    config = TrainConfig(steps=2, eval_every=1)
    metrics = train_voice(
        tmp_path / "data", out, tmp_path / "run", config, size=SMALL, batch_size=2
    )
    card = checkpoint.read_card(out)
    assert card["training_speakers"] == 1
    assert "CC BY 4.0" in card["data_licences"]
    assert 0 <= metrics["score"] <= 1
    checkpoint.load(ContentVoiceModel(ContentVoiceSize(**card["size"])), out)
