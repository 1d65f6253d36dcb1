"""The voice network: mel to a code of what was said, and the code to mel in any voice."""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from talkinghead.speech.mel import BANDS

HALVING = 2  # mel frames a code frame: the bottleneck in time
KERNEL = 3
# The encoder's residual blocks: how far apart a block's three taps lie, and how many frames of
# the future it sees. The first gather the neighbourhood, the last only the past.
BLOCKS = ((1, 1), (1, 1), (2, 2), (2, 2), (4, 4), (4, 0), (8, 0), (1, 0))
DECODER = ((1, 1), (2, 2), (4, 4))
FRONT = 2  # mel frames of the future that the first convolution sees


@dataclass(frozen=True)
class VoiceNetSize:
    """Everything needed to build the network again; stored beside its weights."""

    width: int = 192  # channels of encoder and decoder
    code: int = 64  # channels of the code: the bottleneck
    speaker: int = 256  # channels of the speaker embedding
    phones: int = 40

    def as_dict(self) -> dict[str, int]:
        """The sizes as plain numbers."""
        return asdict(self)


class Block(nn.Module):
    """A dilated convolution and a mixing of channels, added to what came in."""

    def __init__(self, width: int, dilation: int, ahead: int):
        super().__init__()
        self.pad = ((KERNEL - 1) * dilation - ahead, ahead)
        self.norm = nn.BatchNorm1d(width)
        self.look = nn.Conv1d(width, width, KERNEL, dilation=dilation)
        self.mix = nn.Conv1d(width, width, 1)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Tensor) -> Tensor:
        """(b, width, t) to the same."""
        seen = self.look(functional.pad(self.norm(x), self.pad))
        return x + self.drop(self.mix(functional.gelu(seen)))


class VoiceNet(nn.Module):
    """AutoVC's split of a voice (Qian et al. 2019), with phones taught on the code.

    The encoder hears mel and knows the speaker, so that its narrow code need not carry the
    voice; the decoder rebuilds the mel from code, speaker and pitch (Qian et al. 2020). Unlike
    AutoVC's BiLSTM the encoder is a stack of convolutions that sees `look_ahead` mel frames of
    the future: it can follow a microphone.
    """

    def __init__(self, size: VoiceNetSize | None = None):
        super().__init__()
        self.size = size or VoiceNetSize()
        width, code = self.size.width, self.size.code
        self.front = nn.Conv1d(BANDS, width, 2 * FRONT + 1, stride=HALVING)
        self.knows = nn.Linear(self.size.speaker, width)
        self.encoder = nn.Sequential(*(Block(width, *block) for block in BLOCKS))
        self.narrow = nn.Sequential(nn.BatchNorm1d(width), nn.Conv1d(width, code, 1))
        self.norm = nn.LayerNorm(code, elementwise_affine=False)
        self.phones = nn.Linear(code, self.size.phones)
        self.widen = nn.Linear(code + 2 * HALVING, width)
        self.voice = nn.Linear(self.size.speaker, width)
        self.decoder = nn.Sequential(*(Block(width, *block) for block in DECODER))
        self.paint = nn.Conv1d(width, HALVING * BANDS, 1)

    @property
    def look_ahead(self) -> int:
        """Mel frames of the future that a code frame hears."""
        return FRONT + HALVING * sum(ahead for _, ahead in BLOCKS)

    @property
    def look_back(self) -> int:
        """Mel frames of the past that a code frame hears."""
        return FRONT + HALVING * sum((KERNEL - 1) * gap - ahead for gap, ahead in BLOCKS)

    def hear(self, mel: Tensor, speaker: Tensor) -> Tensor:
        """(b, t, BANDS) log-mel, t even, and (b, speaker) embedding to what goes into the
        bottleneck: hidden states (b, t // HALVING, width), each of about unit spread.
        """
        padded = functional.pad(mel.mT, (FRONT, FRONT), mode="replicate")
        x = functional.gelu(self.front(padded) + self.knows(speaker)[..., None])
        levelled: Tensor = self.narrow[0](self.encoder(x))
        return levelled.mT

    def squeeze(self, hidden: Tensor) -> Tensor:
        """(b, u, width) hidden states to the (b, u, code) code, frame by frame."""
        return self.norm(self.narrow[1](hidden.mT).mT)

    def encode(self, mel: Tensor, speaker: Tensor) -> Tensor:
        """(b, t, BANDS) log-mel, t even, and (b, speaker) embedding to (b, t // HALVING, code)."""
        return self.squeeze(self.hear(mel, speaker))

    def decode(self, code: Tensor, speaker: Tensor, pitch: Tensor) -> Tensor:
        """The (b, t, BANDS) log-mel of a code spoken by `speaker` at `pitch` (b, t, 2)."""
        batch, frames = code.shape[:2]
        heard = torch.cat([code, pitch.reshape(batch, frames, -1)], dim=-1)
        x = functional.gelu(self.widen(heard) + self.voice(speaker)[:, None])
        mel: Tensor = self.paint(self.decoder(x.mT)).mT
        return mel.reshape(batch, -1, BANDS)
