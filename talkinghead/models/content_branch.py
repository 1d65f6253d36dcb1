"""The content branch: encoder features and a neutral face to landmark displacements."""

from dataclasses import asdict, dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from talkinghead.landmarks import COUNT
from talkinghead.models.conv_encoder import ConvEncoder
from talkinghead.sample_rates import STRIDE

KERNEL, CONV_LAYERS = 5, 2
CONV_CONTEXT = CONV_LAYERS * (KERNEL // 2)  # motion frames that the convolutions see either side


@dataclass(frozen=True)
class ContentBranchSize:
    """The hyperparameters that rebuild the network; stored in its model card."""

    input_channels: int = 80  # of the encoder features, or of the log-mel without an encoder
    stride: int = STRIDE  # feature frames per motion frame
    mel_bands: int = 80
    speaker_channels: int = 0  # of the encoder's speaker embedding; 0: no encoder, plain log-mel
    lstm_channels: int = 128
    lstm_layers: int = 2
    conv_channels: int = 192
    face_channels: int = 32  # of the neutral face's projection
    look_ahead: int = 6  # motion frames of future audio behind each output frame (240 ms)

    def __post_init__(self) -> None:
        if self.look_ahead < CONV_CONTEXT:
            raise ValueError(f"a look-ahead of {self.look_ahead} frames, under {CONV_CONTEXT}")

    def as_dict(self) -> dict[str, int]:
        """The fields as plain numbers."""
        return asdict(self)


# Hidden and cell state of the LSTM, and the last feature frames, (b, look_ahead + context, c).
State = tuple[tuple[Tensor, Tensor] | None, Tensor]


def _input_projection(size: ContentBranchSize, width: int) -> nn.Sequential:
    """The features of one motion frame, (stride * input_channels), to (width) channels."""
    linear = nn.Linear(size.input_channels * size.stride, width)
    return nn.Sequential(linear, nn.LeakyReLU(0.2), nn.Dropout(0.3))


class _DisplacementHead(nn.Module):
    """Hidden states and the neutral face to displacements."""

    def __init__(self, size: ContentBranchSize, width: int):
        super().__init__()
        self.face_proj = nn.Sequential(
            nn.Linear(3 * COUNT, size.face_channels), nn.Tanh(), nn.Dropout(0.2)
        )
        self.mlp = nn.Sequential(
            nn.Linear(width + size.face_channels, width),
            nn.LeakyReLU(0.2),
            nn.Dropout(0.2),
            nn.Linear(width, 3 * COUNT),
        )

    def forward(
        self, states: Float[Tensor, "b t width"], face: Float[Tensor, "b 68 3"]
    ) -> Float[Tensor, "b t 68 3"]:
        neutral = self.face_proj(face.flatten(1))[:, None].expand(-1, states.shape[1], -1)
        displacements: Tensor = self.mlp(torch.cat([states, neutral], dim=-1))
        return displacements.reshape(*states.shape[:2], COUNT, 3)

    @torch.no_grad()
    def scale_output(self, factor: float) -> None:
        """Multiply every displacement by `factor`."""
        last = self.mlp[-1]
        assert isinstance(last, nn.Linear)
        last.weight.mul_(factor)
        last.bias.mul_(factor)


class ContentBranch(nn.Module):
    """Speech to displacements of the 68 landmarks (MakeItTalk, Zhou et al. 2020, sec. 4.1).

    The output is the mean of two predictors that are trained each for itself: MakeItTalk's LSTM,
    and a convolutional one with 0.16 s of context on either side. On unseen speakers the mean is
    closer to the truth than either. Their encoder starts as a copy of the content-voice model's
    and is fine-tuned: the content code keeps what tells phones apart, and lips show more than that.

    Unlike the original's windows of 18 frames, one LSTM state runs through the whole recording, so
    there is no seam and no lost tail. Output frame i is read from the LSTM `look_ahead` steps
    later.
    """

    def __init__(self, size: ContentBranchSize | None = None):
        super().__init__()
        self.size = size = size or ContentBranchSize()
        encoder_shape = (size.mel_bands, size.speaker_channels, size.input_channels)
        self.encoder = ConvEncoder(*encoder_shape) if size.speaker_channels else None
        self.input_proj = _input_projection(size, size.lstm_channels)
        self.lstm = nn.LSTM(
            size.lstm_channels, size.lstm_channels, size.lstm_layers, batch_first=True, dropout=0.4
        )
        self.head = _DisplacementHead(size, size.lstm_channels)
        self.conv_input_proj = _input_projection(size, size.conv_channels)
        self.conv = nn.ModuleList(
            nn.Conv1d(size.conv_channels, size.conv_channels, KERNEL) for _ in range(CONV_LAYERS)
        )
        self.dropout = nn.Dropout(0.4)
        self.conv_head = _DisplacementHead(size, size.conv_channels)

    def train(self, mode: bool = True) -> "ContentBranch":
        """Set training mode; the encoder keeps its batch-norm statistics, of hundreds of voices."""
        super().train(mode)
        for module in self.encoder.modules() if self.encoder else []:
            if isinstance(module, nn.BatchNorm1d):
                module.eval()
        return self

    def encode(
        self, mel: Float[Tensor, "b t bands"], speaker: Float[Tensor, "b speaker"]
    ) -> Float[Tensor, "b u channels"]:
        """Log-mel and a speaker embedding to the encoder features that `forward` takes.

        Without an encoder they are the log-mel itself.
        """
        return self.encoder.encode(mel, speaker) if self.encoder else mel

    def forward(
        self, features: Float[Tensor, "b u channels"], face: Float[Tensor, "b 68 3"]
    ) -> Float[Tensor, "b u//{self.size.stride} 68 3"]:
        """Encoder features and the neutral face to displacements in face widths."""
        lstm, conv = self.branch_outputs(features, face)
        return (lstm + conv) / 2

    def branch_outputs(
        self, features: Float[Tensor, "b u channels"], face: Float[Tensor, "b 68 3"]
    ) -> tuple[
        Float[Tensor, "b u//{self.size.stride} 68 3"],
        Float[Tensor, "b u//{self.size.stride} 68 3"],
    ]:
        """The displacements of the LSTM and of the convolutions, which the losses take apart."""
        tail = features[:, -self.size.stride :].repeat(1, self.size.look_ahead, 1)
        lstm, conv, _ = self._advance(torch.cat([features, tail], dim=1), face, None)
        return lstm[:, self.size.look_ahead :], conv[:, self.size.look_ahead :]

    def step(
        self,
        features: Float[Tensor, "b u channels"],
        face: Float[Tensor, "b 68 3"],
        state: State | None,
    ) -> tuple[Float[Tensor, "b u//{self.size.stride} 68 3"], State]:
        """One streaming step: new encoder features to displacements and the new state.

        The displacements are those of `look_ahead` motion frames before the features.
        """
        lstm, conv, state = self._advance(features, face, state)
        return (lstm + conv) / 2, state

    def scale_output(self, factor: float) -> None:
        """Multiply every displacement by `factor`."""
        self.head.scale_output(factor)
        self.conv_head.scale_output(factor)

    def _advance(
        self, features: Tensor, face: Tensor, state: State | None
    ) -> tuple[Tensor, Tensor, State]:
        context = self.size.look_ahead + CONV_CONTEXT
        frames = features.reshape(len(features), features.shape[1] // self.size.stride, -1)
        lstm_state, past = state or (None, frames[:, :1].expand(-1, context, -1))
        hidden, lstm_state = self.lstm(self.input_proj(frames), lstm_state)
        with_past = torch.cat([past, frames], dim=1)
        x = self.conv_input_proj(with_past).mT
        for conv in self.conv:
            edge = KERNEL // 2
            x = x[..., edge:-edge] + self.dropout(functional.leaky_relu(conv(x), 0.2))
        local = x.mT[:, : frames.shape[1]]  # beyond are frames whose LSTM output is not due yet
        lstm_out, conv_out = self.head(hidden, face), self.conv_head(local, face)
        return lstm_out, conv_out, (lstm_state, with_past[:, -context:])
