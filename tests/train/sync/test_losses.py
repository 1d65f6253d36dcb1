"""SyncNet's losses prefer the right moment, and its loss teaches the translator."""

import pytest
import torch

from talkinghead.models.mel import MEL_BANDS
from talkinghead.models.syncnet import FRAME_WINDOW, SyncNet, SyncNetSize, mel_frames
from talkinghead.train.sync.losses import info_nce_loss, sync_loss


@pytest.fixture
def syncnet():
    torch.manual_seed(0)
    size = SyncNetSize(side=16, face_channels=3, audio_channels=3, embedding_channels=8)
    return SyncNet(size).eval().requires_grad_(False)


def test_the_sync_loss_has_gradients_for_every_frame_and_none_for_syncnet(syncnet):
    frames = torch.rand(2, 6, 3, 24, 24, requires_grad=True)
    mel = torch.randn(2, mel_frames(6), MEL_BANDS)
    loss = sync_loss(syncnet, frames, mel)
    assert 0 <= float(loss.detach()) <= 2
    loss.backward()
    assert frames.grad.abs().amax(dim=(0, 2, 3, 4)).min() > 0
    assert all(p.grad is None for p in syncnet.parameters())


def test_a_step_down_the_gradient_lowers_the_sync_loss(syncnet):
    torch.manual_seed(1)
    frames = torch.rand(1, FRAME_WINDOW, 3, 16, 16, requires_grad=True)
    mel = torch.randn(1, mel_frames(FRAME_WINDOW), MEL_BANDS)
    before = sync_loss(syncnet, frames, mel)
    (gradient,) = torch.autograd.grad(before, frames)
    assert sync_loss(syncnet, frames - 0.05 * gradient / gradient.abs().max(), mel) < before


def test_info_nce_prefers_embeddings_of_the_same_moment():
    torch.manual_seed(0)
    embeddings = torch.nn.functional.normalize(torch.randn(2, 12, 8), dim=-1)
    scale = torch.tensor(20.0)
    aligned = info_nce_loss(embeddings, embeddings, scale)
    assert aligned + 2 < info_nce_loss(embeddings, embeddings.roll(4, 1), scale)
