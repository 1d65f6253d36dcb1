"""Losses of the speaker branch against the true motion: shape and motion statistics."""

import torch
from jaxtyping import Float
from torch import Tensor

from talkinghead.landmarks import CONTOURS, COUNT
from talkinghead.train.losses import PERCENT
from talkinghead.train.speaker.batches import RANGE_FLOOR, RANGE_WINDOW


def shape_losses(
    predicted: Float[Tensor, "b t 68 3"], true: Float[Tensor, "b t 68 3"]
) -> dict[str, Float[Tensor, ""]]:
    """Landmark, velocity and Laplacian losses (MakeItTalk, Zhou et al. 2020, eq. 4 to 6).

    L1, in hundredths of a face width, with the mean of each row taken out: it is a property of the
    clip, which the audio does not determine.
    """
    error = predicted - true
    error = error - error.mean(dim=1, keepdim=True)
    laplacian = torch.einsum("qp,btpc->btqc", _laplacian_matrix().to(error), error)
    return {
        "landmark": PERCENT * error.abs().mean(),
        "velocity": PERCENT * error.diff(dim=1).abs().mean(),
        "laplacian": PERCENT * laplacian.abs().mean(),
    }


def motion_statistics_loss(
    generated: Float[Tensor, "b t k"], real: Float[Tensor, "b t k"]
) -> Float[Tensor, ""]:
    """Squared distance between the `motion_statistics` of two batches: of their mean and spread.

    Batches are compared as a whole, not row by row: audio hardly determines how far a head turns,
    but how far heads turn on average and how much they differ is known.
    """
    own, true = motion_statistics(generated), motion_statistics(real)
    mean = (own.mean(dim=0) - true.mean(dim=0)).pow(2).mean()
    spread = (own.std(dim=0) - true.std(dim=0)).pow(2).mean()
    return mean + 0.5 * spread


def motion_statistics(motion: Float[Tensor, "b t k"]) -> Float[Tensor, "b 3*k"]:
    """Log standard deviations of each channel: in RANGE_WINDOW, in the row, of the velocity."""
    windows = motion.unfold(1, RANGE_WINDOW, RANGE_WINDOW)
    parts = [
        _deviation(windows, 3).log().mean(dim=1),
        _deviation(motion, 1).log(),
        _deviation(motion.diff(dim=1), 1).log(),
    ]
    return torch.cat(parts, dim=1)


def mean_pose_loss(motion: Float[Tensor, "b t k"]) -> Float[Tensor, ""]:
    """Squared mean of the batch: motion is about the neutral pose."""
    return motion.mean(dim=(0, 1)).pow(2).mean()


def _deviation(values: Tensor, dim: int) -> Tensor:
    # The floor keeps the gradient of the square root finite at 0.
    return (values.var(dim=dim) + RANGE_FLOOR**2).sqrt() + RANGE_FLOOR


def _laplacian_matrix() -> Float[Tensor, "68 68"]:
    """Takes from each landmark the mean of its neighbours on the facial contours."""
    matrix = torch.eye(COUNT)
    for points, is_closed in CONTOURS.values():
        last = len(points) - 1
        for i, point in enumerate(points):
            before = points[i - 1] if i > 0 or is_closed else None
            after = points[(i + 1) % len(points)] if i < last or is_closed else None
            neighbours = [other for other in (before, after) if other is not None]
            for other in neighbours:
                matrix[point, other] -= 1 / len(neighbours)
    return matrix
