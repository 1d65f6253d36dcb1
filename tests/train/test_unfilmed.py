"""Voices without film get the lips of their teacher, and a fixed share of the batches."""

import numpy as np
import pytest
import torch

from talkinghead.clock import FRAME, MEL_FPS, RATE
from talkinghead.motion.content_branch import ContentBranch, ContentBranchSize
from talkinghead.train.data import SHARE, Cut, Talker, mel_in
from talkinghead.train.speech import Utterance
from talkinghead.train.unfilmed import EACH, LONGEST, SHORTEST, lips_of, unfilmed
from talkinghead.types import Array

FILMED = [
    Talker(name, np.full((68, 3), i, np.float32), [Cut(np.zeros(0), np.zeros((40, 68, 3)), name)])
    for i, name in enumerate("ab")
]


def said(speaker: str, frames: int) -> Utterance:
    samples = np.random.default_rng(frames).normal(0, 0.1, frames * FRAME).astype(np.float32)
    count = len(samples) * MEL_FPS // RATE
    voice = np.full(256, len(speaker), np.float32)
    return Utterance(samples, np.zeros(count, np.int8), np.zeros(count), voice, speaker, "read/1")


def shouted(samples: Array, voice: Array, face: Array) -> Array:
    """Lips that tell what they were made from."""
    track = np.zeros((len(samples) // FRAME, 68, 3), np.float32)
    track[:, 0, 0], track[:, 1, 1] = voice[0], face[0, 0]
    return track


def test_a_speaker_keeps_one_face_and_his_own_voice() -> None:
    for one in unfilmed(shouted, [said(n, 30) for n in ("x", "yy", "x")], FILMED, share=1):
        assert one.voice is not None
        for cut in one.cuts:
            assert cut.samples.size == FRAME * len(cut.offsets)
            assert (cut.offsets[:, 0, 0] == len(one.name)).all()
            assert (cut.offsets[:, 1, 1] == one.face[0, 0]).all()


def test_short_ones_are_left_out_long_ones_cut_and_no_speaker_says_too_much() -> None:
    frames = [SHORTEST - 1, LONGEST + 9, *[SHORTEST] * EACH]
    (one,) = unfilmed(shouted, [said("x", n) for n in frames], FILMED, share=1)
    assert [len(cut.offsets) for cut in one.cuts] == [LONGEST, *[SHORTEST] * (EACH - 1)]
    assert unfilmed(shouted, [said("x", SHORTEST - 1)], FILMED, share=1) == []


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_they_are_drawn_a_fixed_share_as_often_as_the_filmed(share: float) -> None:
    made = unfilmed(shouted, [said(str(i), 30 + i) for i in range(7)], FILMED, share=share)
    filmed = sum(talker.frames**SHARE for talker in FILMED)
    assert sum(t.share * t.frames**SHARE for t in made) == pytest.approx(share * filmed)


def test_branches_teach_the_mean_of_what_they_say_of_clean_sound() -> None:
    torch.manual_seed(0)
    sizes = {"sound": 12, "stride": 2, "speaker": 256}, {"sound": 80, "stride": 4}
    nets = [ContentBranch(ContentBranchSize(hidden=8, wide=8, **size)).eval() for size in sizes]
    one, face = said("x", 40), np.ones((68, 3), np.float32)
    mel = torch.from_numpy(mel_in(one.samples, 40))[None]
    with torch.inference_mode():
        heard = [net.listen(mel, torch.from_numpy(one.voice)[None]) for net in nets]
        each = [
            net(sound, torch.from_numpy(face)[None])[0].numpy()
            for net, sound in zip(nets, heard, strict=True)
        ]
    taught = lips_of(nets)(one.samples, one.voice, face)
    np.testing.assert_allclose(taught, np.mean(each, axis=0), atol=1e-6)
