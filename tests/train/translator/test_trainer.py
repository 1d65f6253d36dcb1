"""The translator learns, resumes, and leaves weights that load."""

import json

import pytest

from talkinghead.errors import InputError, WeightsError
from talkinghead.models import checkpoint
from talkinghead.models.translator import Translator, TranslatorSize
from talkinghead.train.data.frame_pairs import save_frame_pairs
from talkinghead.train.loop import TrainConfig
from talkinghead.train.translator.trainer import train_translator
from tests.train.examples import CROP_SIDE, frame_pairs

SMALL = TranslatorSize(CROP_SIDE, 4)


@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_the_reconstruction_share_is_between_0_and_1(tmp_path, share):
    with pytest.raises(InputError, match="reconstruction-share is a share of the steps, 0 to 1"):
        train_translator(
            tmp_path, tmp_path / "t.safetensors", tmp_path, TrainConfig(),
            reconstruction_share=share,
        )  # fmt: skip


def test_a_missing_syncnet_is_reported_before_any_step(rng, tmp_path):
    save_frame_pairs(frame_pairs(rng), tmp_path / "data" / "a.npz")
    out, run, missing = (tmp_path / name for name in ("net.safetensors", "run", "sync.safetensors"))
    with pytest.raises(WeightsError, match=r"sync\.safetensors: no such weights"):
        train_translator(
            tmp_path / "data", out, run, TrainConfig(steps=2), size=SMALL, sync=missing
        )
    assert not run.exists()


def test_crops_that_are_too_small_are_refused(rng, tmp_path):
    save_frame_pairs(frame_pairs(rng), tmp_path / "data" / "a.npz")
    with pytest.raises(InputError, match="preprocess frame-pairs --side 32"):
        train_translator(
            tmp_path / "data", tmp_path / "t.safetensors", tmp_path / "run", TrainConfig(steps=2),
            size=TranslatorSize(32, 4),
        )  # fmt: skip


def test_training_learns_resumes_and_leaves_a_translator_that_loads(rng, tmp_path):
    data = tmp_path / "data"
    save_frame_pairs(frame_pairs(rng, "someone"), data / "a.npz")
    save_frame_pairs(frame_pairs(rng, "hd_05"), data / "b.npz")
    save_frame_pairs(frame_pairs(rng, "hd_02"), data / "c.npz")  # a test speaker
    out, run = tmp_path / "translator.safetensors", tmp_path / "run"
    reports = []

    def report(step, total, metrics):
        reports.append((step, total, metrics))

    config = TrainConfig(steps=30, lr=4e-3, warm_up_steps=2, ema_decay=0.7, eval_every=30)
    settings = {"size": SMALL, "batch_size": 4, "report": report}
    metrics = train_translator(data, out, run, config, **settings)
    assert metrics["rendered psnr"] > metrics["warp psnr"] + 0.3
    assert reports[-1][:2] == (30, 30)
    assert (run / "adversarial" / "samples.png").stat().st_size > 0
    card = json.loads(out.with_suffix(".json").read_text())
    assert card["training_pairs"] == {"someone": 6}
    assert card["validation_speakers"] == ["hd_05"]
    checkpoint.load(Translator(TranslatorSize(**card["size"])), out)
    count = len(reports)
    again = train_translator(data, out, run, config, **settings)
    assert len(reports) == count
    assert again["rendered psnr"] == pytest.approx(metrics["rendered psnr"], abs=1e-4)
