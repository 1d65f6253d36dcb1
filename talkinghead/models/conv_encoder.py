"""Causal-with-look-ahead convolutional encoder: log-mel and a speaker embedding to hidden states.

Used as the encoder of the content-voice model and, fine-tuned, as that of the content branch.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from talkinghead.types import Array

SUBSAMPLING = 2  # mel frames per hidden state
KERNEL = 3
# (dilation, look-ahead in hidden states) of each residual block. The first blocks look both ways,
# the last ones only back.
BLOCKS = ((1, 1), (1, 1), (2, 2), (2, 2), (4, 4), (4, 0), (8, 0), (1, 0))
INPUT_CONTEXT = 2  # mel frames that the input convolution sees on either side
CHUNK = 3000  # mel frames per forward pass, 30 seconds: bounds the memory


BlockState = tuple[Tensor, Tensor]  # residuals that wait for their look-ahead; past inputs


class ResidualBlock(nn.Module):
    """A dilated convolution and a pointwise convolution around a residual connection."""

    def __init__(self, width: int, dilation: int, look_ahead: int):
        super().__init__()
        self.pad = ((KERNEL - 1) * dilation - look_ahead, look_ahead)
        self.norm = nn.BatchNorm1d(width)
        self.conv = nn.Conv1d(width, width, KERNEL, dilation=dilation)
        self.pointwise = nn.Conv1d(width, width, 1)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: Float[Tensor, "b width t"]) -> Float[Tensor, "b width t"]:
        hidden = self.conv(functional.pad(self.norm(x), self.pad))
        return x + self.dropout(self.pointwise(functional.gelu(hidden)))

    def step(
        self, x: Float[Tensor, "b width t"], state: BlockState | None, last: bool
    ) -> tuple[Float[Tensor, "b width u"], BlockState]:
        """One streaming step: the outputs whose look-ahead is complete, and the new state.

        Over all steps the outputs are those of `forward`.
        """
        back, ahead = self.pad
        pending, past = state or (x[..., :0], x.new_zeros(*x.shape[:2], back))
        pending = torch.cat([pending, x], dim=-1)
        past = torch.cat([past, self.norm(x) if x.shape[-1] else x], dim=-1)
        if last:
            past = functional.pad(past, (0, ahead))
        count = max(0, past.shape[-1] - back - ahead)
        if not count:
            return x[..., :0], (pending, past)
        hidden = conv1d_short(self.pointwise, functional.gelu(conv1d_short(self.conv, past)))
        return pending[..., :count] + hidden, (pending[..., count:], past[..., count:])


def conv1d_short(layer: nn.Conv1d, x: Float[Tensor, "b c t"]) -> Float[Tensor, "b d u"]:
    """An unpadded stride-1 convolution as one matrix product: 4 times as fast for few frames."""
    dilation, width = layer.dilation[0], layer.kernel_size[0]
    count = x.shape[-1] - dilation * (width - 1)
    taps = torch.stack([x[..., k * dilation : k * dilation + count] for k in range(width)], dim=2)
    out = layer.weight.flatten(1) @ taps.flatten(1, 2)
    return out if layer.bias is None else out + layer.bias[:, None]


def take_complete_windows(
    past: Float[Tensor, "b t bands"], last: bool
) -> tuple[Float[Tensor, "b u bands"], Float[Tensor, "b v bands"]]:
    """The log-mel whose windows of the input convolution are complete, and what is kept of `past`.

    The first is empty where no window is complete. `last` pads the end of a stream with its last
    frame, as `functional.pad` does for a recording.
    """
    if last:
        odd = (past.shape[1] - INPUT_CONTEXT) % SUBSAMPLING
        past = torch.cat([past, past[:, -1:].expand(-1, INPUT_CONTEXT + odd, -1)], dim=1)
    count = max(0, (past.shape[1] - 2 * INPUT_CONTEXT - 1) // SUBSAMPLING + 1)
    end = (count - 1) * SUBSAMPLING + 2 * INPUT_CONTEXT + 1 if count else 0
    return past[:, :end], past[:, count * SUBSAMPLING :]


def step_blocks(
    blocks: nn.Sequential,
    x: Float[Tensor, "b width t"],
    states: Sequence[BlockState | None],
    last: bool,
) -> tuple[Float[Tensor, "b width u"], list[BlockState | None]]:
    """One streaming step of residual blocks; see `ResidualBlock.step`."""
    new_states: list[BlockState | None] = []
    for block, block_state in zip(blocks, states, strict=True):
        assert isinstance(block, ResidualBlock)
        x, block_state = block.step(x, block_state, last)
        new_states.append(block_state)
    return x, new_states


EncoderState = tuple[Tensor, list[BlockState | None]]  # past log-mel, and the blocks' states


class ConvEncoder(nn.Module):
    """A stack of dilated convolutions that sees `look_ahead` mel frames of the future.

    The speaker embedding is an input, so that the hidden states need not encode the voice. Unlike
    AutoVC's BiLSTM (Qian et al. 2019) it can run on a live stream.
    """

    def __init__(self, bands: int, speaker: int, width: int):
        super().__init__()
        self.input_conv = nn.Conv1d(bands, width, 2 * INPUT_CONTEXT + 1, stride=SUBSAMPLING)
        self.speaker_proj = nn.Linear(speaker, width)
        self.blocks = nn.Sequential(*(ResidualBlock(width, *block) for block in BLOCKS))
        self.output_norm = nn.BatchNorm1d(width)

    @property
    def look_ahead(self) -> int:
        """Mel frames of the future that a hidden state depends on."""
        return INPUT_CONTEXT + SUBSAMPLING * sum(ahead for _, ahead in BLOCKS)

    @property
    def look_back(self) -> int:
        """Mel frames of the past that a hidden state depends on."""
        back = sum((KERNEL - 1) * dilation - ahead for dilation, ahead in BLOCKS)
        return INPUT_CONTEXT + SUBSAMPLING * back

    def encode(
        self, mel: Float[Tensor, "b t bands"], speaker: Float[Tensor, "b speaker"]
    ) -> Float[Tensor, f"b t//{SUBSAMPLING} width"]:
        """Log-mel (t even) and a speaker embedding to hidden states of about unit variance."""
        padded = functional.pad(mel.mT, (INPUT_CONTEXT, INPUT_CONTEXT), mode="replicate")
        x = functional.gelu(self.input_conv(padded) + self.speaker_proj(speaker)[..., None])
        hidden: Tensor = self.output_norm(self.blocks(x))
        return hidden.mT

    def step(
        self,
        mel: Float[Tensor, "b t bands"],
        speaker: Float[Tensor, "b speaker"],
        state: EncoderState | None,
        last: bool = False,
    ) -> tuple[Float[Tensor, "b u width"], EncoderState]:
        """One streaming step: new log-mel to the hidden states that it completes.

        Over all steps the outputs are those of `encode`. A hidden state comes out `look_ahead` mel
        frames after its own; `last` ends the stream and flushes it. For inference only.
        """
        if state is None:
            state = (mel[:, :1].expand(-1, INPUT_CONTEXT, -1), [None] * len(self.blocks))
        used, past = take_complete_windows(torch.cat([state[0], mel], dim=1), last)
        x = mel.new_zeros(len(mel), self.input_conv.out_channels, 0)
        if used.shape[1]:
            x = functional.gelu(self.input_conv(used.mT) + self.speaker_proj(speaker)[..., None])
        x, block_states = step_blocks(self.blocks, x, state[1], last)
        hidden: Tensor = self.output_norm(x) if x.shape[-1] else x
        return hidden.mT, (past, block_states)


@dataclass(frozen=True)
class AudioEncoderSize:
    """The hyperparameters that rebuild the network; stored in its model card."""

    mel_bands: int = 80
    speaker_channels: int = 256  # of the speaker embedding
    conv_channels: int = 192

    def as_dict(self) -> dict[str, int]:
        """The fields as plain numbers."""
        return asdict(self)


class AudioEncoder(ConvEncoder):
    """An encoder on its own: what `train encoder` distils, and a content branch starts from."""

    def __init__(self, size: AudioEncoderSize | None = None):
        self_size = size or AudioEncoderSize()
        super().__init__(self_size.mel_bands, self_size.speaker_channels, self_size.conv_channels)
        self.size = self_size


class StreamingEncoder:
    """A ConvEncoder over a live stream; over all calls it returns what `encode_mel` does."""

    def __init__(self, net: ConvEncoder):
        self._net = net
        self._state: EncoderState | None = None

    @torch.inference_mode()
    def __call__(self, mel: Array, speaker: Array, last: bool = False) -> Array:
        """(t, bands) new log-mel and (256,) speaker embedding to the (u, width) hidden states
        that they complete.

        The first call needs at least one frame. The speaker embedding may change between calls.
        """
        hidden, self._state = self._step(mel, speaker, last)
        return hidden

    @torch.inference_mode()
    def preview(self, mel: Array, speaker: Array) -> Array:
        """What the call would return if the stream ended with `mel`; the stream is unchanged."""
        return self._step(mel, speaker, True)[0]

    def _step(self, mel: Array, speaker: Array, last: bool) -> tuple[Array, EncoderState]:
        device = next(self._net.parameters()).device
        mel_batch = torch.as_tensor(mel, dtype=torch.float32, device=device)[None]
        embedding = torch.as_tensor(speaker, dtype=torch.float32, device=device)[None]
        hidden, state = self._net.step(mel_batch, embedding, self._state, last)
        return np.asarray(hidden[0].cpu().numpy()), state


@torch.inference_mode()
def encode_mel(net: ConvEncoder | None, mel: Array, speaker: Array) -> Array:
    """(t, bands) log-mel and (256,) speaker embedding to (ceil(t / SUBSAMPLING), width) float32.

    Without an encoder the log-mel itself. Chunks overlap by the receptive field, so that the
    result is that of a single pass.
    """
    if net is None:
        return mel
    device = next(net.parameters()).device
    mel = np.pad(mel, ((0, -len(mel) % SUBSAMPLING), (0, 0)), mode="edge")
    embedding = torch.as_tensor(speaker, dtype=torch.float32, device=device)[None]
    back, ahead = (-(-n // SUBSAMPLING) * SUBSAMPLING for n in (net.look_back, net.look_ahead))
    parts = []
    for start in range(0, len(mel), CHUNK):
        first = max(0, start - back)
        chunk = torch.as_tensor(mel[first : start + CHUNK + ahead], device=device)[None]
        hidden = net.encode(chunk, embedding)[0].cpu().numpy()
        skip = (start - first) // SUBSAMPLING
        parts.append(hidden[skip : skip + CHUNK // SUBSAMPLING])
    return np.concatenate(parts)
