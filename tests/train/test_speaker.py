"""The speaker branch's training: resumes, measures what it was given, and prefers the real."""

import contextlib
from dataclasses import replace

import numpy as np
import pytest
import torch

from talkinghead.errors import InputError
from talkinghead.motion.predict import speaker_motion
from talkinghead.motion.speaker_branch import SpeakerBranch, SpeakerBranchSize
from talkinghead.motion.windows import BANDS, noise
from talkinghead.train import speaker
from talkinghead.train.clips import Example
from talkinghead.train.critics import Critics, steepness, taken_for_real, told_apart
from talkinghead.train.dynamics import likeness_loss, shape_losses
from talkinghead.train.loop import Plan
from talkinghead.train.measured import LAGS, band_powers, drift_of, manner_fit, prepare
from talkinghead.train.sequences import Recording, Sequences, ranges, recording_of, residual_of

SIZE = SpeakerBranchSize(content=6, stride=2, width=16, layers=1, heads=2, voice=4, chance=4)


def recordings(talkers: int = 5, clips: int = 2, frames: int = 80) -> list[Recording]:
    """Talkers whose voice says how far they turn their heads."""
    rng = np.random.default_rng(0)
    made = []
    for number in range(talkers):
        voice = np.zeros(SIZE.speaker, dtype=np.float32)
        voice[:2] = np.cos(number), np.sin(number)
        for clip in range(clips):
            swing = np.exp(voice[0])
            axes = np.array([3, 3, 2, 0.02, 0.02, 0.01], dtype=np.float32)
            pose = swing * axes * noise(7 * number + clip, 0, frames, 6)[:, 2 :: len(BANDS)]
            made.append(
                Recording(
                    rng.normal(size=(frames * SIZE.stride, 6)).astype(np.float16),
                    voice,
                    pose - pose.mean(axis=0),
                    (0.01 * noise(clip, 0, frames, 41)[:, :204].reshape(-1, 68, 3)).astype("f2"),
                    np.append(ranges(pose), [0, 0]).astype(np.float32),
                    f"talker {number}",
                    f"{number}/{clip}",
                )
            )
    return made


def run(folder, steps: int, report=None) -> None:
    plan = Plan(steps=steps, every=2, warm_up=1)
    known = recordings()
    speaker.fit(
        known[:6], known[6:], folder / "speaker.safetensors", folder / "run", plan,
        size=SIZE, batch=4, report=report,
    )  # fmt: skip


def test_a_killed_run_ends_like_one_that_was_not(tmp_path, monkeypatch):
    monkeypatch.setattr("talkinghead.train.loop.log_step", lambda *_: None)  # drawing takes seconds

    def kill(step, *_):
        if step == 2:
            raise KeyboardInterrupt

    run(tmp_path / "whole", 4)
    with contextlib.suppress(KeyboardInterrupt):
        run(tmp_path / "killed", 4, kill)
    run(tmp_path / "killed", 4)
    whole, killed = (tmp_path / name / "speaker.safetensors" for name in ("whole", "killed"))
    assert whole.read_bytes() == killed.read_bytes()


def test_a_training_needs_a_talker_who_is_heard(tmp_path):
    mute = [replace(one, speaker=np.zeros_like(one.speaker)) for one in recordings(2)]
    for taught in ([], mute):
        with pytest.raises(InputError, match="no talker to train on is heard"):
            speaker.fit(taught, recordings(1), tmp_path / "out", tmp_path, Plan(), size=SIZE)


def test_the_branch_moves_as_far_as_the_talkers_before_any_step():
    torch.manual_seed(0)
    net = SpeakerBranch(SIZE)
    known = recordings(8)
    prepare(net, known)
    torch.nn.init.zeros_(net.move.weight)
    ratios = []
    for seed, one in enumerate(known):
        made = speaker_motion(net.eval(), one.content, one.speaker, 80, seed).pose
        ratios.append(ranges(made) - ranges(one.pose))
    assert abs(np.mean(ratios)) < 0.35  # of log ratios: within a factor of 1.4


def test_a_voice_that_tells_the_range_is_believed_and_one_that_does_not_is_not():
    rng = np.random.default_rng(0)
    voices = rng.normal(size=(30, 4))
    figures = np.stack([voices @ [1, 2, 0, 0], rng.normal(size=30)], axis=1)
    slopes, ridges = manner_fit(voices, figures)
    assert np.corrcoef(voices @ slopes[:, 0], figures[:, 0])[0, 1] > 0.99
    assert ridges[1] > ridges[0]


def test_noise_gets_the_spectrum_it_is_fitted_to():
    lags, widths = np.array(LAGS)[:, None], np.array(BANDS) * 25
    powers = np.array([0.5, 0.0, 2.0, 0.0, 1.0])
    change = (2 - 2 * np.exp(-(lags**2) / (4 * widths**2))) @ powers
    np.testing.assert_allclose(band_powers(change[:, None])[:, 0], powers, atol=1e-6)


def test_noise_has_the_correlation_of_the_axes():
    base = noise(1, 0, 3000, 1)[:, 2]
    motion = np.stack([base, -0.5 * base, noise(2, 0, 3000, 1)[:, 2]], axis=1)
    drift = drift_of([motion], [1.0], 4)
    made = noise(9, 0, 3000, 4) @ drift.T
    together = np.corrcoef(np.diff(made, axis=0).T)
    assert together[0, 1] < -0.9
    assert abs(together[0, 2]) < 0.3


def test_critics_learn_to_tell_motion_apart_and_are_judged_by_it():
    torch.manual_seed(0)
    critics = Critics(5, 12, 12, width=16)
    content, voice, known = torch.zeros(8, 64, 12), torch.zeros(8, 12), torch.ones(8)
    smooth = torch.from_numpy(noise(0, 0, 8 * 64, 1)[:, 1:2].reshape(8, 64, 1)).repeat(1, 1, 5)
    rough = torch.randn(8, 64, 5)
    adam = torch.optim.Adam(critics.parameters(), lr=1e-2)
    for _ in range(25):
        real = smooth.clone().requires_grad_(True)
        scores = critics(real, content, voice, known)
        loss = told_apart(scores, critics(rough, content, voice, known)) + steepness(scores, real)
        adam.zero_grad()
        loss.backward()
        adam.step()
    told = [taken_for_real(critics(x, content, voice, known)).item() for x in (smooth, rough)]
    assert told[0] < 0.7 * told[1]


def test_the_losses_vanish_for_the_truth_alone():
    torch.manual_seed(0)
    points = torch.randn(3, 56, 68, 3)
    motion = torch.randn(6, 56, 4)
    assert all(part == 0 for part in shape_losses(points, points).values())
    assert all(part > 0 for part in shape_losses(points, points.flip(1)).values())
    assert likeness_loss(motion, motion.flip(1)) < 0.01 < likeness_loss(2 * motion, motion)


def test_blinks_and_speech_are_left_to_others():
    points = np.zeros((60, 68, 3))
    points[30:34, [37, 38, 43, 44], 1] = 0.04  # a blink
    points[::6, 60:68, 1] = 0.03  # chatter
    own = residual_of(points)
    assert np.ptp(own[:, 36:48], axis=0).max() < 0.002
    assert np.abs(own[:, 48:68]).std() < 0.003


def test_the_same_step_draws_the_same_batch_and_clips_without_sound_stay_unheard():
    silent = Example(
        np.zeros((80, 68, 3), np.float32), np.zeros((80, 6), np.float32),
        np.zeros(0, np.float32), "mime", "mime/1",
    )  # fmt: skip
    one = recording_of(silent, lambda wave: pytest.fail("nothing to hear"), SIZE)
    assert not one.speaks
    draw = Sequences([*recordings(), one], SIZE.stride, 8)
    first, again, other = draw(3), draw(3), draw(4)
    torch.testing.assert_close(first.pose, again.pose)
    assert first.pose.shape != other.pose.shape or (first.pose != other.pose).any()
    assert ((first.known == 0) == (first.speaker.abs().sum(dim=1) == 0)).all()
