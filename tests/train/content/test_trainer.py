"""The content branch: its initial encoder, its output range, and that seeds decide a training."""

from pathlib import Path
from shutil import copy

import numpy as np
import pytest
import torch

from talkinghead.errors import InputError
from talkinghead.geometry.align import mean_face
from talkinghead.models import checkpoint
from talkinghead.models.content_branch import ContentBranch, ContentBranchSize
from talkinghead.models.content_voice import ContentVoiceModel, ContentVoiceSize
from talkinghead.models.conv_encoder import encode_mel
from talkinghead.motion.predict import sharpen
from talkinghead.sample_rates import FRAME_SAMPLES
from talkinghead.train.content import trainer
from talkinghead.train.content.features import AudioEncoder
from talkinghead.train.content.metrics import ContentValidationClip, validate
from talkinghead.train.content.trainer import (
    init_from_content_voice,
    match_motion_range,
    train_content,
)
from talkinghead.train.data.clips import Example, save_example
from talkinghead.train.data.speakers import Speaker
from talkinghead.train.data.speech import save_utterance
from talkinghead.train.loop import TrainConfig
from tests.train.examples import example, utterance

SMALL = ContentBranchSize(lstm_channels=8, conv_channels=8)


@pytest.mark.parametrize(("ratio", "kept"), [(0.8, 0.8), (1.4, 1.4), (0.1, 0.6)])
def test_an_output_is_scaled_to_the_true_range_within_limits(ratio, kept):
    torch.manual_seed(0)
    size = ContentBranchSize(input_channels=4, stride=1, lstm_channels=8, conv_channels=8)
    net = ContentBranch(size).eval()
    face = np.zeros((68, 3), np.float32)
    mel = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    with torch.inference_mode():
        raw = net(torch.from_numpy(mel)[None], torch.from_numpy(face)[None])[0].numpy()
    embedding = np.zeros(256, np.float32)
    speaker = Speaker("a", face, [])
    clip = ContentValidationClip(speaker, mel, embedding, sharpen(raw) / ratio, "folder")
    assert match_motion_range(net, [clip]) == pytest.approx(kept, rel=1e-3)
    assert validate(net, [clip])["amp"] == pytest.approx(ratio / kept, rel=1e-3)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(tmp_path):
    rng = np.random.default_rng(0)
    frames = 50
    samples = 0.1 * rng.standard_normal(frames * FRAME_SAMPLES).astype(np.float32)
    points = (mean_face() + rng.normal(0, 0.01, (frames, 68, 3))).astype(np.float32)
    clip = Example(points, np.zeros((frames, 6), np.float32), samples, "a", "folder/0.mp4")
    save_example(clip, tmp_path / "data" / "0.npz")

    def trained(name: str, seed: int) -> dict[str, torch.Tensor]:
        out = tmp_path / f"{name}.safetensors"
        config = TrainConfig(steps=2, eval_every=2, seed=seed)
        train_content(tmp_path / "data", out, tmp_path / name, config, size=SMALL, batch_size=2)
        return checkpoint.read_tensors(out)

    first, second, other = trained("first", 1), trained("second", 1), trained("other", 2)
    for name, value in first.items():
        torch.testing.assert_close(second[name], value, rtol=0, atol=0)
    assert not torch.equal(other["lstm.weight_ih_l0"], first["lstm.weight_ih_l0"])


def test_a_training_goes_on_from_another_branch(tmp_path):
    save_example(example(), tmp_path / "data" / "0.npz")
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    config = TrainConfig(steps=1, eval_every=1)
    train_content(tmp_path / "data", first, tmp_path / "1", config, size=SMALL, batch_size=1)
    still = TrainConfig(steps=1, eval_every=1, lr=1e-12)
    train_content(
        tmp_path / "data", second, tmp_path / "2", still, batch_size=1, initial_weights=first
    )
    assert checkpoint.read_card(second)["initial_weights"] == checkpoint.identity(first)
    started, trained = (
        checkpoint.read_tensors(path)["lstm.weight_ih_l0"] for path in (first, second)
    )
    torch.testing.assert_close(trained, started, atol=1e-3, rtol=0)


def test_teachers_without_speech_to_label_are_refused(tmp_path):
    with pytest.raises(InputError, match="audio-only speakers"):
        train_content(tmp_path, tmp_path / "x", tmp_path, TrainConfig(), teachers=[tmp_path / "t"])


def test_speech_without_a_content_voice_model_is_refused(tmp_path):
    with pytest.raises(InputError, match="need a content-voice model"):
        train_content(tmp_path, tmp_path / "x", tmp_path, TrainConfig(), speech=tmp_path)


def test_the_encoder_starts_as_the_content_voice_models_and_learns_from_both_outputs():
    torch.manual_seed(0)
    voice = ContentVoiceModel(ContentVoiceSize(conv_channels=16, code_channels=8)).eval()
    net = init_from_content_voice(voice, SMALL).train()
    mel, speaker = torch.randn(2, 40, 80), torch.randn(2, 256)
    features = net.encode(mel, speaker)
    torch.testing.assert_close(net.eval().encode(mel, speaker), voice.encode(mel, speaker))
    for output in net.branch_outputs(features, torch.zeros(2, 68, 3)):
        net.zero_grad()
        output.square().sum().backward(retain_graph=True)
        assert all(p.grad is not None and p.grad.any() for p in net.encoder.parameters())


def test_the_encoder_keeps_the_batch_norm_statistics_of_the_content_voice_model():
    voice = ContentVoiceModel(ContentVoiceSize(conv_channels=16, code_channels=8))
    net = init_from_content_voice(voice, SMALL)
    before = {name: value.clone() for name, value in net.encoder.named_buffers()}
    net.train().encode(torch.randn(2, 40, 80) + 3, torch.randn(2, 256))
    for name, value in net.encoder.named_buffers():
        torch.testing.assert_close(value, before[name])


def test_audio_only_speakers_join_a_training_labelled_by_a_rule_or_by_teachers(
    tmp_path, monkeypatch
):
    size = ContentVoiceSize(conv_channels=16, code_channels=8)
    voice = ContentVoiceModel(size).eval()
    path, out = tmp_path / "voice.safetensors", tmp_path / "content.safetensors"
    checkpoint.save(voice, path, {"model": "content-voice model", "size": size.as_dict()})
    encoder = AudioEncoder(
        lambda mel, speaker: encode_mel(voice, mel, speaker),
        lambda wave: np.ones(256, np.float32) / 16,
    )
    monkeypatch.setattr(trainer, "content_voice_encoder", lambda path, device: encoder)
    for seed, name in enumerate(("a", "b", "hd_05")):
        save_example(example(speaker=name, seed=seed), tmp_path / "data" / f"{name}.npz")
    for seed, name in enumerate(("flite/slt", "flite/awb", "flite/rms")):  # flite/rms: tests only
        save_utterance(utterance(seed, name), tmp_path / "speech" / "flite" / f"{seed}.npz")
    teachers: list[Path] = []
    for number in range(2):
        metrics = train_content(
            tmp_path / "data", out, tmp_path / f"run{number}", TrainConfig(steps=1, eval_every=1),
            content_voice=path, speech=tmp_path / "speech", teachers=teachers, size=SMALL,
            batch_size=2,
        )  # fmt: skip
        card = checkpoint.read_card(out)
        assert card["audio_only_speakers"] == 2
        assert card["content_voice_model"] == checkpoint.identity(path)
        assert card["teachers"] == [checkpoint.identity(teacher) for teacher in teachers]
        assert card["validation_speakers"] == ["hd_05"]
        assert card["metrics"]["score"] == pytest.approx(metrics["score"], abs=1e-4)
        teachers = [tmp_path / "teacher.safetensors"]
        for suffix in (".safetensors", ".json"):
            copy(out.with_suffix(suffix), teachers[0].with_suffix(suffix))
