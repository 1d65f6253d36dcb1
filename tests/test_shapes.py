"""Shapes that signatures promise: every test runs with them checked."""

from pathlib import Path

import pytest
import torch
from jaxtyping import TypeCheckError

from talkinghead.motion.speaker_branch import SpeakerBranch, SpeakerBranchSize
from talkinghead.speech.voice_net import VoiceNet, VoiceNetSize
from talkinghead.train.losses import concordance_loss

ROOT = Path(__file__).resolve().parents[1]


def test_all_modules_with_shapes_are_checked(pytestconfig):
    *checked, _ = pytestconfig.getoption("jaxtyping_packages").split(",")
    files = [file for file in ROOT.glob("talkinghead/**/*.py") if "jaxtyping" in file.read_text()]
    shaped = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    assert sorted(checked) == sorted(shaped)


# Broadcasting would let all of these through.
def test_a_track_of_fewer_curves_is_refused():
    curves, members = torch.rand(2, 9, 3), torch.ones(2, 9, 1)
    concordance_loss(curves, curves, members)
    with pytest.raises(TypeCheckError):
        concordance_loss(curves, curves[..., :1], members)


def test_one_voice_for_two_recordings_is_refused():
    net = VoiceNet(VoiceNetSize(width=8, code=4, speaker=3)).eval()
    mel, voices = torch.zeros(2, 8, 80), torch.zeros(2, 3)
    net.encode(mel, voices)
    with pytest.raises(TypeCheckError):
        net.encode(mel, voices[:1])


def test_one_stretch_of_noise_for_two_recordings_is_refused():
    net = SpeakerBranch(SpeakerBranchSize(width=8, layers=1, heads=2)).eval()
    content, voices = torch.zeros(2, 5 * net.size.stride, 80), torch.zeros(2, 256)
    noise = torch.zeros(2, 5, net.chance.in_features)
    net(content, voices, noise)
    with pytest.raises(TypeCheckError):
        net(content, voices, noise[:1])
