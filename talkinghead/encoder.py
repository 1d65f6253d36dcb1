"""What hears: log-mel and a speaker embedding to hidden states, in which phones are told apart."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from talkinghead.types import Array

HALVING = 2  # mel frames a hidden state
KERNEL = 3
# The residual blocks: how far apart a block's three taps lie, and how many states of the
# future it sees. The first gather the neighbourhood, the last only the past.
BLOCKS = ((1, 1), (1, 1), (2, 2), (2, 2), (4, 4), (4, 0), (8, 0), (1, 0))
FRONT = 2  # mel frames of the future that the first convolution sees
PASS = 3000  # mel frames heard at a time, 30 seconds: memory stays flat


Kept = tuple[Tensor, Tensor]  # what waits for its future to be heard, and what is heard again


class Block(nn.Module):
    """A dilated convolution and a mixing of channels, added to what came in."""

    def __init__(self, width: int, dilation: int, ahead: int):
        super().__init__()
        self.pad = ((KERNEL - 1) * dilation - ahead, ahead)
        self.norm = nn.BatchNorm1d(width)
        self.look = nn.Conv1d(width, width, KERNEL, dilation=dilation)
        self.mix = nn.Conv1d(width, width, 1)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Float[Tensor, "b width t"]) -> Float[Tensor, "b width t"]:
        seen = self.look(functional.pad(self.norm(x), self.pad))
        return x + self.drop(self.mix(functional.gelu(seen)))

    def step(
        self, x: Float[Tensor, "b width t"], state: Kept | None, last: bool
    ) -> tuple[Float[Tensor, "b width u"], Kept]:
        """New states in, those out whose future has been seen: in sum, what `forward` gives."""
        back, ahead = self.pad
        waiting, known = state or (x[..., :0], x.new_zeros(*x.shape[:2], back))
        waiting = torch.cat([waiting, x], dim=-1)
        known = torch.cat([known, self.norm(x) if x.shape[-1] else x], dim=-1)
        if last:
            known = functional.pad(known, (0, ahead))
        count = max(0, known.shape[-1] - back - ahead)
        if not count:
            return x[..., :0], (waiting, known)
        seen = few(self.mix, functional.gelu(few(self.look, known)))
        return waiting[..., :count] + seen, (waiting[..., count:], known[..., count:])


def few(layer: nn.Conv1d, x: Float[Tensor, "b c t"]) -> Float[Tensor, "b d u"]:
    """What an unpadded convolution of stride 1 gives; of few frames in a quarter of the time."""
    gap, width = layer.dilation[0], layer.kernel_size[0]
    count = x.shape[-1] - gap * (width - 1)
    taps = torch.stack([x[..., k * gap : k * gap + count] for k in range(width)], dim=2)
    made = layer.weight.flatten(1) @ taps.flatten(1, 2)
    return made if layer.bias is None else made + layer.bias[:, None]


# Mel heard again, and what each block keeps.
EncoderState = tuple[Tensor, list[Kept | None]]


class Encoder(nn.Module):
    """A stack of convolutions that sees `look_ahead` mel frames of the future.

    It knows the speaker, so that what it says of the sound need not carry the voice. Unlike
    AutoVC's BiLSTM (Qian et al. 2019) it can follow a microphone.
    """

    def __init__(self, bands: int, speaker: int, width: int):
        super().__init__()
        self.front = nn.Conv1d(bands, width, 2 * FRONT + 1, stride=HALVING)
        self.knows = nn.Linear(speaker, width)
        self.encoder = nn.Sequential(*(Block(width, *block) for block in BLOCKS))
        self.narrow = nn.Sequential(nn.BatchNorm1d(width))  # and what follows, in a larger network

    @property
    def look_ahead(self) -> int:
        """Mel frames of the future that a hidden state hears."""
        return FRONT + HALVING * sum(ahead for _, ahead in BLOCKS)

    @property
    def look_back(self) -> int:
        """Mel frames of the past that a hidden state hears."""
        return FRONT + HALVING * sum((KERNEL - 1) * gap - ahead for gap, ahead in BLOCKS)

    def hear(
        self, mel: Float[Tensor, "b t bands"], speaker: Float[Tensor, "b speaker"]
    ) -> Float[Tensor, f"b t//{HALVING} width"]:
        """Log-mel, t even, and a voice's embedding to hidden states of about unit spread."""
        padded = functional.pad(mel.mT, (FRONT, FRONT), mode="replicate")
        x = functional.gelu(self.front(padded) + self.knows(speaker)[..., None])
        levelled: Tensor = self.narrow[0](self.encoder(x))
        return levelled.mT

    def step(
        self,
        mel: Float[Tensor, "b t bands"],
        speaker: Float[Tensor, "b speaker"],
        state: EncoderState | None,
        last: bool = False,
    ) -> tuple[Float[Tensor, "b u width"], EncoderState]:
        """New log-mel to the hidden states that it completes: in sum, what `hear` gives.

        A hidden state is out when `look_ahead` mel frames after its own have come; with `last`
        the sound ends here, and so does the waiting. Not for training.
        """
        if state is None:
            state = (mel[:, :1].expand(-1, FRONT, -1), [None] * len(self.encoder))
        known, blocks = torch.cat([state[0], mel], dim=1), state[1]
        if last:
            odd = (known.shape[1] - FRONT) % HALVING
            known = torch.cat([known, known[:, -1:].expand(-1, FRONT + odd, -1)], dim=1)
        count = max(0, (known.shape[1] - 2 * FRONT - 1) // HALVING + 1)
        x = known.new_zeros(len(mel), self.front.out_channels, 0)
        if count:
            used = known[:, : (count - 1) * HALVING + 2 * FRONT + 1]
            x = functional.gelu(self.front(used.mT) + self.knows(speaker)[..., None])
        kept: list[Kept | None] = []
        for block, past in zip(self.encoder, blocks, strict=True):
            assert isinstance(block, Block)
            x, past = block.step(x, past, last)
            kept.append(past)
        levelled: Tensor = self.narrow[0](x) if x.shape[-1] else x
        return levelled.mT, (known[:, count * HALVING :], kept)


class Follower:
    """An encoder that hears sound as it arrives; what it says is, in sum, what `hear` says."""

    def __init__(self, net: Encoder):
        self._net = net
        self._state: EncoderState | None = None

    @torch.inference_mode()
    def __call__(self, mel: Array, speaker: Array, last: bool = False) -> Array:
        """(t, bands) new log-mel and (256,) speaker to the (u, width) states they complete.

        The first call takes one frame at least. The speaker may change from call to call.
        """
        device = next(self._net.parameters()).device
        given = torch.as_tensor(mel, dtype=torch.float32, device=device)[None]
        voice = torch.as_tensor(speaker, dtype=torch.float32, device=device)[None]
        hidden, self._state = self._net.step(given, voice, self._state, last)
        return np.asarray(hidden[0].cpu().numpy())


@torch.inference_mode()
def hear(net: Encoder, mel: Array, speaker: Array) -> Array:
    """(t, bands) log-mel and (256,) speaker to (ceil(t / HALVING), width) float32 hidden states.

    Passes overlap by all that a state hears, so that the result is that of one pass.
    """
    device = next(net.parameters()).device
    mel = np.pad(mel, ((0, -len(mel) % HALVING), (0, 0)), mode="edge")
    voice = torch.as_tensor(speaker, dtype=torch.float32, device=device)[None]
    back, ahead = (-(-n // HALVING) * HALVING for n in (net.look_back, net.look_ahead))
    parts = []
    for start in range(0, len(mel), PASS):
        first = max(0, start - back)
        heard = torch.as_tensor(mel[first : start + PASS + ahead], device=device)[None]
        hidden = net.hear(heard, voice)[0].cpu().numpy()
        skip = (start - first) // HALVING
        parts.append(hidden[skip : skip + PASS // HALVING])
    return np.concatenate(parts)
