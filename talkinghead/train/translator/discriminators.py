"""Discriminators of the translator, for single crops and for runs, and their losses.

Patch discriminators conditioned on the input (pix2pix, Isola et al. 2017), with the hinge loss (Lim
and Ye 2017), spectral normalisation (Miyato et al. 2018) and a feature matching loss (pix2pixHD,
Wang et al. 2018).
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

LIP_CHANNELS = 2  # masks of the mouth and of the lips
CONDITION_CHANNELS = 3 + LIP_CHANNELS  # the portrait comes first
CHANGE_GAIN = 4.0  # of the differences between frames, which are small

Scores = Float[Tensor, "b 1 h w"]
Features = list[Float[Tensor, "b _ _ _"]]


class ImageDiscriminator(nn.Module):
    """Is a mouth crop, patch by patch, a true frame of this person with these lips?

    A patch is about a sixth of the crop, the height of an open mouth.
    """

    def __init__(self, width: int = 20):
        super().__init__()
        self.layers = _convs(3 + CONDITION_CHANNELS, width, strides=(2, 1, 2, 1))
        self.score = spectral_norm(nn.Conv2d(3 * width, 1, 1))

    def forward(
        self,
        images: Float[Tensor, "b 3 s s"],
        condition: Float[Tensor, f"b {CONDITION_CHANNELS} s s"],
    ) -> tuple[Scores, Features]:
        """The scores of the patches, higher for true ones, and the features of each layer."""
        return _run_layers(self.layers, self.score, torch.cat([images, condition], dim=1))


class SequenceDiscriminator(nn.Module):
    """Do the mouth crops of a run follow one another as those of a video do?

    As the sequence discriminator of Vougioukas et al. 2019, on a fifth of a second; the masks of
    the lips tell it what the mouth does.
    """

    def __init__(self, frames: int, width: int = 20):
        super().__init__()
        self.frames = frames
        self.layers = _convs(frames * (3 + LIP_CHANNELS) + 3, width, strides=(2, 2, 1, 1))
        self.score = spectral_norm(nn.Conv2d(3 * width, 1, 1))

    def forward(
        self,
        images: Float[Tensor, "b {self.frames} 3 s s"],
        lips: Float[Tensor, f"b {{self.frames}} {LIP_CHANNELS} s s"],
        portrait: Float[Tensor, "b 3 s s"],
    ) -> tuple[Scores, Features]:
        """The scores of the patches and the features of each layer.

        The input is the first crop of the run and the changes from each crop to the next.
        """
        changes = [CHANGE_GAIN * part.diff(dim=1).flatten(1, 2) for part in (images, lips)]
        x = torch.cat([portrait, images[:, 0], lips[:, 0], *changes], dim=1)
        return _run_layers(self.layers, self.score, x)


def discriminator_loss(real: Scores, fake: Scores, mask: Float[Tensor, "b 1 s s"]) -> Tensor:
    """Hinge loss of the discriminator (Lim and Ye 2017, eq. 3): the mean within the mask."""
    return _masked_mean(functional.relu(1 - real) + functional.relu(1 + fake), mask)


def generator_loss(fake: Scores, mask: Float[Tensor, "b 1 s s"]) -> Tensor:
    """Hinge loss of the generator (Lim and Ye 2017, eq. 4): the mean within the mask."""
    return -_masked_mean(fake, mask)


def feature_matching_loss(
    fake: Features, real: Features, mask: Float[Tensor, "b 1 s s"]
) -> Float[Tensor, ""]:
    """L1 between the features of fake and real crops (pix2pixHD, eq. 4), within the mask."""
    parts = [_masked_mean((f - r.detach()).abs(), mask) for f, r in zip(fake, real, strict=True)]
    return torch.stack(parts).mean()


def _convs(channels: int, width: int, strides: Sequence[int]) -> nn.ModuleList:
    """Convolutions with a bounded Lipschitz constant."""
    widths = (channels, width, 2 * width, 2 * width, 3 * width)
    layers = nn.ModuleList()
    for (before, after), stride in zip(pairwise(widths), strides, strict=True):
        conv = nn.Conv2d(before, after, kernel_size=3, stride=stride, padding=1)
        layers.append(nn.Sequential(spectral_norm(conv), nn.LeakyReLU(0.2)))
    return layers


def _run_layers(layers: nn.ModuleList, score: nn.Module, x: Tensor) -> tuple[Tensor, list[Tensor]]:
    features = []
    for layer in layers:
        x = layer(x)
        features.append(x)
    return score(x), features


def _masked_mean(
    values: Float[Tensor, "b c h w"], mask: Float[Tensor, "b 1 s s"]
) -> Float[Tensor, ""]:
    weight = functional.adaptive_avg_pool2d(mask, (values.shape[-2], values.shape[-1]))
    return (values * weight).sum() / (weight.sum() * values.shape[1]).clamp(min=1e-6)
