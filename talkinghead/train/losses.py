"""What a branch is scored by, clip by clip. Displacements are in face widths.

`members` is 1 where a frame is of a clip and its truth is known, else 0. What moves
in a clip is measured from the clip's own mean: a talker's clips differ in how the face was
registered, and no sound tells that.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional

from talkinghead.landmarks import (
    CHIN,
    COUNT,
    INNER_LEFT,
    INNER_LOWER,
    INNER_RIGHT,
    INNER_UPPER,
    JAW,
    MOUTH,
    MOUTH_LEFT,
    MOUTH_RIGHT,
    OUTER_LOWER,
    OUTER_UPPER,
)

PERCENT = 100.0  # face widths are small numbers: losses count in hundredths
SHIFTS = (-2, -1, 0, 1, 2)  # motion frames by which the picture of a clip may come late
FIT, FAR = 20.0, 0.3  # how much a shift is preferred that fits better, and shunned a frame


def point_weights() -> Float[Tensor, "68*3"]:
    """How much each coordinate counts: lips most, what speech does not move least."""
    weights = torch.full((COUNT, 3), 0.1)
    weights[JAW] = 0.5
    weights[MOUTH] = 1.0
    weights[:, 2] *= 0.3  # depth from one camera is a guess
    return weights.flatten()


def members_of(mask: Float[Tensor, "b t"], clip: Int[Tensor, "b t"]) -> Float[Tensor, "b t clips"]:
    """A mask in {0, 1} and the number of each frame's clip in its row, to `members`."""
    return functional.one_hot(clip).to(mask) * mask[..., None]


def clip_means(
    values: Float[Tensor, "b t k"], members: Float[Tensor, "b t clips"]
) -> Float[Tensor, "b clips k"]:
    """The means of the clips' known frames."""
    return members.mT @ values / members.sum(dim=1).clamp(min=1)[..., None]


def centred(
    values: Float[Tensor, "b t k"], members: Float[Tensor, "b t clips"]
) -> Float[Tensor, "b t k"]:
    """Values minus the mean of the clip; 0 where nothing is known."""
    known = members.sum(dim=-1, keepdim=True)
    return known * values - members @ clip_means(values, members)


def landmark_loss(
    gap: Float[Tensor, "b t 68*3"], members: Float[Tensor, "b t clips"]
) -> Float[Tensor, "b clips"]:
    """Weighted L1 of an error, most of it with each clip's mean taken out.

    The mean of a clip is mostly its talker's face and the registration's error; a recording
    says little about it, and it must not drown the motion.
    """
    weights = point_weights().to(gap)
    size = 0.3 * gap.abs() + 0.7 * centred(gap, members).abs()
    return PERCENT * clip_means((size * weights).mean(dim=-1, keepdim=True), members)[..., 0]


def velocity_loss(
    gap: Float[Tensor, "b t 68*3"], members: Float[Tensor, "b t clips"]
) -> Float[Tensor, "b clips"]:
    """Weighted L1 of the first differences of an error."""
    change = (gap.diff(dim=1).abs() * point_weights().to(gap)).mean(dim=-1, keepdim=True)
    return PERCENT * clip_means(change, members[:, 1:] * members[:, :-1])[..., 0]


def concordance_loss(
    predicted: Float[Tensor, "b t k"],
    true: Float[Tensor, "b t k"],
    members: Float[Tensor, "b t clips"],
) -> Float[Tensor, "b clips"]:
    """1 - concordance correlation (Lin 1989, eq. 1), the mean of k curves.

    Unlike L1 it punishes a mouth that moves too little as much as one out of step.
    """
    p, q = centred(predicted, members), centred(true, members)
    both, spread = 2 * clip_means(p * q, members), clip_means(p**2 + q**2, members)
    floor = 1e-5  # a mouth that hardly moves is not worth matching
    return (1 - (both + floor) / (spread + floor)).mean(dim=-1)


def opening_curves(offsets: Float[Tensor, "b t 68 3"]) -> Float[Tensor, "b t 9"]:
    """How far each opposite pair of lip points parts, and the chin falls.

    All of them, since a loss that enlarges one pair alone would bend the lips to a V.
    """
    down = offsets[..., 1]
    inner = down[..., INNER_LOWER] - down[..., INNER_UPPER]
    outer = down[..., OUTER_LOWER] - down[..., OUTER_UPPER]
    return torch.cat([inner, outer, down[..., CHIN : CHIN + 1]], dim=-1)


def width_curves(offsets: Float[Tensor, "b t 68 3"]) -> Float[Tensor, "b t 2"]:
    """The width of the outer and of the inner lips."""
    across = offsets[..., 0]
    ends = [MOUTH_RIGHT, INNER_RIGHT], [MOUTH_LEFT, INNER_LEFT]
    return across[..., ends[0]] - across[..., ends[1]]


def _seen(
    offsets: Float[Tensor, "b t 68 3"],
) -> tuple[Float[Tensor, "b t 68*3"], Float[Tensor, "b t 9"], Float[Tensor, "b t 2"]]:
    """All that is compared of displacements: points, opening, width."""
    return offsets.flatten(2), opening_curves(offsets), width_curves(offsets)


def shifted(values: Float[Tensor, "b t k"], by: int) -> Float[Tensor, "b t k"]:
    """Values of `by` frames later; zeros where there are none."""
    count = values.shape[1]
    return functional.pad(values, (0, 0, max(-by, 0), max(by, 0)))[:, max(by, 0) :][:, :count]


def content_loss(
    predicted: Float[Tensor, "b t 68 3"],
    true: Float[Tensor, "b t 68 3"],
    mask: Float[Tensor, "b t"],
    clip: Int[Tensor, "b t"],
) -> dict[str, Float[Tensor, ""]]:
    """The content branch's loss, part by part; their sum is minimised.

    Takes displacements, the mask of what is known, and the number of each frame's clip. Film is
    out of step with its sound by a frame or two, clip by clip; lips taught by such film at its
    word are blurred. So each clip counts as if it were shifted to where the lips fit, as far as
    FIT and FAR make that probable.
    """
    members = members_of(mask, clip)
    said, opened, spread = _seen(predicted)
    truth = _seen(true)
    parts, doubts = [], []
    for shift in SHIFTS:
        shared = members * shifted(members, shift)
        real, real_opened, real_spread = (shifted(track, shift) for track in truth)
        gap = said - real
        opening = concordance_loss(opened, real_opened, shared)
        width = 0.6 * concordance_loss(spread, real_spread, shared)
        row = [landmark_loss(gap, shared), velocity_loss(gap, shared), opening, width]
        parts.append(torch.stack(row))
        doubts.append(FIT * (opening + width).detach() + FAR * abs(shift))
    trust = torch.softmax(-torch.stack(doubts), dim=0)[:, None]  # (shifts, 1, b, clips)
    frames = members.sum(dim=1)
    each = (trust * torch.stack(parts)).sum(dim=0) * frames / frames.sum().clamp(min=1)
    names = ("landmark", "velocity", "opening", "width")
    return dict(zip(names, each.sum(dim=(1, 2)), strict=True))


def correlation(a: Float[Tensor, " t"], b: Float[Tensor, " t"]) -> float:
    """Pearson correlation of two curves; 0 where one does not move."""
    a, b = a - a.mean(), b - b.mean()
    spread = float(a.norm() * b.norm())
    return float(torch.dot(a, b)) / spread if spread > 1e-9 else 0.0
