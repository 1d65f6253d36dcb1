"""Laws of the translator's pairs, losses and critic; and that it learns."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal
from torch.nn import functional

from talkinghead import weights
from talkinghead.errors import InputError, WeightsError
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import INNER_LOWER, OUTER_LOWER
from talkinghead.render.paint import LIPS, PORTRAIT
from talkinghead.render.translator import Translator, TranslatorSize
from talkinghead.speech.mel import BANDS
from talkinghead.sync.net import HEARD, SyncExpert, SyncSize
from talkinghead.train import pairing
from talkinghead.train import pairs as making
from talkinghead.train.augment_squares import Chance, mirrored
from talkinghead.train.critics_image import ImageCritic, taken_for_real, told_apart, unlike
from talkinghead.train.critics_sequence import OUTLINES, SequenceCritic, jerks
from talkinghead.train.duel import Critics, Duel
from talkinghead.train.likeness import (
    edges_apart,
    folds,
    laplacian,
    nearness,
    painting_losses,
    texture_apart,
    tones_apart,
)
from talkinghead.train.loop import Plan
from talkinghead.train.paintings import (
    RunBatches,
    SceneBatches,
    every_pair,
    every_run,
    scenes,
)
from talkinghead.train.pairs import TOGETHER, Pairs, pairs_in, pairs_of_clip, save_pairs
from talkinghead.train.translator import train_translator
from talkinghead.types import Footage, Waveform

SIDE = 16


def some_pairs(rng, talker="someone", count=6):
    """Squares with a dark mouth in the truth that the warp has not opened."""
    room = SIDE + 4
    before = mean_face()[:, :2] * room / 0.62 + [room / 2, 0]
    before = before - [0, before[48:68, 1].mean() - room / 2]
    now = before.copy()
    now[[*INNER_LOWER, *OUTER_LOWER], 1] += 4
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
        track[:, [*INNER_LOWER, *OUTER_LOWER], 1] += np.arange(len(frames))[:, None]
        return track.astype(np.float32)


def test_pairs_of_a_clip_are_of_different_frames_of_it(rng, monkeypatch, tmp_path):
    frames = rng.integers(60, 200, size=(20, 120, 120, 3), dtype=np.uint8)
    monkeypatch.setattr(making, "read_video", lambda path, max_frames: Footage(frames, 25.0, None))
    pairs = pairs_of_clip(tmp_path / "a.mp4", Detector(), "someone", 12, 32)
    assert len(pairs) == 16 + pairs.runs.size
    assert pairs.sources.shape[1:] == pairs.targets.shape[1:]
    assert pairs.warped.shape == pairs.targets.shape
    openings = pairs.now[:, 66, 1] - pairs.now[:, 62, 1]
    assert np.ptp(openings) > 3
    assert (pairs.now != pairs.before[pairs.which]).any(axis=(1, 2)).all()


def test_test_talkers_are_passed_over(tmp_path):
    for name in ("hd_02", "someone"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "clip.mp4").touch()
    jobs = pairing._orders(tmp_path, tmp_path / "out", 96)
    assert [job.talker for job in jobs] == ["someone"]


def test_mirroring_twice_is_nothing(rng):
    points = rng.normal(size=(68, 2))
    np.testing.assert_allclose(mirrored(mirrored(points, 9), 9), points)


def test_what_is_alike_stays_alike_when_recoloured(rng):
    picture = rng.integers(0, 256, size=(8, 8, 3), dtype=np.uint8)
    for _ in range(12):
        chance = Chance.drawn(0, rng)
        (first, second), _ = chance.upon([picture, picture.copy()], [], 8)
        assert_array_equal(first, second)
        assert first.dtype == np.uint8


def test_the_truth_costs_nothing(batch):
    for name, value in painting_losses(batch.truth, batch).items():
        assert float(value) == pytest.approx(0, abs=1e-6), name


def test_what_may_not_be_painted_does_not_count(batch):
    nothing = {name: torch.zeros_like(getattr(batch, name)) for name in ("room", "area")}
    closed = replace(batch, **nothing)
    assert all(float(loss) == 0 for loss in painting_losses(batch.warped, closed).values())


def test_texture_prefers_detail_beside_its_place_to_none():
    rows = torch.arange(32) % 8 < 4
    truth = rows.float()[None, None, :, None].expand(1, 3, 32, 32)
    everywhere = torch.ones(1, 1, 32, 32)
    beside, blurred = truth.roll(1, dims=2), functional.avg_pool2d(truth, 9, 1, 4)
    assert texture_apart(beside, truth, everywhere) < texture_apart(blurred, truth, everywhere) / 2
    assert edges_apart(truth, truth, everywhere, 0 * everywhere) == 0
    left = (torch.arange(32) < 16).float().expand(1, 1, 32, 32)
    off = torch.where(left > 0, beside, truth)
    in_mouth, beside_it = (edges_apart(off, truth, everywhere, m) for m in (left, 1 - left))
    assert in_mouth < beside_it
    assert laplacian(torch.full((1, 3, 8, 8), 0.3)).abs().max() < 1e-6


def test_tones_are_the_same_wherever_they_lie_and_grey_is_neither():
    half = (torch.arange(16) < 8).float()[None, None, :, None].expand(1, 3, 16, 16)
    everywhere = torch.ones(1, 1, 16, 16)
    assert tones_apart(half.flip(2), half, everywhere, everywhere) == 0
    grey = torch.full_like(half, 0.5)
    assert tones_apart(grey, half, everywhere, everywhere) == pytest.approx(0.5)
    assert tones_apart(grey, half, everywhere, 0 * everywhere) == 0


def test_nearness_is_told_in_decibels_of_each_square():
    truth = torch.zeros(2, 3, 16, 16)
    off = torch.stack([torch.full((3, 16, 16), value) for value in (0.1, 0.4)])
    box = torch.ones(2, 1, 16, 16)

    def near(scale):
        return nearness(scale * off, truth, box).item()

    assert near(1.0) - near(0.5) == pytest.approx(np.log(4), abs=0.05)
    assert near(0.0) == 0


def test_a_flow_that_moves_all_alike_has_no_folds():
    assert folds(torch.full((1, 2, 8, 8), 3.0)) == 0 < folds(torch.randn(1, 2, 8, 8))


def some_runs(rng, talker="someone"):
    """Pairs of which five follow one another, heard and unheard."""
    pairs = some_pairs(rng, talker)
    mel = np.zeros((2, HEARD, BANDS), np.float16)
    mel[1] = np.nan
    return replace(pairs, runs=np.array([range(TOGETHER), range(1, TOGETHER + 1)]), mel=mel)


def test_frames_of_a_run_share_their_chance(rng):
    runs = every_run([some_runs(rng)])
    for step in range(4):
        drawn = RunBatches(runs, SIDE, size=3, seed=0)(step)
        warped = drawn.scenes.warped.unflatten(0, (3, TOGETHER))
        assert drawn.mel.shape == (3, HEARD, BANDS)
        # The truth of the fixture is one picture for all frames but for noise.
        assert (warped - warped.mean(dim=1, keepdim=True)).abs().max() < 0.2


def test_runs_follow_frame_by_frame(rng, monkeypatch, tmp_path):
    frames = rng.integers(60, 200, size=(40, 120, 120, 3), dtype=np.uint8)
    wave = Waveform(0.1 * rng.normal(size=25_600).astype(np.float32), 16_000)
    footage = Footage(frames, 25.0, wave)
    monkeypatch.setattr(making, "read_video", lambda path, max_frames: footage)
    for speaks in (True, False):
        pairs = pairs_of_clip(tmp_path / "a.mp4", Detector(), "someone", 2, 32, speaks)
        assert pairs.runs.shape == (making.RUNS, TOGETHER)
        assert pairs.mel.shape == (making.RUNS, HEARD, BANDS)
        assert np.isfinite(pairs.mel).all() == speaks
        for run in pairs.runs:
            openings = pairs.now[run, 66, 1] - pairs.now[run, 62, 1]
            assert np.ptp(np.diff(openings)) < 1e-3  # the Detector's mouth opens steadily
            assert len(set(pairs.which[run])) == 1


def test_changes_that_are_off_cost_and_places_that_are_off_do_not():
    truth = torch.randn(1, TOGETHER, 3, 8, 8)
    area = torch.ones(1, TOGETHER, 1, 8, 8)
    assert jerks(truth + 0.3, truth, area) == pytest.approx(0, abs=1e-6)
    trembling = truth + 0.3 * (torch.arange(TOGETHER) % 2)[:, None, None, None]
    assert jerks(trembling, truth, area) == pytest.approx(0.3, abs=1e-5)


def test_a_sequence_critic_sees_trembling():
    torch.manual_seed(0)
    critic = SequenceCritic(TOGETHER, 6)
    still = torch.rand(4, 1, 3, 16, 16).expand(-1, TOGETHER, -1, -1, -1)
    trembling = still + 0.1 * (torch.arange(TOGETHER) % 2)[:, None, None, None]
    outlines, portrait = torch.zeros(4, TOGETHER, OUTLINES, 16, 16), still[:, 0]
    everywhere = torch.ones(4, 1, 16, 16)
    adam = torch.optim.Adam(critic.parameters(), 1e-2)
    costs = []
    for _ in range(12):
        real, made = (critic(one, outlines, portrait)[0] for one in (still, trembling))
        loss = told_apart(real, made, everywhere)
        costs.append(loss.item())
        adam.zero_grad()
        loss.backward()
        adam.step()
    assert costs[-1] < 0.7 * costs[0]


def test_runs_are_judged_by_all_critics_and_those_with_sound_by_the_expert(rng):
    torch.manual_seed(0)
    expert = SyncExpert(SyncSize(16, 2, 2, 8)).eval().requires_grad_(False)
    mel = np.random.default_rng(0).normal(size=(2, HEARD, BANDS)).astype(np.float16)
    runs = every_run([replace(some_runs(rng), mel=mel)])
    duel = Duel(
        SceneBatches(every_pair([some_pairs(rng)]), SIDE, size=3),
        RunBatches(runs, SIDE, size=2),
        Critics(),
        expert,
    )
    net = Translator(TranslatorSize(SIDE, 4))
    assert duel.critics_loss(net, 0).keys() == {"told apart"}
    assert not {"follow", "sync"} & duel.loss(net, 0).keys()
    assert duel.critics_loss(net, 1).keys() == {"told apart", "runs told apart"}
    losses = duel.loss(net, 1)
    assert {"follow", "alike", "jerks", "sync"} <= losses.keys()
    torch.stack(list(losses.values())).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    # Of what is silent the expert is not asked.
    mute = every_run([replace(some_runs(rng), mel=np.full_like(mel, np.nan))])
    duel = Duel(duel.deal, RunBatches(mute, SIDE, size=2), Critics(), expert)
    assert "sync" not in duel.loss(net, 1)


def test_a_critic_learns_to_tell_and_a_translator_to_please(batch):
    torch.manual_seed(0)
    critic = ImageCritic(4)
    condition = torch.cat([batch.seen[:, PORTRAIT], batch.seen[:, LIPS]], dim=1)
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


@pytest.mark.parametrize("alone", [-0.1, 1.5, float("nan")])
def test_a_share_of_the_steps_is_one(tmp_path, alone):
    with pytest.raises(InputError, match="alone is a share of the steps, 0 to 1"):
        train_translator(tmp_path, tmp_path / "t.safetensors", tmp_path, Plan(), alone=alone)


def test_a_sync_expert_that_is_not_there_is_told_before_any_step(rng, tmp_path):
    save_pairs(some_pairs(rng), tmp_path / "data" / "a.npz")
    out, run, missing = (tmp_path / name for name in ("net.safetensors", "run", "sync.safetensors"))
    with pytest.raises(WeightsError, match=r"sync\.safetensors: no such weights"):
        train_translator(
            tmp_path / "data", out, run, Plan(steps=2), size=TranslatorSize(SIDE, 4), sync=missing
        )
    assert not run.exists()


def test_training_learns_goes_on_and_leaves_a_translator_that_loads(rng, tmp_path):
    data = tmp_path / "data"
    save_pairs(some_pairs(rng, "someone"), data / "a.npz")
    save_pairs(some_pairs(rng, "hd_05"), data / "b.npz")
    save_pairs(some_pairs(rng, "hd_02"), data / "c.npz")  # a talker for tests only
    out, run = tmp_path / "translator.safetensors", tmp_path / "run"
    seen = []

    def report(step, total, figures):
        seen.append((step, total, figures))

    plan = Plan(steps=30, rate=4e-3, warm_up=2, average=0.7, every=30)
    settings = {"size": TranslatorSize(SIDE, 4), "batch": 4, "report": report}
    figures = train_translator(data, out, run, plan, **settings)
    assert figures["paint psnr"] > figures["warp psnr"] + 0.3
    assert seen[-1][:2] == (30, 30)
    assert (run / "critic" / "samples.png").stat().st_size > 0
    card = json.loads(out.with_suffix(".json").read_text())
    assert card["pairs"] == {"someone": 6}
    assert card["validation talkers"] == ["hd_05"]
    weights.load(Translator(TranslatorSize(**card["size"])), out)
    count = len(seen)
    again = train_translator(data, out, run, plan, **settings)
    assert len(seen) == count
    assert again["paint psnr"] == pytest.approx(figures["paint psnr"], abs=1e-4)
