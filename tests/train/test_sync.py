"""Laws of the sync expert's clips, batches and losses; and that it learns."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.clock import FRAME, RATE
from talkinghead.errors import InputError
from talkinghead.geometry.align import mean_face
from talkinghead.speech.mel import BANDS
from talkinghead.sync.net import SEEN, SyncExpert, SyncSize, load_expert, mel_frames
from talkinghead.train import mouths as making
from talkinghead.train.loop import Plan
from talkinghead.train.mouths import MARGIN, SIDE, Mouths, mouths_in, mouths_of, save_mouths
from talkinghead.train.stretches import LENGTH, StretchBatches, by_talker, lips_of, plain
from talkinghead.train.sync import sync_loss, told_when, train_sync
from talkinghead.types import Footage, Waveform

SMALL = SyncSize(side=16, face=3, sound=3, vector=8)
ROOM = SIDE + 2 * MARGIN


def some_mouths(talker="someone", frames=40, seed=0):
    """A dark mouth as high as the noise that is heard with it is loud."""
    rng = np.random.default_rng(seed)
    loud = np.repeat(rng.random(frames // 2 + 1), 2)[:frames]
    squares = np.full((frames, ROOM, ROOM), 150, np.uint8)
    for square, height in zip(squares, loud, strict=True):
        square[40 - int(20 * height) : 41 + int(20 * height), 20:60] = 10
    noise = rng.normal(size=frames * FRAME) * np.repeat(0.01 + 0.2 * loud, FRAME)
    lips = np.full((frames, 20, 2), 40.0) + loud[:, None, None]
    sound = noise.clip(-1, 1).astype(np.float32)
    return Mouths(squares, lips.astype(np.float32), sound, talker, f"{talker}/{seed}.mp4")


@pytest.fixture
def expert():
    torch.manual_seed(0)
    return SyncExpert(SMALL).eval().requires_grad_(False)


def test_mouths_come_back_as_they_were_saved(tmp_path):
    saved = some_mouths()
    save_mouths(saved, tmp_path / "clip.npz")
    (loaded,) = mouths_in(tmp_path)
    assert_array_equal(loaded.squares, saved.squares)
    assert_array_equal(loaded.lips, saved.lips)
    assert_allclose(loaded.samples, saved.samples, atol=1e-4)
    assert (loaded.talker, loaded.source) == (saved.talker, saved.source)


def test_no_mouths_is_an_error_that_says_how_to_make_them(tmp_path):
    with pytest.raises(InputError, match="preprocess mouths"):
        list(mouths_in(tmp_path))


class Detector:
    """Finds the same face in all frames."""

    def follow(self, frames):
        points = np.array(mean_face()) * 60 + [60, 50, 0]
        return np.repeat(points[None], len(frames), 0).astype(np.float32)


def test_a_clip_of_any_rate_is_brought_to_the_clock_with_its_sound(rng, monkeypatch, tmp_path):
    frames = rng.integers(60, 200, size=(60, 120, 120, 3), dtype=np.uint8)
    wave = Waveform(rng.normal(0, 0.1, 2 * RATE).astype(np.float32), RATE)
    monkeypatch.setattr(making, "read_video", lambda path: Footage(frames, 30.0, wave))
    clip = mouths_of(tmp_path / "a.mp4", Detector(), "someone", "a.mp4")
    assert len(clip) == 50
    assert clip.squares.shape == (50, ROOM, ROOM)
    assert clip.samples.size == 50 * FRAME
    for sound in (None, Waveform(np.zeros(RATE, np.float32), RATE)):
        silent = Footage(frames, 30.0, sound)
        monkeypatch.setattr(making, "read_video", lambda path, silent=silent: silent)
        with pytest.raises(InputError, match="no sound"):
            mouths_of(tmp_path / "a.mp4", Detector(), "someone", "a.mp4")


def test_test_talkers_and_silent_clips_are_passed_over(tmp_path, monkeypatch):
    rows = [("a.mp4", "hd_02", "speech"), ("b.mp4", "me", "music"), ("c.mp4", "me", "speech")]
    for name, _, _ in rows:
        (tmp_path / name).touch()
    lines = ["path,identity,sound", *(",".join(row) for row in rows)]
    (tmp_path / "manifest.csv").write_text("\n".join(lines))
    asked = []
    monkeypatch.setattr(making, "_within_quota", lambda clips: clips)
    monkeypatch.setattr(making, "run_jobs", lambda jobs, *_: asked.extend(j.name for j in jobs))
    making.preprocess_mouths(tmp_path, tmp_path / "out")
    assert asked == ["c.mp4"]


def test_a_talker_of_many_clips_gives_a_share_of_each_time(tmp_path, monkeypatch):
    clips = [tmp_path / f"{i:04}.mp4" for i in range(1000)]
    asked = SimpleNamespace(seconds=3.0)
    monkeypatch.setattr(making, "probe", lambda path: asked)
    taken = making._within_quota(clips)
    assert abs(75 * len(taken) - making.QUOTA) < 0.1 * making.QUOTA
    assert clips.index(taken[-1]) > 980
    assert making._within_quota(clips[:20]) == clips[:20]


def test_the_same_step_gives_the_same_batch_of_two_stretches_a_talker():
    clips = [some_mouths(name, 40, seed) for seed, name in enumerate("abc")]
    batches = StretchBatches(by_talker(clips), 16, size=4, seed=3)
    again = StretchBatches(by_talker(clips), 16, size=4, seed=3)
    again(0)  # what was drawn before changes nothing
    first, second = batches(1), again(1)
    for a, b in zip(vars(first).values(), vars(second).values(), strict=True):
        torch.testing.assert_close(a, b)
    assert first.squares.shape == (4, LENGTH, 16, 16)
    assert first.mel.shape == (4, mel_frames(LENGTH), BANDS)
    assert first.lips.shape == (4, LENGTH - SEEN + 1, 80)
    assert not torch.equal(batches(2).squares, first.squares)


def test_still_lips_have_gone_nowhere():
    still = lips_of(np.full((9, 20, 2), 7.0))
    assert still.shape == (5, 80)
    assert_array_equal(still[:, 40:], 0)


def test_a_clip_too_short_for_a_stretch_is_not_learnt_from():
    assert list(by_talker([some_mouths("a"), some_mouths("b", 20)])) == ["a"]
    with pytest.raises(InputError, match="longer ones"):
        by_talker([some_mouths("b", 20)])


def test_the_critic_s_loss_teaches_the_painter_and_not_the_expert(expert):
    frames = torch.rand(2, 6, 3, 24, 24, requires_grad=True)
    mel = torch.randn(2, mel_frames(6), BANDS)
    loss = sync_loss(expert, frames, mel)
    assert 0 <= float(loss.detach()) <= 2
    loss.backward()
    assert frames.grad.abs().amax(dim=(0, 2, 3, 4)).min() > 0
    assert all(part.grad is None for part in expert.parameters())


def test_a_painter_who_follows_the_critic_pleases_it(expert):
    torch.manual_seed(1)
    frames = torch.rand(1, SEEN, 3, 16, 16, requires_grad=True)
    mel = torch.randn(1, mel_frames(SEEN), BANDS)
    before = sync_loss(expert, frames, mel)
    (slope,) = torch.autograd.grad(before, frames)
    assert sync_loss(expert, frames - 0.05 * slope / slope.abs().max(), mel) < before


def test_who_knows_when_loses_less_than_who_does_not():
    torch.manual_seed(0)
    vectors = torch.nn.functional.normalize(torch.randn(2, 12, 8), dim=-1)
    sharp = torch.tensor(20.0)
    known, shifted = (
        told_when(vectors, vectors, sharp),
        told_when(vectors, vectors.roll(4, 1), sharp),
    )
    assert known + 2 < shifted


def test_training_learns_goes_on_and_leaves_an_expert_that_loads(tmp_path):
    data = tmp_path / "data"
    for seed, talker in enumerate(("someone", "other", "hd_05", "hd_02")):  # hd_02: tests only
        save_mouths(some_mouths(talker, 60, seed), data / f"{talker}.npz")
    out, run = tmp_path / "sync.safetensors", tmp_path / "run"
    seen = []

    def report(step, total, figures):
        seen.append(figures)

    plan = Plan(steps=40, rate=6e-3, warm_up=2, average=0.5, every=20)
    settings = {"size": SMALL, "batch": 4, "workers": 0, "report": report}
    figures = train_sync(data, out, run, plan, **settings)
    assert figures["near"] == 1
    assert figures["stands"] > 2
    card = json.loads(out.with_suffix(".json").read_text())
    assert card["talkers"] == {"other": 60, "someone": 60}
    assert card["validation talkers"] == ["hd_05"]
    squares, mel = plain(some_mouths("hd_05", 60, 2), 16)
    expert = load_expert(out)
    assert expert.see(squares).shape == expert.hear(mel).shape
    count = len(seen)
    assert train_sync(data, out, run, plan, **settings) == figures
    assert len(seen) == count
