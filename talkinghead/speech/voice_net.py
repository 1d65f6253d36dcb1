"""The voice network: mel to a code of what was said, and the code to mel in any voice."""

from dataclasses import asdict, dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from talkinghead.encoder import HALVING, Block, Encoder
from talkinghead.speech.mel import BANDS

DECODER = ((1, 1), (2, 2), (4, 4))


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


class VoiceNet(Encoder):
    """AutoVC's split of a voice (Qian et al. 2019), with phones taught on the code.

    The encoder hears mel and knows the speaker, so that its narrow code need not carry the
    voice; the decoder rebuilds the mel from code, speaker and pitch (Qian et al. 2020).
    """

    def __init__(self, size: VoiceNetSize | None = None):
        size = size or VoiceNetSize()
        super().__init__(BANDS, size.speaker, size.width)
        self.size, width, code = size, size.width, size.code
        self.narrow.append(nn.Conv1d(width, code, 1))
        self.norm = nn.LayerNorm(code, elementwise_affine=False)
        self.phones = nn.Linear(code, self.size.phones)
        self.widen = nn.Linear(code + 2 * HALVING, width)
        self.voice = nn.Linear(self.size.speaker, width)
        self.decoder = nn.Sequential(*(Block(width, *block) for block in DECODER))
        self.paint = nn.Conv1d(width, HALVING * BANDS, 1)

    def squeeze(self, hidden: Float[Tensor, "b u width"]) -> Float[Tensor, "b u code"]:
        """Hidden states to the code, frame by frame."""
        return self.norm(self.narrow[1](hidden.mT).mT)

    def encode(
        self, mel: Float[Tensor, f"b t {BANDS}"], speaker: Float[Tensor, "b speaker"]
    ) -> Float[Tensor, f"b t//{HALVING} code"]:
        """Log-mel, t even, and a voice's embedding to the code."""
        return self.squeeze(self.hear(mel, speaker))

    def decode(
        self,
        code: Float[Tensor, "b u code"],
        speaker: Float[Tensor, "b speaker"],
        pitch: Float[Tensor, f"b {HALVING}*u 2"],
    ) -> Float[Tensor, f"b {HALVING}*u {BANDS}"]:
        """The log-mel of a code spoken by `speaker` at `pitch`."""
        batch, frames = code.shape[:2]
        heard = torch.cat([code, pitch.reshape(batch, frames, -1)], dim=-1)
        x = functional.gelu(self.widen(heard) + self.voice(speaker)[:, None])
        mel: Tensor = self.paint(self.decoder(x.mT)).mT
        return mel.reshape(batch, -1, BANDS)
