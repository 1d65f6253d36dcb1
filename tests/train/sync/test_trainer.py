"""SyncNet learns, resumes, and leaves weights that load."""

import json

from talkinghead.models.syncnet import SyncNetSize
from talkinghead.sync.score import load_syncnet
from talkinghead.train.data.mouth_crops import save_mouth_clip
from talkinghead.train.loop import TrainConfig
from talkinghead.train.sync.batches import full_clip
from talkinghead.train.sync.trainer import train_sync
from tests.train.examples import mouth_clip

SMALL = SyncNetSize(side=16, face_channels=3, audio_channels=3, embedding_channels=8)


def test_training_learns_resumes_and_leaves_a_syncnet_that_loads(tmp_path):
    data = tmp_path / "data"
    for seed, speaker in enumerate(("someone", "other", "hd_05", "hd_02")):  # hd_02: tests only
        save_mouth_clip(mouth_clip(speaker, 60, seed), data / f"{speaker}.npz")
    out, run = tmp_path / "sync.safetensors", tmp_path / "run"
    reports = []

    def report(step, total, metrics):
        reports.append(metrics)

    config = TrainConfig(steps=40, lr=6e-3, warm_up_steps=2, ema_decay=0.5, eval_every=20)
    settings = {"size": SMALL, "batch_size": 4, "workers": 0, "report": report}
    metrics = train_sync(data, out, run, config, **settings)
    assert metrics["accuracy"] == 1
    assert metrics["margin"] > 2
    card = json.loads(out.with_suffix(".json").read_text())
    assert card["training_frames"] == {"other": 60, "someone": 60}
    assert card["validation_speakers"] == ["hd_05"]
    crops, mel = full_clip(mouth_clip("hd_05", 60, 2), 16)
    syncnet = load_syncnet(out)
    assert syncnet.embed_faces(crops).shape == syncnet.embed_audio(mel).shape
    count = len(reports)
    assert train_sync(data, out, run, config, **settings) == metrics
    assert len(reports) == count
