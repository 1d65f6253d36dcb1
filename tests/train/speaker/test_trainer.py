"""The training of the speaker branch resumes, and takes content or log-mel."""

import contextlib
from dataclasses import replace

import numpy as np
import pytest

from talkinghead.models import checkpoint
from talkinghead.train.data.clips import save_example
from talkinghead.train.loop import TrainConfig
from talkinghead.train.speaker import trainer
from tests.train.examples import SPEAKER_SIZE, example, recordings


def run(folder, steps: int, report=None) -> None:
    config = TrainConfig(steps=steps, eval_every=2, warm_up_steps=1)
    clips = recordings()
    trainer.fit(
        clips[:6], clips[6:], folder / "speaker.safetensors", folder / "run", config,
        size=SPEAKER_SIZE, batch_size=4, report=report,
    )  # fmt: skip


def test_a_killed_run_ends_like_one_that_was_not(tmp_path, monkeypatch):
    monkeypatch.setattr("talkinghead.train.loop.append_to_log", lambda *_: None)  # plots are slow

    def kill(step, *_):
        if step == 2:
            raise KeyboardInterrupt

    run(tmp_path / "whole", 4)
    with contextlib.suppress(KeyboardInterrupt):
        run(tmp_path / "killed", 4, kill)
    run(tmp_path / "killed", 4)
    whole, killed = (tmp_path / name / "speaker.safetensors" for name in ("whole", "killed"))
    assert whole.read_bytes() == killed.read_bytes()


def test_the_input_is_log_mel_without_a_content_voice_model(tmp_path, monkeypatch):
    embedding = np.ones(256, np.float32) / 16
    monkeypatch.setattr(trainer, "SpeakerEncoder", lambda device: lambda wave: embedding)
    for seed, name in enumerate(("a", "b", "hd_05", "hd_02")):  # hd_02: tests only
        rng = np.random.default_rng(seed)
        pose = rng.normal(size=(60, 6)).cumsum(axis=0).astype(np.float32)
        clip = replace(example(speaker=name, seed=seed), pose=pose)
        save_example(clip, tmp_path / "data" / f"{name}.npz")
    out = tmp_path / "speaker.safetensors"
    metrics = trainer.train_speaker(
        tmp_path / "data", out, tmp_path / "run", TrainConfig(steps=1, eval_every=1), batch_size=4
    )
    card = checkpoint.read_card(out)
    assert card["size"]["content_channels"] == 80
    assert card["size"]["stride"] == 4
    assert card["content_voice_model"] is None
    assert card["training_frames"] == {"a": 60, "b": 60}
    assert card["validation_speakers"] == ["hd_05"]
    assert card["metrics"]["score"] == pytest.approx(metrics["score"], abs=1e-4)
