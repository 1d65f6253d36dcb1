"""The image critic: is this mouth, patch by patch, one of this person's frames?

Conditioned on the portrait and on where the lips are, as Isola et al. 2017 (pix2pix) condition
theirs; hinge losses (Lim and Ye 2017), spectral norms (Miyato et al. 2018), and the distance of
its features between made and real frames as a loss of its own (Wang et al. 2018, pix2pixHD).
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

CONDITION = 5  # channels beside a picture's three: the portrait, the mouth, the lips


def layer(into: int, width: int, kernel: int, stride: int) -> nn.Sequential:
    """One convolution of a critic, whose slope is bounded."""
    convolution = nn.Conv2d(into, width, kernel, stride, padding=kernel // 2)
    return nn.Sequential(spectral_norm(convolution), nn.LeakyReLU(0.2))


class ImageCritic(nn.Module):
    """Patches of about a sixth of the square, as high as a parted mouth, to scores."""

    def __init__(self, width: int = 20):
        super().__init__()
        self.layers = nn.ModuleList(
            [
                layer(3 + CONDITION, width, 3, 2),
                layer(width, 2 * width, 3, 1),
                layer(2 * width, 2 * width, 3, 2),
                layer(2 * width, 3 * width, 3, 1),
            ]
        )
        self.score = spectral_norm(nn.Conv2d(3 * width, 1, 1))

    def forward(
        self, picture: Float[Tensor, "b 3 s s"], condition: Float[Tensor, f"b {CONDITION} s s"]
    ) -> tuple[Float[Tensor, "b 1 h w"], list[Float[Tensor, "b _ _ _"]]]:
        """Scores and features."""
        x, features = torch.cat([picture, condition], dim=1), []
        for one in self.layers:
            x = one(x)
            features.append(x)
        return self.score(x), features


def _mean(values: Float[Tensor, "b c h w"], area: Float[Tensor, "b 1 s s"]) -> Float[Tensor, ""]:
    """Mean of what lies where `area` is."""
    weight = functional.adaptive_avg_pool2d(area, (values.shape[-2], values.shape[-1]))
    return (values * weight).sum() / (weight.sum() * values.shape[1]).clamp(min=1e-6)


def told_apart(
    real: Float[Tensor, "b 1 h w"],
    made: Float[Tensor, "b 1 h w"],
    area: Float[Tensor, "b 1 s s"],
) -> Float[Tensor, ""]:
    """What the critic minimises: real scores under 1, made ones over -1, within the area."""
    return _mean(functional.relu(1 - real) + functional.relu(1 + made), area)


def taken_for_real(
    made: Float[Tensor, "b 1 h w"], area: Float[Tensor, "b 1 s s"]
) -> Float[Tensor, ""]:
    """What the translator minimises: low scores of what it made."""
    return -_mean(made, area)


def unlike(
    made: list[Float[Tensor, "b _ _ _"]],
    real: list[Float[Tensor, "b _ _ _"]],
    area: Float[Tensor, "b 1 s s"],
) -> Float[Tensor, ""]:
    """Mean absolute distance of the critic's features, within the area."""
    parts = [_mean((m - r.detach()).abs(), area) for m, r in zip(made, real, strict=True)]
    return torch.stack(parts).mean()
