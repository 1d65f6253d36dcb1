"""Laws of the sync expert's towers."""

import pytest
import torch

from talkinghead import weights
from talkinghead.errors import InputError, WeightsError
from talkinghead.speech.mel import BANDS
from talkinghead.sync.net import HEARD, SEEN, SyncExpert, SyncSize, level, load_expert, mel_frames

SMALL = SyncSize(side=16, face=2, sound=2, vector=8)
FRAMES = 9


@pytest.fixture
def expert():
    torch.manual_seed(0)
    return SyncExpert(SMALL).eval()


@pytest.fixture
def squares():
    return torch.rand(2, FRAMES, 16, 16, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def mel():
    return torch.randn(2, mel_frames(FRAMES), BANDS, generator=torch.Generator().manual_seed(2))


def test_each_frame_with_its_neighbours_gets_one_vector_of_norm_1(expert, squares, mel):
    for vectors in (expert.see(squares), expert.hear(mel)):
        assert vectors.shape == (2, FRAMES - SEEN + 1, 8)
        torch.testing.assert_close(vectors.norm(dim=-1), torch.ones(2, FRAMES - SEEN + 1))


def test_a_window_alone_sounds_and_looks_as_it_does_within_its_clip(expert, squares, mel):
    levelled, whole = level(squares), expert.hear(mel)
    seen = expert.face(levelled)
    for i in range(FRAMES - SEEN + 1):
        alone = expert.hear(mel[:, 4 * i : 4 * i + HEARD])
        torch.testing.assert_close(alone[:, 0], whole[:, i], atol=1e-5, rtol=0)
        torch.testing.assert_close(expert.face(levelled[:, i : i + SEEN])[:, 0], seen[:, i])


def test_light_says_nothing(expert, squares):
    dimmed = 0.4 * squares + 0.3
    torch.testing.assert_close(expert.see(dimmed), expert.see(squares), atol=1e-4, rtol=0)


def test_pictures_become_grey_squares_of_the_expert_s_side(expert):
    frames = torch.full((1, 5, 3, 40, 40), 0.5, requires_grad=True)
    small = expert.squares(frames)
    torch.testing.assert_close(small, torch.full((1, 5, 16, 16), 0.5), atol=1e-5, rtol=0)
    small.sum().backward()
    assert (frames.grad > 0).all()
    green = torch.tensor([0.0, 1.0, 0.0])[None, None, :, None, None].expand(1, 5, 3, 16, 16)
    torch.testing.assert_close(expert.squares(green), torch.full((1, 5, 16, 16), 0.587))


def test_what_is_loaded_is_what_was_saved_and_frozen(expert, mel, tmp_path):
    weights.save(expert, tmp_path / "sync.safetensors", {"size": SMALL.as_dict()})
    loaded = load_expert(tmp_path / "sync.safetensors")
    assert loaded.size == SMALL
    assert not loaded.training
    assert not any(part.requires_grad for part in loaded.parameters())
    torch.testing.assert_close(loaded.hear(mel), expert.hear(mel), atol=0.02, rtol=0)


def test_sizes_and_files_that_cannot_be_are_refused(tmp_path):
    with pytest.raises(InputError, match="multiple of 16"):
        SyncSize(side=50)
    with pytest.raises(WeightsError, match="no such weights"):
        load_expert(tmp_path / "none.safetensors")
