"""The network of resemblyzer: speaker embeddings (GE2E; Wan, Wang, Papir, Lopez Moreno 2018)."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn


@dataclass(frozen=True)
class SpeakerEmbeddingSize:
    """The hyperparameters."""

    mel_bands: int = 40
    hidden: int = 256
    layers: int = 3
    embedding: int = 256


class SpeakerEmbeddingNet(nn.Module):
    """An LSTM over mel power whose last state is projected to an embedding."""

    def __init__(self, size: SpeakerEmbeddingSize) -> None:
        super().__init__()
        self.lstm = nn.LSTM(size.mel_bands, size.hidden, size.layers, batch_first=True)
        self.linear = nn.Linear(size.hidden, size.embedding)

    def forward(self, mel: Float[Tensor, "n t bands"]) -> Float[Tensor, "n embedding"]:
        """Windows of mel power, of 1.6 s, to embeddings of unit norm without negative entries."""
        _, (hidden, _) = self.lstm(mel)
        raw: Tensor = self.linear(hidden[-1]).relu()
        return raw / raw.norm(dim=1, keepdim=True)
