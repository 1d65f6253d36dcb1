"""SyncNet: five frames of a mouth and the audio around them to unit vectors that agree in sync.

After Chung and Zisserman 2016 and the sync expert of Wav2Lip (Prajwal et al. 2020). Neither tower
pads in time, so the embeddings of a whole clip cost one pass over it.
"""

from dataclasses import asdict, dataclass
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from talkinghead.errors import InputError
from talkinghead.media.image import LUMA
from talkinghead.models.mel import MEL_BANDS
from talkinghead.sample_rates import STRIDE

FRAME_WINDOW: Final = 5  # video frames behind one embedding: a fifth of a second
MEL_WINDOW: Final = 40  # mel frames behind one, twice as long: lips move before the sound
MEL_LEAD: Final = 10  # of which lie before the first video frame


@dataclass(frozen=True)
class SyncNetSize:
    """The hyperparameters that rebuild the network; stored in its model card."""

    side: int = 48  # pixels of a mouth crop (`sync.crops.crop_mouths`)
    face_channels: int = 16  # of the face encoder's first layer
    audio_channels: int = 16  # of the audio encoder's first layer
    embedding_channels: int = 128

    def __post_init__(self) -> None:
        channels = (self.face_channels, self.audio_channels, self.embedding_channels)
        if self.side < 16 or self.side % 16 or min(channels) < 1:
            raise InputError(
                f"SyncNet's side must be a multiple of 16 and its channels positive, got {self}"
            )

    def as_dict(self) -> dict[str, int]:
        """The fields as plain numbers."""
        return asdict(self)


def _valid_in_time(
    channels: int, width: int, kernel: tuple[int, int], stride: tuple[int, int]
) -> nn.Sequential:
    """A 2-D convolution that pads the frequency axis and not the time axis."""
    return nn.Sequential(
        nn.Conv2d(channels, width, kernel, stride, padding=(0, kernel[1] // 2), bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
    )


def _same(channels: int, width: int, stride: int, kernel: int = 3) -> nn.Sequential:
    """A 2-D convolution that pads both axes."""
    return nn.Sequential(
        nn.Conv2d(channels, width, kernel, stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
    )


class _FaceEncoder(nn.Module):
    """Grey mouth crops to one feature vector for each FRAME_WINDOW frames."""

    def __init__(self, side: int, width: int):
        super().__init__()
        self.convs = nn.Sequential(
            _same(FRAME_WINDOW, width, 2, 5),
            _same(width, 2 * width, 2),
            _same(2 * width, 4 * width, 2),
            _same(4 * width, 4 * width, 1),
            _same(4 * width, 6 * width, 2),
        )
        self.features = 6 * width * (side // 16) ** 2

    def forward(
        self, grey: Float[Tensor, "b t s s"]
    ) -> Float[Tensor, f"b t-{FRAME_WINDOW}+1 {{self.features}}"]:
        # Frames as channels, as SyncNet has it: motion is seen at full resolution.
        stacks = grey.unfold(1, FRAME_WINDOW, 1).permute(0, 1, 4, 2, 3)
        out: Tensor = self.convs(stacks.flatten(0, 1))
        return out.reshape(*stacks.shape[:2], -1)


class _AudioEncoder(nn.Module):
    """Log-mel to one feature vector for each video frame, from MEL_WINDOW mel frames each."""

    def __init__(self, width: int):
        super().__init__()
        # The receptive field grows over 3, 6, 12 and 20 to 40 mel frames with the last layer.
        self.convs = nn.Sequential(
            _valid_in_time(1, width, (3, 5), (1, 2)),
            _valid_in_time(width, 2 * width, (4, 3), (2, 2)),
            _valid_in_time(2 * width, 4 * width, (4, 3), (2, 2)),
            _valid_in_time(4 * width, 4 * width, (3, 3), (1, 2)),
        )
        self.temporal_conv = nn.Sequential(
            nn.Conv1d(4 * width * (MEL_BANDS // 16), 256, 6, bias=False),
            nn.BatchNorm1d(256),
            nn.ReLU(),
        )
        self.features = 256

    def forward(
        self, mel: Float[Tensor, f"b m {MEL_BANDS}"]
    ) -> Float[Tensor, f"b (m-{MEL_WINDOW})//{STRIDE}+1 {{self.features}}"]:
        hidden = self.convs(mel[:, None])  # (b, c, n + 5, MEL_BANDS / 16)
        out: Tensor = self.temporal_conv(hidden.permute(0, 1, 3, 2).flatten(1, 2))
        return out.mT


class SyncNet(nn.Module):
    """Two towers into one space: the closer two embeddings, the better mouth and audio fit."""

    def __init__(self, size: SyncNetSize | None = None):
        super().__init__()
        self.size = size = size or SyncNetSize()
        self.face_encoder = _FaceEncoder(size.side, size.face_channels)
        self.audio_encoder = _AudioEncoder(size.audio_channels)
        self.face_proj = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(self.face_encoder.features, size.embedding_channels)
        )
        self.audio_proj = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(self.audio_encoder.features, size.embedding_channels)
        )

    def embed_faces(
        self, crops: Float[Tensor, "b t {self.size.side} {self.size.side}"]
    ) -> Float[Tensor, f"b t-{FRAME_WINDOW}+1 embedding"]:
        """Grey mouth crops in [0, 1] to embeddings of unit norm."""
        return self.project_faces(self.face_encoder(normalise_lighting(crops)))

    def project_faces(
        self, features: Float[Tensor, "b n features"]
    ) -> Float[Tensor, "b n embedding"]:
        """Features of the face encoder to embeddings of unit norm."""
        return functional.normalize(self.face_proj(features), dim=-1)

    def embed_audio(
        self, mel: Float[Tensor, f"b m {MEL_BANDS}"]
    ) -> Float[Tensor, f"b (m-{MEL_WINDOW})//{STRIDE}+1 embedding"]:
        """Log-mel to embeddings of unit norm."""
        return functional.normalize(self.audio_proj(self.audio_encoder(mel)), dim=-1)

    def to_grey_crops(
        self, frames: Float[Tensor, "b t 3 s s"]
    ) -> Float[Tensor, "b t {self.size.side} {self.size.side}"]:
        """RGB crops of any side to grey ones of the network's side, differentiably."""
        weights = torch.tensor(LUMA, dtype=frames.dtype, device=frames.device)
        grey = torch.einsum("btcyx,c->btyx", frames, weights)
        side = self.size.side
        if grey.shape[-1] == side:
            return grey
        return functional.interpolate(
            grey, (side, side), mode="bilinear", align_corners=False, antialias=True
        )


def normalise_lighting(crops: Float[Tensor, "b t s s"]) -> Float[Tensor, "b t s s"]:
    """Crops with the mean and contrast of their clip removed: neither lighting nor skin counts.

    Mean and contrast are those of all frames together: an opening mouth darkens its own crop.
    """
    mean = crops.mean(dim=(1, 2, 3), keepdim=True)
    spread = crops.std(dim=(2, 3), keepdim=True).mean(dim=1, keepdim=True)
    return (crops - mean) / spread.clamp(min=0.02)


def mel_frames(frames: int) -> int:
    """The number of mel frames that go with `frames` video frames, at least FRAME_WINDOW."""
    return STRIDE * (frames - FRAME_WINDOW) + MEL_WINDOW
