"""What the speaker branch is scored by, beside its critics: shape, velocity and statistics."""

import torch
from jaxtyping import Float
from torch import Tensor

from talkinghead.landmarks import CONTOURS, COUNT
from talkinghead.train.losses import PERCENT
from talkinghead.train.sequences import FLOOR, WINDOW


def _laplacian() -> Float[Tensor, "68 68"]:
    """The matrix that takes from each point the mean of its neighbours on the contours."""
    matrix = torch.eye(COUNT)
    for points, closed in CONTOURS.values():
        for place, point in enumerate(points):
            before = points[place - 1] if place > 0 or closed else None
            after = points[(place + 1) % len(points)] if place + 1 < len(points) or closed else None
            beside = [other for other in (before, after) if other is not None]
            for other in beside:
                matrix[point, other] -= 1 / len(beside)
    return matrix


def shape_losses(
    predicted: Float[Tensor, "b t 68 3"], true: Float[Tensor, "b t 68 3"]
) -> dict[str, Float[Tensor, ""]]:
    """Landmark, velocity and Laplacian losses (MakeItTalk, eq. 4 to 6).

    The mean of each row is taken out: it is the clip's, and not what was said.
    """
    apart = predicted - true
    apart = apart - apart.mean(dim=1, keepdim=True)
    bent = torch.einsum("qp,btpc->btqc", _laplacian().to(apart), apart)
    return {
        "landmark": PERCENT * apart.abs().mean(),
        "velocity": PERCENT * apart.diff(dim=1).abs().mean(),
        "laplacian": PERCENT * bent.abs().mean(),
    }


def statistics(motion: Float[Tensor, "b t k"]) -> Float[Tensor, "b 3*k"]:
    """Of each channel: log spread in WINDOW frames and over the row, log speed."""
    windows = motion.unfold(1, WINDOW, WINDOW)
    parts = [
        (_spread(windows, 3)).log().mean(dim=1),
        _spread(motion, 1).log(),
        (_spread(motion.diff(dim=1), 1)).log(),
    ]
    return torch.cat(parts, dim=1)


def _spread(values: Tensor, dim: int) -> Tensor:
    # The root of a variance has no slope at 0; the floor keeps gradients finite.
    return (values.var(dim=dim) + FLOOR**2).sqrt() + FLOOR


def likeness_loss(made: Float[Tensor, "b t k"], real: Float[Tensor, "b t k"]) -> Float[Tensor, ""]:
    """How far a batch of made-up motion is from real motion in its `statistics`.

    Compared over the batch, not row by row: how far a head turns is hardly in the sound, how
    far heads turn and how unlike they are is known.
    """
    a, b = statistics(made), statistics(real)
    middle = (a.mean(dim=0) - b.mean(dim=0)).pow(2).mean()
    variety = (a.std(dim=0) - b.std(dim=0)).pow(2).mean()
    return middle + 0.5 * variety


def rest_loss(motion: Float[Tensor, "b t k"]) -> Float[Tensor, ""]:
    """Squared mean over the batch: a head that leans for ever is no motion."""
    return motion.mean(dim=(0, 1)).pow(2).mean()
