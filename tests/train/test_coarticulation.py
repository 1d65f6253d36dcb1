"""Laws of the teacher: what phones in their context do to lips."""

import numpy as np
import pytest

from talkinghead.clock import FRAME, MEL_FPS, RATE
from talkinghead.landmarks import JAW, MOUTH
from talkinghead.train.coarticulation import context_of, fit, lips_of
from talkinghead.train.data import Cut, Talker
from talkinghead.train.ear import Ear
from talkinghead.train.speech import Utterance
from talkinghead.train.unfilmed import unfilmed
from talkinghead.types import Array, Waveform

PHONES = 4


def _ear() -> Ear:
    """Hears one of four phones: which quarter of the bands is loudest."""

    def hear(mel: Array, _: Array) -> Array:
        return np.eye(PHONES)[mel.reshape(len(mel), PHONES, -1).mean(axis=2).argmax(1)]

    voice = np.ones(256, np.float32) / 16
    return Ear(hear, lambda _: voice)


def _said(rng: np.random.Generator, frames: int) -> tuple[Array, Array]:
    """Tones of four heights, 0.2 s each; which one at each motion frame."""
    order = rng.integers(PHONES, size=frames // 5 + 1).repeat(5)[:frames]
    hz = np.array([300.0, 900.0, 2200.0, 5200.0])[order].repeat(FRAME)
    sound = 0.3 * np.sin(2 * np.pi * np.cumsum(hz) / RATE)
    return sound.astype(np.float32), order


def _talker(name: str, rng: np.random.Generator) -> Talker:
    cuts = []
    for _ in range(4):
        samples, order = _said(rng, 75)
        offsets = rng.normal(0, 0.002, (75, 68, 3)).astype(np.float32)
        offsets[:, MOUTH, 1] += (0.05 * (order == 2))[:, None]
        cuts.append(Cut(samples, offsets, f"film/{name}"))
    return Talker(name, np.zeros((68, 3), np.float32), cuts)


def _utterance(speaker: str, rng: np.random.Generator) -> tuple[Utterance, Array]:
    samples, order = _said(rng, 100)
    frames = len(samples) * MEL_FPS // RATE
    voice = np.zeros(256, np.float32)
    unknown = np.zeros(frames, np.int8)
    one = Utterance(samples, unknown, np.zeros(frames), voice, speaker, "read/1")
    return one, order


def _taught(talkers: list[Talker], utterances: list[Utterance]) -> list[Talker]:
    lips = lips_of(fit(talkers, _ear()), _ear())
    return unfilmed(lips, utterances, talkers, share=0.5)


def test_strange_voices_move_their_lips_at_the_phones_that_did_in_the_films() -> None:
    rng = np.random.default_rng(0)
    talkers = [_talker(name, rng) for name in "abc"]
    one, order = _utterance("stranger", rng)
    (made,) = _taught(talkers, [one])
    lips = made.cuts[0].offsets[:, MOUTH, 1].mean(axis=1)
    assert np.corrcoef(lips, order == 2)[0, 1] > 0.8
    assert lips.std() == pytest.approx(0.05 * (order == 2).std(), rel=0.35)


def test_only_lips_and_jaw_are_taught() -> None:
    rng = np.random.default_rng(1)
    talkers = [_talker(name, rng) for name in "ab"]
    (made,) = _taught(talkers, [_utterance("x", rng)[0]])
    still = np.ones(68, dtype=bool)
    still[MOUTH], still[JAW] = False, False
    assert np.abs(made.cuts[0].offsets[:, still]).max() < 1e-6


def test_context_looks_as_far_into_the_past_as_into_the_future() -> None:
    phones = np.zeros((100, PHONES))
    phones[50] = 1
    context = context_of(np.zeros((200, 80)), phones, 50).reshape(50, -1)[:, : 5 * PHONES]
    heard = np.flatnonzero(context.sum(axis=1) > 1e-3)
    assert abs((heard.min() + heard.max()) / 2 - 25) <= 1


def test_an_ear_measures_only_voices_that_are_not_known() -> None:
    calls: list[Waveform] = []

    def voice(wave: Waveform) -> Array:
        calls.append(wave)
        return np.zeros(256, np.float32)

    ear = Ear(lambda mel, _: mel, voice)
    talker = _talker("a", np.random.default_rng(3))
    ear.voice_of(talker)
    ear.voice_of(Talker("b", talker.face, talker.cuts, voice=np.ones(256, np.float32)))
    assert len(calls) == 1
