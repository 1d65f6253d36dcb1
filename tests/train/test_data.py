"""Examples keep a talker's opening absolute; batches are drawn alike for the same seed."""

from pathlib import Path

import numpy as np
import pytest
import torch

from talkinghead.clock import FRAME, STRIDE
from talkinghead.errors import InputError
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth
from talkinghead.train import data
from talkinghead.train.clips import (
    Example,
    examples_in,
    load_example,
    save_example,
)
from talkinghead.train.data import Batches, Ear, talkers_of
from talkinghead.train.splits import Listing, listings, split_of

REST = close_mouth(mean_face())


def example(frames: int = 60, shift: float = 0.0, talker: str = "a", seed: int = 0) -> Example:
    rng = np.random.default_rng(seed)
    points = np.repeat(REST[None], frames, axis=0)
    drop = 0.06 * (0.5 - 0.5 * np.cos(np.arange(frames) / 2))
    points[:, [65, 66, 67], 1] += drop[:, None]
    points[:, 48:68, 1] += shift
    points[:, 0:17, 1] += shift
    samples = 0.1 * rng.standard_normal(frames * FRAME) * np.repeat(drop / 0.06, FRAME)
    return Example(
        points.astype(np.float32),
        np.zeros((frames, 6), np.float32),
        samples.astype(np.float32),
        talker,
        f"folder/{seed}.mp4",
    )


def test_where_registration_put_the_mouth_does_not_matter():
    cuts = talkers_of([example(shift=0.0), example(shift=0.03, seed=1)])[0].cuts
    np.testing.assert_allclose(cuts[0].offsets, cuts[1].offsets, atol=1e-5)


def test_the_same_seed_and_step_give_the_same_batch_and_another_step_another():
    everyone = talkers_of([example(), example(talker="b", seed=1)])
    one, two = (Batches(everyone, size=3, frames=40, seed=5)(2) for _ in range(2))
    other = Batches(everyone, size=3, frames=40, seed=5)(3)
    torch.testing.assert_close(one.mel, two.mel)
    assert not torch.equal(one.mel, other.mel)
    assert one.mel.shape == (3, 160, 80)
    assert one.offsets.shape == (3, 40, 68, 3)
    assert torch.isfinite(one.mel).all()


@pytest.mark.parametrize("tempo", [0.85, 1.0, 1.18])
def test_sound_and_lips_are_hurried_together(tempo, monkeypatch):
    monkeypatch.setattr(data, "TEMPI", (tempo, tempo))
    monkeypatch.setattr(data, "distort", lambda samples, rng, others: samples)
    batch = Batches(talkers_of([example(90)]), size=1, frames=40)(0)
    loud = batch.mel[0].mean(dim=1).reshape(-1, STRIDE).mean(dim=1)
    drop = batch.offsets[0, :, 66, 1]
    assert np.corrcoef(torch.exp(2 * loud), drop)[0, 1] > 0.9


def test_some_rows_are_heard_as_a_strangers_and_rows_are_made_once(monkeypatch):
    made = []
    monkeypatch.setattr(data, "distort", lambda samples, rng, others: made.append(1) or samples)
    ear = Ear(lambda mel, _: mel, lambda wave: np.ones(256, np.float32))
    batches = Batches(talkers_of([example()]), ear, size=30, frames=20, pool=60)
    assert set(batches(0).voice.sum(dim=1).tolist()) == {0.0, 256.0}
    batches(0)
    assert len(made) == len(batches.rows)


def test_silent_examples_alone_cannot_teach():
    silent = example()
    mute = Example(silent.points, silent.pose, np.zeros(0, np.float32), "a", "x/y.mp4")
    with pytest.raises(InputError, match="sound"):
        talkers_of([mute])


def test_an_example_comes_back_as_it_was_saved(tmp_path):
    save_example(example(), tmp_path / "sub" / "one.npz")
    back = load_example(tmp_path / "sub" / "one.npz")
    np.testing.assert_array_equal(back.points, example().points)
    np.testing.assert_allclose(back.samples, example().samples, atol=1 / 32767)
    assert [e.talker for e in examples_in(tmp_path)] == ["a"]


def test_a_folder_without_examples_says_how_to_make_them(tmp_path):
    with pytest.raises(InputError, match="preprocess clips"):
        list(examples_in(tmp_path))


def test_no_talker_is_in_two_splits_and_unknown_ones_train():
    assert split_of("grid_s2") == "test"
    assert split_of("hd_05") == "validation"
    assert split_of("somebody") == "train"


def test_a_manifest_names_the_talkers_and_who_does_not_speak(tmp_path):
    manifest = tmp_path / "manifest.csv"
    assert listings(tmp_path) == {}
    manifest.write_text("path,identity\nx/one.mp4,ann\n")
    assert listings(tmp_path) == {Path("x/one.mp4"): Listing("ann")}
    manifest.write_text("path,identity,sound\nx/one.mp4,ann,music\n")
    assert not listings(tmp_path)[Path("x/one.mp4")].speech
    manifest.write_text("file,who\nx/one.mp4,ann\n")
    with pytest.raises(InputError, match="identity"):
        listings(tmp_path)
