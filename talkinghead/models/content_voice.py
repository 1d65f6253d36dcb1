"""The content-voice model (AutoVC): log-mel to a content code, and the code to any voice's log-mel.

AutoVC: Qian et al. 2019; with pitch as a decoder input: Qian et al. 2020 (AutoVC-F0).
"""

from dataclasses import asdict, dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from talkinghead.models.conv_encoder import SUBSAMPLING, ConvEncoder, ResidualBlock
from talkinghead.models.mel import MEL_BANDS

DECODER_BLOCKS = ((1, 1), (2, 2), (4, 4))  # (dilation, look-ahead) of each


@dataclass(frozen=True)
class ContentVoiceSize:
    """The hyperparameters that rebuild the network; stored in its model card."""

    conv_channels: int = 192  # of encoder and decoder
    code_channels: int = 64  # of the content code: the bottleneck
    speaker_channels: int = 256  # of the speaker embedding
    phones: int = 40

    def as_dict(self) -> dict[str, int]:
        """The fields as plain numbers."""
        return asdict(self)


class ContentVoiceModel(ConvEncoder):
    """AutoVC's autoencoder, with a phone classifier on the content code.

    Encoder and decoder are both given the speaker embedding, so that the narrow code need not
    carry the voice; the decoder rebuilds the log-mel from code, speaker and F0.
    """

    def __init__(self, size: ContentVoiceSize | None = None):
        size = size or ContentVoiceSize()
        super().__init__(MEL_BANDS, size.speaker_channels, size.conv_channels)
        self.size, width, code = size, size.conv_channels, size.code_channels
        self.bottleneck = nn.Conv1d(width, code, 1)
        self.code_norm = nn.LayerNorm(code, elementwise_affine=False)
        self.phone_head = nn.Linear(code, size.phones)
        self.decoder_input_proj = nn.Linear(code + 2 * SUBSAMPLING, width)
        self.decoder_speaker_proj = nn.Linear(size.speaker_channels, width)
        self.decoder_blocks = nn.Sequential(
            *(ResidualBlock(width, *block) for block in DECODER_BLOCKS)
        )
        self.mel_head = nn.Conv1d(width, SUBSAMPLING * MEL_BANDS, 1)

    def project_to_code(self, hidden: Float[Tensor, "b u width"]) -> Float[Tensor, "b u code"]:
        """Hidden states to the content code, of zero mean and unit variance in each frame."""
        return self.code_norm(self.bottleneck(hidden.mT).mT)

    def encode_content(
        self, mel: Float[Tensor, f"b t {MEL_BANDS}"], speaker: Float[Tensor, "b speaker"]
    ) -> Float[Tensor, f"b t//{SUBSAMPLING} code"]:
        """Log-mel (t even) and a speaker embedding to the content code."""
        return self.project_to_code(self.encode(mel, speaker))

    def decode(
        self,
        code: Float[Tensor, "b u code"],
        speaker: Float[Tensor, "b speaker"],
        f0: Float[Tensor, f"b {SUBSAMPLING}*u 2"],
    ) -> Float[Tensor, f"b {SUBSAMPLING}*u {MEL_BANDS}"]:
        """The log-mel of a content code in the voice of `speaker`, with a normalised F0 contour
        (`speech.f0.normalise_f0`).
        """
        batch, frames = code.shape[:2]
        inputs = torch.cat([code, f0.reshape(batch, frames, -1)], dim=-1)
        x = functional.gelu(
            self.decoder_input_proj(inputs) + self.decoder_speaker_proj(speaker)[:, None]
        )
        mel: Tensor = self.mel_head(self.decoder_blocks(x.mT)).mT
        return mel.reshape(batch, -1, MEL_BANDS)
