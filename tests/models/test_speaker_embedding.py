"""An embedding has unit norm and depends on its own window only."""

import torch

from talkinghead.models.speaker_embedding import SpeakerEmbeddingNet, SpeakerEmbeddingSize


def test_embeddings_have_unit_norm_and_windows_do_not_mix():
    torch.manual_seed(0)
    net = SpeakerEmbeddingNet(SpeakerEmbeddingSize(mel_bands=4, hidden=8, layers=2, embedding=6))
    mel = torch.rand(3, 20, 4)
    with torch.inference_mode():
        together, alone = net(mel), net(mel[1:2])
    assert together.shape == (3, 6)
    assert (together >= 0).all()
    assert torch.allclose(together.norm(dim=1), torch.ones(3))
    assert torch.allclose(together[1:2], alone)
