"""Landmark losses of the motion branches, clip by clip; displacements are in face widths.

`members` (b, t, clips) is 1 where a frame belongs to a clip and its truth is known, else 0. Most
losses take the mean of each clip out of the error: it is due to registration and to the face, which
audio does not determine.
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

PERCENT = 100.0  # losses are in hundredths of a face width
SHIFTS = (-2, -1, 0, 1, 2)  # motion frames by which the video of a clip may lag its audio
# Of the softmax over shifts: scale of the misfit, and penalty per frame of shift.
MISFIT_SCALE, SHIFT_PENALTY = 20.0, 0.3


def point_weights() -> Float[Tensor, "68*3"]:
    """Weights of the coordinates: highest for the lips, lowest for what speech does not move."""
    weights = torch.full((COUNT, 3), 0.1)
    weights[JAW] = 0.5
    weights[MOUTH] = 1.0
    weights[:, 2] *= 0.3  # depth from a single camera is uncertain
    return weights.flatten()


def members_of(mask: Float[Tensor, "b t"], clip: Int[Tensor, "b t"]) -> Float[Tensor, "b t clips"]:
    """`members` from a mask in {0, 1} and the number of each frame's clip within its row."""
    return functional.one_hot(clip).to(mask) * mask[..., None]


def clip_means(
    values: Float[Tensor, "b t k"], members: Float[Tensor, "b t clips"]
) -> Float[Tensor, "b clips k"]:
    """The mean of each clip over its known frames."""
    return members.mT @ values / members.sum(dim=1).clamp(min=1)[..., None]


def subtract_mean(
    values: Float[Tensor, "b t k"], members: Float[Tensor, "b t clips"]
) -> Float[Tensor, "b t k"]:
    """Values minus the mean of their clip; 0 where the truth is unknown."""
    known = members.sum(dim=-1, keepdim=True)
    return known * values - members @ clip_means(values, members)


def landmark_loss(
    error: Float[Tensor, "b t 68*3"], members: Float[Tensor, "b t clips"]
) -> Float[Tensor, "b clips"]:
    """Weighted L1 of an error; 0.7 of it with the clip's mean taken out, 0.3 without.

    MakeItTalk's landmark loss (Zhou et al. 2020, eq. 4), but for the mean: it is mostly the
    speaker's face and the error of registration, and must not outweigh the motion.
    """
    weights = point_weights().to(error)
    size = 0.3 * error.abs() + 0.7 * subtract_mean(error, members).abs()
    return PERCENT * clip_means((size * weights).mean(dim=-1, keepdim=True), members)[..., 0]


def velocity_loss(
    error: Float[Tensor, "b t 68*3"], members: Float[Tensor, "b t clips"]
) -> Float[Tensor, "b clips"]:
    """Weighted L1 of the first differences of an error, per clip."""
    change = (error.diff(dim=1).abs() * point_weights().to(error)).mean(dim=-1, keepdim=True)
    return PERCENT * clip_means(change, members[:, 1:] * members[:, :-1])[..., 0]


def concordance_loss(
    predicted: Float[Tensor, "b t k"],
    true: Float[Tensor, "b t k"],
    members: Float[Tensor, "b t clips"],
) -> Float[Tensor, "b clips"]:
    """1 - concordance correlation coefficient (Lin 1989, eq. 1), the mean of k curves.

    Unlike correlation it penalises a wrong range of motion, and unlike L1 one that is too small
    as much as one that is out of phase.
    """
    p, q = subtract_mean(predicted, members), subtract_mean(true, members)
    covariance = 2 * clip_means(p * q, members)
    variances = clip_means(p**2 + q**2, members)
    floor = 1e-5  # tolerates errors of a mouth that hardly moves
    return (1 - (covariance + floor) / (variances + floor)).mean(dim=-1)


def opening_curves(offsets: Float[Tensor, "b t 68 3"]) -> Float[Tensor, "b t 9"]:
    """The opening between each opposite pair of lip points, and the drop of the chin.

    All pairs, since a loss that widens a single one would bend the lips to a V.
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


def _curves(
    offsets: Float[Tensor, "b t 68 3"],
) -> tuple[Float[Tensor, "b t 68*3"], Float[Tensor, "b t 9"], Float[Tensor, "b t 2"]]:
    """What the losses compare: coordinates, mouth opening, mouth width."""
    return offsets.flatten(2), opening_curves(offsets), width_curves(offsets)


def shift_frames(values: Float[Tensor, "b t k"], by: int) -> Float[Tensor, "b t k"]:
    """The values `by` frames later; zeros beyond the ends."""
    count = values.shape[1]
    return functional.pad(values, (0, 0, max(-by, 0), max(by, 0)))[:, max(by, 0) :][:, :count]


def content_loss(
    predicted: Float[Tensor, "b t 68 3"],
    true: Float[Tensor, "b t 68 3"],
    mask: Float[Tensor, "b t"],
    clip: Int[Tensor, "b t"],
) -> dict[str, Float[Tensor, ""]]:
    """The losses of the content branch: landmark, velocity, opening and width.

    Takes displacements, the mask of frames with known truth, and the number of each frame's clip.
    In many clips the video lags or leads the audio by a frame or two, which would blur the learnt
    lip motion. So the loss of a clip is an average over SHIFTS of its truth, weighted by how
    probable each shift is: a softmax of the misfit at that shift.
    """
    members = members_of(mask, clip)
    points, opening, width = _curves(predicted)
    truth = _curves(true)
    parts, misfits = [], []
    for shift in SHIFTS:
        shared = members * shift_frames(members, shift)
        true_points, true_opening, true_width = (shift_frames(track, shift) for track in truth)
        error = points - true_points
        losses = [landmark_loss(error, shared), velocity_loss(error, shared)]
        losses.append(concordance_loss(opening, true_opening, shared))
        losses.append(0.6 * concordance_loss(width, true_width, shared))
        parts.append(torch.stack(losses))
        misfit = (losses[2] + losses[3]).detach()
        misfits.append(MISFIT_SCALE * misfit + SHIFT_PENALTY * abs(shift))
    probability = torch.softmax(-torch.stack(misfits), dim=0)[:, None]  # (shifts, 1, b, clips)
    frames = members.sum(dim=1)
    per_clip = (probability * torch.stack(parts)).sum(dim=0) * frames / frames.sum().clamp(min=1)
    names = ("landmark", "velocity", "opening", "width")
    return dict(zip(names, per_clip.sum(dim=(1, 2)), strict=True))


def correlation(a: Float[Tensor, " t"], b: Float[Tensor, " t"]) -> float:
    """Pearson correlation of two curves; 0 where one does not move."""
    a, b = a - a.mean(), b - b.mean()
    spread = float(a.norm() * b.norm())
    return float(torch.dot(a, b)) / spread if spread > 1e-9 else 0.0
