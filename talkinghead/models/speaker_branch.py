"""The speaker branch: content, speaker embedding and noise to head pose, brows and lip style."""

from dataclasses import asdict, dataclass
from typing import Generic, NamedTuple, TypeVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from talkinghead.landmarks import COUNT
from talkinghead.sample_rates import STRIDE
from talkinghead.types import Array

POSE_CHANNELS = 6  # yaw, pitch, roll, x, y, z
STYLE_CHANNELS = POSE_CHANNELS + 2  # log range of each pose channel, of the brows, of the mouth
# The pose saturates at these limits (degrees, face widths): the renderers cannot follow beyond.
POSE_LIMITS = (28.0, 20.0, 18.0, 0.3, 0.25, 0.12)
SMOOTHING = (0.061, 0.242, 0.394, 0.242, 0.061)  # a Gaussian of one frame: heads do not tremble
# Widths (seconds) of the Gaussians that smooth the noise: from a nod to a change of posture.
NOISE_SCALES = (0.1, 0.2, 0.4, 0.8, 2.0)


@dataclass(frozen=True)
class SpeakerBranchSize:
    """The hyperparameters that rebuild the network; stored in its model card."""

    content_channels: int = 80
    stride: int = STRIDE  # content frames per motion frame
    speaker_channels: int = 256
    token_channels: int = 96
    layers: int = 3
    heads: int = 4
    speaker_bottleneck: int = 12  # channels of the embedding's projection, beside the style
    noise_channels: int = 8  # each at all of NOISE_SCALES
    brow_modes: int = 6  # principal modes of brows and eyelids
    lip_modes: int = 4  # principal modes of lip and jaw style

    def as_dict(self) -> dict[str, int]:
        """The fields as plain numbers."""
        return asdict(self)


class UnitMotion(NamedTuple):
    """Motion before it is scaled to a speaker's range: about unit spread on every channel."""

    pose: Tensor  # (b, t, 6)
    brows: Tensor  # (b, t, size.brow_modes)
    lips: Tensor  # (b, t, size.lip_modes)

    def concatenate(self) -> Float[Tensor, "b t channels"]:
        """All channels side by side, as the discriminators see them."""
        return torch.cat(list(self), dim=-1)


Values = TypeVar("Values", Tensor, Array)


@dataclass(frozen=True)
class SpeakerMotion(Generic[Values]):
    """What the speaker branch adds to the content branch's lips."""

    pose: Values  # (..., t, 6) degrees and face widths
    residual: Values  # (..., t, 68, 3) face widths; never opens the lips
    mouth_range: Values  # (...) the speaker's range of mouth opening over the mean speaker's


class AttentionLayer(nn.Module):
    """A transformer layer (Vaswani et al. 2017) with relative positions only.

    Attention scores fall with the distance in frames, at a rate per head (ALiBi, Press et al.
    2022), so that windows of any length and place are treated alike; a depthwise convolution
    distinguishes before from after.
    """

    slopes: Tensor

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.depthwise_conv = nn.Conv1d(width, width, 7, padding=3, groups=width)
        self.qkv_proj = nn.Linear(width, 3 * width)
        self.out_proj = nn.Linear(width, width)
        self.feed_forward = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(0.1), nn.Linear(2 * width, width)
        )
        self.register_buffer("slopes", 0.25 ** torch.arange(1, heads + 1), persistent=False)

    def forward(self, x: Float[Tensor, "b t width"]) -> Float[Tensor, "b t width"]:
        x = x + self.depthwise_conv(self.norms[0](x).transpose(1, 2)).transpose(1, 2)
        batch, frames, width = x.shape
        parts = self.qkv_proj(self.norms[1](x)).view(batch, frames, 3, self.heads, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        at = torch.arange(frames, device=x.device)
        bias = -self.slopes[:, None, None] * (at[:, None] - at[None]).abs()
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias.to(x))
        x = x + self.out_proj(mixed.transpose(1, 2).reshape(batch, frames, width))
        out: Tensor = self.feed_forward(self.norms[2](x))
        return x + out


class SpeakerBranch(nn.Module):
    """Content, speaker and noise to head motion and style (MakeItTalk, Zhou et al. 2020, sec. 4.2).

    Unlike the original, the head pose is explicit, in degrees and face widths, and noise is an
    input. The speaker's ranges are a linear function of the embedding (the style); what moves
    within them is noise of the speaker's spectrum, gated and added to by self-attention.
    """

    content_mean: Tensor
    content_std: Tensor
    speaker_mean: Tensor
    pose_limits: Tensor
    kernel: Tensor
    brow_modes: Tensor
    lip_modes: Tensor

    def __init__(self, size: SpeakerBranchSize | None = None):
        super().__init__()
        self.size = size = size or SpeakerBranchSize()
        motion = POSE_CHANNELS + size.brow_modes + size.lip_modes
        noise = size.noise_channels * len(NOISE_SCALES)
        tokens = size.token_channels
        self.style_head = nn.Linear(size.speaker_channels, STYLE_CHANNELS)
        self.speaker_proj = nn.Linear(size.speaker_channels, size.speaker_bottleneck)
        self.content_embed = nn.Linear(size.content_channels * size.stride, tokens)
        self.speaker_embed = nn.Linear(STYLE_CHANNELS + size.speaker_bottleneck, tokens)
        self.noise_embed = nn.Linear(noise, tokens)
        layers = (AttentionLayer(tokens, size.heads) for _ in range(size.layers))
        self.layers = nn.Sequential(*layers)
        self.output_norm = nn.LayerNorm(tokens)
        self.gate = nn.Linear(tokens, motion)
        self.motion_head = nn.Linear(tokens, motion)
        self.noise_proj = nn.Linear(noise, motion, bias=False)
        nn.init.zeros_(self.gate.weight)
        nn.init.normal_(self.motion_head.weight, std=0.02)
        nn.init.zeros_(self.motion_head.bias)
        for name, shape in {
            "content_mean": (size.content_channels,),
            "speaker_mean": (size.speaker_channels,),
            "brow_modes": (size.brow_modes, COUNT, 3),
            "lip_modes": (size.lip_modes, COUNT, 3),
        }.items():
            self.register_buffer(name, torch.zeros(shape))
        self.register_buffer("content_std", torch.ones(size.content_channels))
        self.register_buffer("pose_limits", torch.tensor(POSE_LIMITS))
        self.register_buffer("kernel", torch.tensor(SMOOTHING).view(1, 1, -1), persistent=False)

    def predict_style(
        self, speaker: Float[Tensor, "b speaker"]
    ) -> Float[Tensor, f"b {STYLE_CHANNELS}"]:
        """The log range of each pose channel, of the brows and of the mouth.

        Those of brows and mouth are relative to the mean speaker. An embedding of zeros, which
        stands for nobody, gives the mean speaker's style.
        """
        style: Tensor = self.style_head(self.center_speaker(speaker))
        return style

    def center_speaker(self, speaker: Float[Tensor, "b speaker"]) -> Float[Tensor, "b speaker"]:
        """Speaker embeddings minus their mean; an embedding of zeros stays zeros."""
        present = speaker.abs().sum(dim=1, keepdim=True) > 0
        return (speaker - self.speaker_mean) * present

    def condition(
        self, speaker: Float[Tensor, "b speaker"]
    ) -> Float[Tensor, f"b {STYLE_CHANNELS}+{{self.size.speaker_bottleneck}}"]:
        """The style and a projection of the speaker embedding."""
        centered = self.center_speaker(speaker)
        return torch.cat([self.style_head(centered), 4 * self.speaker_proj(centered)], dim=1)

    def predict_unit_motion(
        self,
        content: Float[Tensor, "b u content"],
        speaker: Float[Tensor, "b speaker"],
        noise: Float[Tensor, "b u//{self.size.stride} noise"],
    ) -> UnitMotion:
        """Content features, a speaker embedding and noise (`motion.windows.noise`) to motion."""
        content = (content - self.content_mean) / self.content_std
        channels = self.size.content_channels * self.size.stride
        tokens = self.content_embed(content.reshape(len(content), -1, channels))
        tokens = tokens + self.speaker_embed(self.condition(speaker))[:, None]
        tokens = self.output_norm(self.layers(tokens + self.noise_embed(noise)))
        gate = torch.exp(0.8 * torch.tanh(self.gate(tokens)))
        return self.split(self._smooth(gate * self.noise_proj(noise) + self.motion_head(tokens)))

    def split(self, motion: Float[Tensor, "b t channels"]) -> UnitMotion:
        """The channels of `UnitMotion.concatenate` by part."""
        lips = POSE_CHANNELS + self.size.brow_modes
        return UnitMotion(
            motion[..., :POSE_CHANNELS], motion[..., POSE_CHANNELS:lips], motion[..., lips:]
        )

    def denormalize(
        self, unit: UnitMotion, style: Float[Tensor, f"b {STYLE_CHANNELS}"]
    ) -> SpeakerMotion[Tensor]:
        """Unit motion, scaled to a style, in degrees and face widths."""
        pose = unit.pose * style[:, None, :POSE_CHANNELS].exp()
        pose = self.pose_limits * torch.tanh(pose / self.pose_limits)
        brow_range = style[:, None, POSE_CHANNELS : POSE_CHANNELS + 1].exp()
        brows = 2 * torch.tanh(unit.brows * brow_range / 2)
        lips = 2 * torch.tanh(unit.lips / 2)
        residual = torch.einsum("btk,kpc->btpc", brows, self.brow_modes)
        residual = residual + torch.einsum("btk,kpc->btpc", lips, self.lip_modes)
        return SpeakerMotion(pose, residual, style[:, POSE_CHANNELS + 1].clamp(-0.5, 0.5).exp())

    def forward(
        self,
        content: Float[Tensor, "b u content"],
        speaker: Float[Tensor, "b speaker"],
        noise: Float[Tensor, "b u//{self.size.stride} noise"],
    ) -> SpeakerMotion[Tensor]:
        """The motion of one window; arguments as of `predict_unit_motion`."""
        unit = self.predict_unit_motion(content, speaker, noise)
        return self.denormalize(unit, self.predict_style(speaker))

    def _smooth(self, motion: Float[Tensor, "b t channels"]) -> Float[Tensor, "b t channels"]:
        batch, frames, channels = motion.shape
        rows = motion.transpose(1, 2).reshape(batch * channels, 1, frames)
        reach = self.kernel.shape[-1] // 2
        rows = functional.conv1d(functional.pad(rows, (reach, reach), "replicate"), self.kernel)
        return rows.reshape(batch, channels, frames).transpose(1, 2)
