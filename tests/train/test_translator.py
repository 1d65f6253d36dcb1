"""Laws of the translator's pairs, losses and critic; and that it learns."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal
from torch.nn import functional

from talkinghead import weights
from talkinghead.errors import InputError
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import INNER_LOWER, LOWER_LIP_OUTER
from talkinghead.render.translator import Translator, TranslatorSize
from talkinghead.train import pairs as making
from talkinghead.train.critics_image import ImageCritic, taken_for_real, told_apart, unlike
from talkinghead.train.loop import Plan
from talkinghead.train.paintings import every_pair, mirrored, recoloured, scenes
from talkinghead.train.pairs import Pairs, pairs_in, pairs_of_clip, save_pairs
from talkinghead.train.translator import (
    edges_apart,
    laplacian,
    painting_losses,
    texture_apart,
    tones_apart,
    train_translator,
)
from talkinghead.types import Footage

SIDE = 16


def some_pairs(rng, talker="someone", count=6):
    """Squares with a dark mouth in the truth that the warp has not opened."""
    room = SIDE + 4
    before = mean_face()[:, :2] * room / 0.62 + [room / 2, 0]
    before = before - [0, before[48:68, 1].mean() - room / 2]
    now = before.copy()
    now[[*INNER_LOWER, *LOWER_LIP_OUTER], 1] += 4
    skin = rng.integers(150, 170, size=(count, room, room, 3), dtype=np.uint8)
    truth = skin.copy()
    truth[:, 8:14, 6:14] = 20
    return Pairs(
        skin[:1],
        before[None].astype(np.float32),
        np.zeros(count, int),
        skin,
        truth,
        np.repeat(now[None], count, 0).astype(np.float32),
        talker,
    )


@pytest.fixture
def batch(rng):
    return scenes(every_pair([some_pairs(rng)]), SIDE)


def test_pairs_come_back_as_they_were_saved(rng, tmp_path):
    saved = some_pairs(rng)
    save_pairs(saved, tmp_path / "clip.npz")
    (loaded,) = pairs_in(tmp_path)
    for name, value in vars(saved).items():
        assert_array_equal(getattr(loaded, name), value)


def test_no_pairs_is_an_error_that_says_how_to_make_them(tmp_path):
    with pytest.raises(InputError, match="preprocess pairs"):
        list(pairs_in(tmp_path))


class Detector:
    """Finds a mouth that opens with each frame."""

    def follow(self, frames):
        points = np.array(mean_face()) * 60 + [60, 50, 0]
        track = np.repeat(points[None], len(frames), 0)
        track[:, [*INNER_LOWER, *LOWER_LIP_OUTER], 1] += np.arange(len(frames))[:, None]
        return track.astype(np.float32)


def test_pairs_of_a_clip_are_of_different_frames_of_it(rng, monkeypatch, tmp_path):
    frames = rng.integers(60, 200, size=(20, 120, 120, 3), dtype=np.uint8)
    monkeypatch.setattr(making, "read_video", lambda path, max_frames: Footage(frames, 25.0, None))
    pairs = pairs_of_clip(tmp_path / "a.mp4", Detector(), "someone", 12, 32)
    assert len(pairs) == 16
    assert pairs.sources.shape[1:] == pairs.targets.shape[1:]
    assert pairs.warped.shape == pairs.targets.shape
    openings = pairs.now[:, 66, 1] - pairs.now[:, 62, 1]
    assert np.ptp(openings) > 3
    assert (pairs.now != pairs.before[pairs.which]).any(axis=(1, 2)).all()


def test_test_talkers_are_passed_over(tmp_path):
    for name in ("hd_02", "someone"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "clip.mp4").touch()
    jobs = making._orders(tmp_path, tmp_path / "out", 96)
    assert [job.talker for job in jobs] == ["someone"]


def test_mirroring_twice_is_nothing(rng):
    points = rng.normal(size=(68, 2))
    np.testing.assert_allclose(mirrored(mirrored(points, 9), 9), points)


def test_what_is_alike_stays_alike_when_recoloured(rng):
    picture = rng.integers(0, 256, size=(8, 8, 3), dtype=np.uint8)
    for _ in range(12):
        first, second = recoloured([picture, picture.copy()], rng)
        assert_array_equal(first, second)
        assert first.dtype == np.uint8


def test_the_truth_costs_nothing(batch):
    for name, value in painting_losses(batch.truth, batch).items():
        assert float(value) == pytest.approx(0, abs=1e-6), name


def test_what_may_not_be_painted_does_not_count(batch):
    closed = replace(batch, area=torch.zeros_like(batch.area))
    assert all(float(loss) == 0 for loss in painting_losses(batch.warped, closed).values())


def test_texture_prefers_detail_beside_its_place_to_none():
    rows = torch.arange(32) % 8 < 4
    truth = rows.float()[None, None, :, None].expand(1, 3, 32, 32)
    everywhere = torch.ones(1, 1, 32, 32)
    beside, blurred = truth.roll(1, dims=2), functional.avg_pool2d(truth, 9, 1, 4)
    assert texture_apart(beside, truth, everywhere) < texture_apart(blurred, truth, everywhere) / 2
    assert edges_apart(truth, truth, everywhere, 0 * everywhere) == 0
    in_mouth, beside_it = (edges_apart(beside, truth, everywhere, m * everywhere) for m in (1, 0))
    assert in_mouth < beside_it
    assert laplacian(torch.full((1, 3, 8, 8), 0.3)).abs().max() < 1e-6


def test_tones_are_the_same_wherever_they_lie_and_grey_is_neither():
    half = (torch.arange(16) < 8).float()[None, None, :, None].expand(1, 3, 16, 16)
    everywhere = torch.ones(1, 1, 16, 16)
    assert tones_apart(half.flip(2), half, everywhere, everywhere) == 0
    grey = torch.full_like(half, 0.5)
    assert tones_apart(grey, half, everywhere, everywhere) == pytest.approx(0.5)
    assert tones_apart(grey, half, everywhere, 0 * everywhere) == 0


def test_a_critic_learns_to_tell_and_a_translator_to_please(batch):
    torch.manual_seed(0)
    critic = ImageCritic(4)
    condition = torch.cat([batch.seen[:, 3:6], batch.seen[:, 9:11]], dim=1)
    adam = torch.optim.Adam(critic.parameters(), 3e-3)

    def judged():
        return critic(batch.truth, condition), critic(batch.warped, condition)

    (real, _), (made, features) = judged()
    before = told_apart(real, made, batch.area).item()
    for _ in range(16):
        (real, _), (made, _) = judged()
        loss = told_apart(real, made, batch.area)
        adam.zero_grad()
        loss.backward()
        adam.step()
    (real, of_real), (made, of_made) = judged()
    assert told_apart(real, made, batch.area).item() < 0.8 * before
    assert taken_for_real(real, batch.area) < taken_for_real(made, batch.area)
    assert unlike(of_real, of_real, batch.area) == 0 < unlike(of_made, of_real, batch.area)
    assert len(features) == 4


def test_training_learns_goes_on_and_leaves_a_translator_that_loads(rng, tmp_path):
    data = tmp_path / "data"
    save_pairs(some_pairs(rng, "someone"), data / "a.npz")
    save_pairs(some_pairs(rng, "hd_05"), data / "b.npz")
    save_pairs(some_pairs(rng, "hd_02"), data / "c.npz")  # a talker for tests only
    out, run = tmp_path / "translator.safetensors", tmp_path / "run"
    seen = []

    def report(step, total, figures):
        seen.append((step, total, figures))

    plan = Plan(steps=24, rate=8e-3, warm_up=2, average=0.7, every=30)
    settings = {"size": TranslatorSize(SIDE, 4), "batch": 4, "report": report}
    figures = train_translator(data, out, run, plan, **settings)
    assert figures["paint psnr"] > figures["warp psnr"] + 0.3
    assert seen[-1][:2] == (24, 24)
    assert (run / "critic" / "samples.png").stat().st_size > 0
    card = json.loads(out.with_suffix(".json").read_text())
    assert card["pairs"] == {"someone": 6}
    assert card["validation talkers"] == ["hd_05"]
    weights.load(Translator(TranslatorSize(**card["size"])), out)
    count = len(seen)
    again = train_translator(data, out, run, plan, **settings)
    assert len(seen) == count
    assert again["paint psnr"] == pytest.approx(figures["paint psnr"], abs=1e-4)
