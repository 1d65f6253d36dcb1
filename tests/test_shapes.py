"""The shapes in signatures are checked at run time in every test."""

from pathlib import Path

import pytest
import torch
from jaxtyping import TypeCheckError

from talkinghead.models.content_voice import ContentVoiceModel, ContentVoiceSize
from talkinghead.models.speaker_branch import SpeakerBranch, SpeakerBranchSize
from talkinghead.train.losses import concordance_loss

ROOT = Path(__file__).resolve().parents[1]


def test_all_modules_with_shapes_are_checked(pytestconfig):
    *checked, _ = pytestconfig.getoption("jaxtyping_packages").split(",")
    files = [file for file in ROOT.glob("talkinghead/**/*.py") if "jaxtyping" in file.read_text()]
    shaped = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    assert sorted(checked) == sorted(shaped)


# Broadcasting would accept all of these.
def test_curves_of_different_shapes_are_refused():
    curves, members = torch.rand(2, 9, 3), torch.ones(2, 9, 1)
    concordance_loss(curves, curves, members)
    with pytest.raises(TypeCheckError):
        concordance_loss(curves, curves[..., :1], members)


def test_a_batch_with_fewer_speakers_than_recordings_is_refused():
    net = ContentVoiceModel(
        ContentVoiceSize(conv_channels=8, code_channels=4, speaker_channels=3)
    ).eval()
    mel, speakers = torch.zeros(2, 8, 80), torch.zeros(2, 3)
    net.encode_content(mel, speakers)
    with pytest.raises(TypeCheckError):
        net.encode_content(mel, speakers[:1])


def test_a_batch_with_less_noise_than_recordings_is_refused():
    net = SpeakerBranch(SpeakerBranchSize(token_channels=8, layers=1, heads=2)).eval()
    content, speakers = torch.zeros(2, 5 * net.size.stride, 80), torch.zeros(2, 256)
    noise = torch.zeros(2, 5, net.noise_embed.in_features)
    net(content, speakers, noise)
    with pytest.raises(TypeCheckError):
        net(content, speakers, noise[:1])
