"""The voice network learns phones and mel from utterances, and forgets the speaker."""

import numpy as np
import pytest
import torch

from talkinghead import weights
from talkinghead.clock import HOP
from talkinghead.errors import InputError
from talkinghead.speech.phones import PHONES, UNKNOWN, framewise
from talkinghead.speech.voice_net import VoiceNet, VoiceNetSize
from talkinghead.train.loop import Plan
from talkinghead.train.speech import Utterance, load_utterance, save_utterance, utterances_in
from talkinghead.train.splits import split_of
from talkinghead.train.voice import Taught, offset_loss, train_voice, voice_loss
from talkinghead.train.voice_data import VoiceBatches

SMALL = VoiceNetSize(width=32, code=8)


def utterance(seed: int = 0, speaker: str = "flite/slt", family: str = "flite") -> Utterance:
    """A tone for one phone, hiss for another."""
    rng = np.random.default_rng(seed)
    frames = 160
    phones = np.repeat(rng.integers(1, 3, size=frames // 20), 20).astype(np.int8)
    which = np.repeat(phones, HOP)
    tone = 0.2 * np.sin(np.arange(frames * HOP) * 0.3)
    hiss = 0.1 * rng.standard_normal(frames * HOP)
    samples = np.where(which == 1, tone, hiss).astype(np.float32)
    pitch = np.where(phones == 1, 120.0, 0.0).astype(np.float32)
    voice = np.full(256, 1 / 16, dtype=np.float32)
    return Utterance(samples, phones, pitch, voice, speaker, f"{family}/{seed}")


def test_a_frame_belongs_to_the_phone_at_its_centre():
    classes = framewise([("SIL", -0.3, 0.1), ("B", 0.1, 0.2), ("X", 0.2, 0.3)], 40 * HOP)
    assert set(classes[:10]) == {PHONES.index("SIL")}
    assert set(classes[10:20]) == {PHONES.index("B")}
    assert set(classes[20:]) == {UNKNOWN}


def test_an_utterance_comes_back_as_it_was_saved(tmp_path):
    one = utterance()
    save_utterance(one, tmp_path / "flite" / "0.npz")
    back = load_utterance(tmp_path / "flite" / "0.npz")
    np.testing.assert_array_equal(back.phones, one.phones)
    np.testing.assert_allclose(back.samples, one.samples, atol=1 / 32767)
    assert (back.speaker, back.family) == ("flite/slt", "flite")
    assert [u.source for u in utterances_in(tmp_path)] == ["flite/0"]


def test_the_same_seed_and_step_give_the_same_batch():
    both = [utterance(0), utterance(1, "espeak/en+f1", "espeak")]
    one, two = (VoiceBatches(both, size=3, frames=80, seed=4)(2) for _ in range(2))
    torch.testing.assert_close(one.heard, two.heard)
    assert one.heard.shape == one.clean.shape == (3, 80, 80)
    assert one.phones.shape == (3, 40)
    assert one.pitch.shape == (3, 80, 2)


def test_families_without_a_share_teach_nothing():
    with pytest.raises(InputError, match="preprocess speech"):
        VoiceBatches([utterance(family="news")])


def test_voices_are_left_out_by_speaker_and_variant_whatever_they_say():
    assert split_of("flite/rms") == "test"
    names = [f"librispeech/{n}" for n in range(400)]
    share = np.mean([split_of(name) == "test" for name in names])
    assert 0.05 < share < 0.16
    assert split_of("espeak/en-us+f3") == split_of("espeak/ar+f3")


def test_the_adversary_pushes_the_speaker_out_of_the_code():
    torch.manual_seed(0)
    both = [utterance(0), utterance(1, "espeak/en+f1", "espeak")]
    batch = VoiceBatches(both, size=4, frames=60)(0)
    taught = Taught(VoiceNet(SMALL), 2)
    code = torch.randn(4, 30, 8, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(taught.guess(code), batch.speaker)
    loss.backward()
    with torch.no_grad():  # the code follows its gradient downhill: the guess must get worse
        after = torch.nn.functional.cross_entropy(taught.guess(code - code.grad), batch.speaker)
    assert after > loss


def test_only_what_phones_do_not_explain_counts_as_a_voice():
    phones = torch.tensor([[1, 1, 2, 2], [2, 2, 1, UNKNOWN]])
    code = torch.randn(3, 8)[phones.clamp(min=0)]  # the phones alone
    assert offset_loss(code, phones) < 1e-10
    louder = code + torch.tensor([0.5, -0.5])[:, None, None]  # each recording in its own place
    assert offset_loss(louder, phones) > 0.05


def test_one_batch_can_be_learnt_by_heart():
    torch.manual_seed(0)
    batch = VoiceBatches([utterance(0), utterance(1)], size=4, frames=60)(0)
    taught = Taught(VoiceNet(SMALL), 1)
    adam = torch.optim.Adam(taught.parameters(), 5e-3)
    first = voice_loss(taught, batch)
    for _ in range(40):
        parts = voice_loss(taught, batch)
        adam.zero_grad()
        torch.stack(list(parts.values())).sum().backward()
        adam.step()
    assert parts["phone"] < 0.5 * first["phone"]
    assert parts["mel"] < 0.7 * first["mel"]


def test_training_writes_weights_a_card_and_figures(tmp_path):
    for seed in range(3):
        save_utterance(utterance(seed), tmp_path / "data" / "flite" / f"{seed}.npz")
    out = tmp_path / "voice.safetensors"
    plan = Plan(steps=2, every=1)
    figures = train_voice(tmp_path / "data", out, tmp_path / "run", plan, size=SMALL, batch=2)
    card = weights.read_card(out)
    assert card["speakers"] == 1
    assert "CC BY 4.0" in card["licences"]
    assert 0 <= figures["score"] <= 1
    weights.load(VoiceNet(VoiceNetSize(**card["size"])), out)
