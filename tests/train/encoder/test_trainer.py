"""The audio encoder is distilled from teacher features, and a content branch starts from it."""

import numpy as np
import pytest
import torch

from talkinghead.errors import InputError
from talkinghead.models import checkpoint
from talkinghead.models.content_voice import ContentVoiceModel
from talkinghead.sample_rates import RATE
from talkinghead.train.content.trainer import init_from_content_voice, train_content
from talkinghead.train.data.teacher_features import (
    TaughtRecording,
    read_recordings,
    save_recording,
)
from talkinghead.train.encoder.batches import EncoderBatches
from talkinghead.train.encoder.trainer import load_audio_encoder, train_encoder
from talkinghead.train.labels.teacher import TEACHER_CHANNELS, TEACHER_FPS
from talkinghead.train.loop import TrainConfig


def recording(seed: int, seconds: float = 2.0) -> TaughtRecording:
    rng = np.random.default_rng(seed)
    samples = 0.1 * rng.standard_normal(int(seconds * RATE))
    features = rng.standard_normal((int(seconds * TEACHER_FPS), TEACHER_CHANNELS))
    embedding = np.full(256, 1 / 16, np.float32)
    return TaughtRecording(
        samples.astype(np.float32), features.astype(np.float16), embedding, f"speaker{seed}",
        f"speech/{seed}",
    )  # fmt: skip


def test_a_trained_encoder_is_what_a_content_branch_starts_from(tmp_path):
    for seed in range(2):
        save_recording(recording(seed), tmp_path / "data" / f"{seed}.npz")
    out = tmp_path / "encoder.safetensors"
    metrics = train_encoder(
        tmp_path / "data", out, tmp_path / "run", TrainConfig(steps=1, eval_every=1), batch_size=1
    )
    assert metrics["score"] < 1
    assert "Whisper" in checkpoint.read_card(out)["data_licences"]
    encoder = load_audio_encoder(out)
    branch = init_from_content_voice(ContentVoiceModel(), encoder=encoder)
    assert branch.encoder is not None
    for name, value in encoder.state_dict().items():
        assert torch.equal(branch.encoder.state_dict()[name], value)


def test_stored_recordings_are_read_back(tmp_path):
    stored = recording(3)
    save_recording(stored, tmp_path / "3.npz")
    (read,) = read_recordings(tmp_path)
    np.testing.assert_allclose(read.samples, stored.samples, atol=1e-4)
    np.testing.assert_array_equal(read.features, stored.features)
    assert (read.speaker, read.source) == (stored.speaker, stored.source)


def test_frames_beyond_the_end_of_a_recording_do_not_count():
    batch = EncoderBatches([recording(0, 1.0)], size=2, frames=300)(0)
    assert batch.mel.shape == (2, 300, 80)
    assert batch.teacher.shape == (2, 150, TEACHER_CHANNELS)
    assert batch.mask.sum(dim=1).tolist() == [TEACHER_FPS, TEACHER_FPS]


def test_an_encoder_without_a_content_voice_model_is_refused(tmp_path):
    with pytest.raises(InputError, match="--voice"):
        train_content(
            tmp_path, tmp_path / "out.safetensors", tmp_path / "run", TrainConfig(),
            encoder_weights=tmp_path / "encoder.safetensors",
        )  # fmt: skip
