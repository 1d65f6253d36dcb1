"""The sequence critic: do these painted squares follow one another as those of a video do?

As the sequence discriminators of SDA (Vougioukas et al. 2019) and wav2mov, on a fifth of a second;
what a mouth does is told it by the outlines of the lips, frame by frame. Losses are those of the
image critic.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from talkinghead.train.critics_image import layer

OUTLINES = 2  # channels beside each picture's three: the mouth and the lips
_PLAIN = 4.0  # changes are this much plainer to it than pictures: trembling is small


class SequenceCritic(nn.Module):
    """Patches of runs of `frames` squares to scores."""

    def __init__(self, frames: int, width: int = 20):
        super().__init__()
        self.frames = frames
        self.layers = nn.ModuleList(
            [
                layer(frames * (3 + OUTLINES) + 3, width, 3, 2),
                layer(width, 2 * width, 3, 2),
                layer(2 * width, 2 * width, 3, 1),
                layer(2 * width, 3 * width, 3, 1),
            ]
        )
        self.score = nn.utils.parametrizations.spectral_norm(nn.Conv2d(3 * width, 1, 1))

    def forward(
        self,
        pictures: Float[Tensor, "b {self.frames} 3 s s"],
        outlines: Float[Tensor, f"b {{self.frames}} {OUTLINES} s s"],
        portrait: Float[Tensor, "b 3 s s"],
    ) -> tuple[Float[Tensor, "b 1 h w"], list[Float[Tensor, "b _ _ _"]]]:
        """Scores and features.

        Of the pictures the first is seen as it is, and the changes from each to the next.
        """
        changes = [_PLAIN * part.diff(dim=1).flatten(1, 2) for part in (pictures, outlines)]
        x = torch.cat([portrait, pictures[:, 0], outlines[:, 0], *changes], dim=1)
        features = []
        for one in self.layers:
            x = one(x)
            features.append(x)
        return self.score(x), features


def jerks(
    made: Float[Tensor, "b t 3 s s"],
    truth: Float[Tensor, "b t 3 s s"],
    area: Float[Tensor, "b t 1 s s"],
) -> Float[Tensor, ""]:
    """How far changes from frame to frame are off, within `area`.

    Trembling costs in each frame; a tooth that is painted beside its place only once.
    """
    gap = (made.diff(dim=1) - truth.diff(dim=1)).abs() * area[:, 1:]
    return gap.sum() / (3 * area[:, 1:].sum()).clamp(min=1e-6)
