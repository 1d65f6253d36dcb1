"""Voice detector: does this log-mel hold a voice, whatever music or noise is with it?

A causal stack of dilated convolutions with a short look-ahead. Its past of two and a half seconds
tells notes, which are held and repeated, from syllables, whose resonances move.
"""

from dataclasses import asdict, dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from talkinghead.models.conv_encoder import (
    INPUT_CONTEXT,
    SUBSAMPLING,
    BlockState,
    ResidualBlock,
    conv1d_short,
    step_blocks,
    take_complete_windows,
)
from talkinghead.models.mel import MEL_BANDS
from talkinghead.types import Array

# (dilation, look-ahead in outputs) of each residual block: 140 ms ahead, with the input's context
BLOCKS = ((1, 1), (2, 2), (4, 3), (8, 0), (16, 0), (32, 0))
CHUNK = 3000  # mel frames per forward pass, 30 seconds: bounds the memory

DetectorState = tuple[Tensor, list[BlockState | None]]  # past log-mel, and the blocks' states


@dataclass(frozen=True)
class VoiceDetectorSize:
    """Hyperparameters that rebuild the network; the model card holds them."""

    mel_bands: int = MEL_BANDS
    channels: int = 48

    def as_dict(self) -> dict[str, int]:
        """The fields as plain numbers."""
        return asdict(self)


class VoiceDetector(nn.Module):
    """Log-mel to the log-odds that a voice is heard, one output per SUBSAMPLING frames."""

    def __init__(self, size: VoiceDetectorSize | None = None):
        super().__init__()
        self.size = size = size or VoiceDetectorSize()
        self.input_conv = nn.Conv1d(
            size.mel_bands, size.channels, 2 * INPUT_CONTEXT + 1, stride=SUBSAMPLING
        )
        self.blocks = nn.Sequential(*(ResidualBlock(size.channels, *block) for block in BLOCKS))
        self.output_norm = nn.BatchNorm1d(size.channels)
        self.output = nn.Conv1d(size.channels, 1, 1)

    @property
    def look_ahead(self) -> int:
        """Mel frames of the future that an output depends on."""
        return INPUT_CONTEXT + SUBSAMPLING * sum(ahead for _, ahead in BLOCKS)

    def forward(self, mel: Float[Tensor, "b t bands"]) -> Float[Tensor, f"b t//{SUBSAMPLING}"]:
        """Log-mel (t even) to log-odds of a voice."""
        padded = functional.pad(mel.mT, (INPUT_CONTEXT, INPUT_CONTEXT), mode="replicate")
        hidden = self.blocks(functional.gelu(self.input_conv(padded)))
        logits: Tensor = self.output(functional.gelu(self.output_norm(hidden)))
        return logits[:, 0]

    def step(
        self, mel: Float[Tensor, "b t bands"], state: DetectorState | None, last: bool = False
    ) -> tuple[Float[Tensor, "b u"], DetectorState]:
        """One streaming step: new log-mel to the outputs that it completes.

        Over all steps the outputs are those of `forward`. An output comes `look_ahead` mel frames
        after its own; `last` ends the stream. For inference only.
        """
        if state is None:
            state = (mel[:, :1].expand(-1, INPUT_CONTEXT, -1), [None] * len(self.blocks))
        used, past = take_complete_windows(torch.cat([state[0], mel], dim=1), last)
        x = mel.new_zeros(len(mel), self.size.channels, 0)
        if used.shape[1]:
            x = functional.gelu(self.input_conv(used.mT))
        x, block_states = step_blocks(self.blocks, x, state[1], last)
        logits = x.new_zeros(len(mel), 1, 0)
        if x.shape[-1]:
            logits = conv1d_short(self.output, functional.gelu(self.output_norm(x)))
        return logits[:, 0], (past, block_states)


class StreamingVoiceDetector:
    """A VoiceDetector over a stream; over all calls it returns what `detect_voice` does."""

    def __init__(self, net: VoiceDetector):
        self._net = net
        self._state: DetectorState | None = None

    @torch.inference_mode()
    def __call__(self, mel: Array, last: bool = False) -> Array:
        """(t, bands) new log-mel to the (u,) probabilities in [0, 1] that they complete.

        The first call needs at least one frame.
        """
        probabilities, self._state = self._step(mel, last)
        return probabilities

    @torch.inference_mode()
    def preview(self, mel: Array) -> Array:
        """What the call would return if the stream ended with `mel`; the stream is unchanged."""
        return self._step(mel, True)[0]

    def _step(self, mel: Array, last: bool) -> tuple[Array, DetectorState]:
        device = next(self._net.parameters()).device
        batch = torch.as_tensor(mel, dtype=torch.float32, device=device)[None]
        logits, state = self._net.step(batch, self._state, last)
        return np.asarray(torch.sigmoid(logits[0]).cpu().numpy()), state


def detect_voice(net: VoiceDetector, mel: Array) -> Array:
    """(t, bands) log-mel to (ceil(t / SUBSAMPLING),) float32 probabilities of a voice."""
    detector = StreamingVoiceDetector(net)
    starts = range(0, len(mel), CHUNK)
    parts = [detector(mel[at : at + CHUNK], at + CHUNK >= len(mel)) for at in starts]
    return np.concatenate(parts)
