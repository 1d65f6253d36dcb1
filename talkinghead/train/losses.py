"""What a branch is scored by. Displacements are in face widths, masks (b, t) in {0, 1}."""

import torch
from torch import Tensor

from talkinghead.landmarks import (
    CHIN,
    COUNT,
    INNER_LEFT,
    INNER_LOWER,
    INNER_RIGHT,
    INNER_UPPER,
    JAW,
    LOWER_LIP_OUTER,
    MOUTH,
    MOUTH_LEFT,
    MOUTH_RIGHT,
    UPPER_LIP_OUTER,
)

PERCENT = 100.0  # face widths are small numbers: losses count in hundredths


def point_weights() -> Tensor:
    """(68, 3) how much each coordinate counts: lips most, what speech does not move least."""
    weights = torch.full((COUNT, 3), 0.1)
    weights[JAW] = 0.5
    weights[MOUTH] = 1.0
    weights[:, 2] *= 0.3  # depth from one camera is a guess
    return weights


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean over frames with mask 1 of (b, t) values."""
    return (values * mask).sum() / mask.sum().clamp(min=1)


def centred(track: Tensor, mask: Tensor) -> Tensor:
    """(b, t, ...) minus each row's mean over its masked frames."""
    shape = mask.shape + (1,) * (track.dim() - 2)
    known = mask.reshape(shape)
    mean = (track * known).sum(dim=1, keepdim=True) / known.sum(dim=1, keepdim=True).clamp(min=1)
    return track - mean


def landmark_loss(predicted: Tensor, true: Tensor, mask: Tensor) -> Tensor:
    """Weighted L1 of (b, t, 68, 3), half of it with each clip's mean taken out.

    The mean of a clip is mostly its talker's face and the registration's error; a recording
    says little about it, and it must not drown the motion.
    """
    weights = point_weights().to(predicted)
    absolute = ((predicted - true).abs() * weights).mean(dim=(2, 3))
    moving = (centred(predicted, mask) - centred(true, mask)).abs() * weights
    return PERCENT * masked_mean(0.3 * absolute + 0.7 * moving.mean(dim=(2, 3)), mask)


def velocity_loss(predicted: Tensor, true: Tensor, mask: Tensor) -> Tensor:
    """Weighted L1 of first differences."""
    weights = point_weights().to(predicted)
    both = mask[:, 1:] * mask[:, :-1]
    change = (predicted.diff(dim=1) - true.diff(dim=1)).abs() * weights
    return PERCENT * masked_mean(change.mean(dim=(2, 3)), both)


def concordance_loss(predicted: Tensor, true: Tensor, mask: Tensor) -> Tensor:
    """1 - concordance correlation of (b, t) curves over their masked frames (Lin 1989, eq. 1).

    Unlike L1 it punishes a mouth that moves too little as much as one out of step.
    """
    count = mask.sum(dim=1).clamp(min=1)
    p, q = centred(predicted, mask) * mask, centred(true, mask) * mask
    both = 2 * (p * q).sum(dim=1) / count
    spread = (p**2).sum(dim=1) / count + (q**2).sum(dim=1) / count
    floor = 1e-5  # a mouth that hardly moves is not worth matching
    return (1 - (both + floor) / (spread + floor)).mean()


def _concordance(predicted: Tensor, true: Tensor, mask: Tensor) -> Tensor:
    """`concordance_loss` of (b, t, k) curves, each counted alike."""
    curves = predicted.shape[-1]
    rows = (predicted.transpose(1, 2).flatten(0, 1), true.transpose(1, 2).flatten(0, 1))
    return concordance_loss(*rows, mask.repeat_interleave(curves, dim=0))


def opening_curves(offsets: Tensor) -> Tensor:
    """(b, t, 68, 3) displacements to (b, t, 9): each opposite pair of lip points, and the chin.

    All of them, since a loss that enlarges one pair alone would bend the lips to a V.
    """
    down = offsets[..., 1]
    inner = down[..., INNER_LOWER] - down[..., INNER_UPPER]
    outer = down[..., LOWER_LIP_OUTER] - down[..., UPPER_LIP_OUTER]
    return torch.cat([inner, outer, down[..., CHIN : CHIN + 1]], dim=-1)


def width_curves(offsets: Tensor) -> Tensor:
    """(b, t, 68, 3) displacements to (b, t, 2): width of the outer and of the inner lips."""
    across = offsets[..., 0]
    ends = [MOUTH_RIGHT, INNER_RIGHT], [MOUTH_LEFT, INNER_LEFT]
    return across[..., ends[0]] - across[..., ends[1]]


def content_loss(predicted: Tensor, true: Tensor, mask: Tensor) -> dict[str, Tensor]:
    """The content branch's loss, part by part; their sum is minimised."""
    return {
        "landmark": landmark_loss(predicted, true, mask),
        "velocity": velocity_loss(predicted, true, mask),
        "opening": 0.6 * _concordance(opening_curves(predicted), opening_curves(true), mask),
        "width": 0.3 * _concordance(width_curves(predicted), width_curves(true), mask),
    }


def correlation(a: Tensor, b: Tensor) -> float:
    """Pearson correlation of two (t,) curves; 0 where one does not move."""
    a, b = a - a.mean(), b - b.mean()
    spread = float(a.norm() * b.norm())
    return float(torch.dot(a, b)) / spread if spread > 1e-9 else 0.0
