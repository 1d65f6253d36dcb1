"""SyncNet: unit embeddings, local in time, independent of lighting."""

import pytest
import torch

from talkinghead.errors import InputError, WeightsError
from talkinghead.models import checkpoint
from talkinghead.models.mel import MEL_BANDS
from talkinghead.models.syncnet import (
    FRAME_WINDOW,
    MEL_WINDOW,
    SyncNet,
    SyncNetSize,
    mel_frames,
    normalise_lighting,
)
from talkinghead.sync.score import load_syncnet

SMALL = SyncNetSize(side=16, face_channels=2, audio_channels=2, embedding_channels=8)
FRAMES = 9
WINDOWS = FRAMES - FRAME_WINDOW + 1


@pytest.fixture
def net():
    torch.manual_seed(0)
    return SyncNet(SMALL).eval()


@pytest.fixture
def crops():
    return torch.rand(2, FRAMES, 16, 16, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def mel():
    return torch.randn(2, mel_frames(FRAMES), MEL_BANDS, generator=torch.Generator().manual_seed(2))


def test_each_frame_window_has_one_embedding_of_unit_norm(net, crops, mel):
    for embeddings in (net.embed_faces(crops), net.embed_audio(mel)):
        assert embeddings.shape == (2, FRAMES - FRAME_WINDOW + 1, 8)
        torch.testing.assert_close(
            embeddings.norm(dim=-1), torch.ones(2, FRAMES - FRAME_WINDOW + 1)
        )


def test_a_window_has_the_same_embedding_alone_and_within_its_clip(net, crops, mel):
    normalised, whole = normalise_lighting(crops), net.embed_audio(mel)
    seen = net.face_encoder(normalised)
    for i in range(WINDOWS):
        alone = net.embed_audio(mel[:, 4 * i : 4 * i + MEL_WINDOW])
        torch.testing.assert_close(alone[:, 0], whole[:, i], atol=1e-5, rtol=0)
        torch.testing.assert_close(
            net.face_encoder(normalised[:, i : i + FRAME_WINDOW])[:, 0], seen[:, i]
        )


def test_lighting_has_no_effect(net, crops):
    dimmed = 0.4 * crops + 0.3
    torch.testing.assert_close(net.embed_faces(dimmed), net.embed_faces(crops), atol=1e-4, rtol=0)


def test_rgb_crops_become_grey_ones_of_the_networks_side_differentiably(net):
    frames = torch.full((1, 5, 3, 40, 40), 0.5, requires_grad=True)
    small = net.to_grey_crops(frames)
    torch.testing.assert_close(small, torch.full((1, 5, 16, 16), 0.5), atol=1e-5, rtol=0)
    small.sum().backward()
    assert (frames.grad > 0).all()
    green = torch.tensor([0.0, 1.0, 0.0])[None, None, :, None, None].expand(1, 5, 3, 16, 16)
    torch.testing.assert_close(net.to_grey_crops(green), torch.full((1, 5, 16, 16), 0.587))


def test_a_loaded_network_is_the_saved_one_and_frozen(net, mel, tmp_path):
    checkpoint.save(net, tmp_path / "sync.safetensors", {"size": SMALL.as_dict()})
    loaded = load_syncnet(tmp_path / "sync.safetensors")
    assert loaded.size == SMALL
    assert not loaded.training
    assert not any(part.requires_grad for part in loaded.parameters())
    torch.testing.assert_close(loaded.embed_audio(mel), net.embed_audio(mel), atol=0.02, rtol=0)


def test_invalid_sizes_and_missing_files_are_refused(tmp_path):
    with pytest.raises(InputError, match="multiple of 16"):
        SyncNetSize(side=50)
    with pytest.raises(WeightsError, match="no such weights"):
        load_syncnet(tmp_path / "none.safetensors")
