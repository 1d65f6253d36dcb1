"""How like the truth a painted square is: what the translator minimises on its own."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from talkinghead.media.luma import LUMA
from talkinghead.train.loop import Losses
from talkinghead.train.paintings import Scenes

Pictures = Float[Tensor, "b 3 h w"]  # in [0, 1]
Areas = Float[Tensor, "b 1 h w"]  # one number a pixel: a share in [0, 1], or brightness
Loss = Float[Tensor, ""]

INSIDE = 0.7  # a pixel between the lips counts as this many beside them
NEARNESS, EDGES, TEXTURE, TONES = 0.1, 0.7, 1.0, 0.5  # weights of the losses beside colour's
LEAST = 1e-4  # squared error, 40 dB, under which there is little to learn
FOLDS = 0.3  # and of the flow's


def _brightness(picture: Pictures) -> Areas:
    return (picture * picture.new_tensor(LUMA)[:, None, None]).sum(1, keepdim=True)


def laplacian(picture: Pictures) -> Areas:
    """Second differences of the brightness: what sharpness is measured by."""
    kernel = picture.new_tensor([[0, 1, 0], [1, -4, 1], [0, 1, 0]])[None, None]
    return functional.conv2d(
        functional.pad(_brightness(picture), (1, 1, 1, 1), "replicate"), kernel
    )


def _within(gap: Float[Tensor, "b c h w"], weight: Areas) -> Loss:
    """Weighted mean."""
    return (gap * weight).sum() / (weight.sum() * gap.shape[1]).clamp(min=1e-6)


def edges_apart(made: Pictures, truth: Pictures, area: Areas, mouth: Areas) -> Loss:
    """Mean absolute difference of gradients at three scales; in the mouth it counts for less.

    Nobody can know to the pixel where one tooth ends.
    """
    parts = []
    for scale in range(3):
        gap = made - truth
        inside = INSIDE / 2 if scale == 0 else INSIDE
        weight = area * (1 + (inside - 1) * mouth)
        parts.append(_within((gap[..., 1:] - gap[..., :-1]).abs(), weight[..., 1:]))
        parts.append(_within((gap[..., 1:, :] - gap[..., :-1, :]).abs(), weight[..., 1:, :]))
        made, truth, area, mouth = (functional.avg_pool2d(p, 2) for p in (made, truth, area, mouth))
    return torch.stack(parts).sum() / 2


def colour_apart(made: Pictures, truth: Pictures, area: Areas, mouth: Areas) -> Loss:
    """Mean absolute difference of pixels; in the mouth it counts for less."""
    return _within((made - truth).abs(), area * (1 + (INSIDE - 1) * mouth))


def texture_apart(made: Pictures, truth: Pictures, weight: Areas) -> Loss:
    """How far the local strength of detail is off, at two scales, wherever the detail lies.

    Differences of pixels alone prefer no tooth to a tooth one pixel beside the true one.
    """
    total = weight.new_zeros(())
    for reach in (9, 7):
        strengths = []
        for picture in (made, truth):
            power = functional.avg_pool2d(laplacian(picture).square(), reach, 1, reach // 2)
            strengths.append((power + 1e-5).sqrt())
        total = total + _within((strengths[0] - strengths[1]).abs(), weight)
        made, truth, weight = (functional.avg_pool2d(p, 2) for p in (made, truth, weight))
    return total / 2


def tones_apart(made: Pictures, truth: Pictures, area: Areas, mouth: Areas) -> Loss:
    """Distance of the tones in each mouth, light to light and dark to dark, wherever they lie.

    The mean of teeth and darkness is neither; their tones in order (Wasserstein's distance of
    one channel) are the same wherever the teeth end.
    """
    parts = []
    for made_one, true_one, where in zip(made, truth, area * mouth > 0.5, strict=True):
        if where.sum() > 8:
            ours, real = (p[:, where[0]].sort(dim=1).values for p in (made_one, true_one))
            parts.append((ours - real).abs().sum() / made.shape[1])
    return torch.stack(parts).sum() / (area * mouth).sum() if parts else made.sum() * 0


def nearness(made: Pictures, truth: Pictures, box: Areas) -> Loss:
    """Mean logarithm of each square's mean squared error in its box: a fall of 0.23 is one dB.

    In decibels a dark or blurred clip, and one whose landmarks sit well, teach as much as others.
    """
    power = ((made - truth).square() * box).sum(dim=(1, 2, 3))
    total = power / (3 * box.sum(dim=(1, 2, 3)).clamp(min=1))
    return (1 + total / LEAST).log().mean()


def folds(flow: Float[Tensor, "b 2 h w"]) -> Loss:
    """How steep a flow is: mean squared difference of neighbours."""
    across, along = flow.diff(dim=3).square().mean(), flow.diff(dim=2).square().mean()
    return across + along


def painting_losses(made: Pictures, scene: Scenes) -> Losses:
    """By the truth alone; most are counted wherever anything can be done about them."""
    room, mouth = scene.room.amax(dim=1, keepdim=True), scene.mouth
    weight = scene.area * (1 + (INSIDE - 1) * mouth)
    return {
        "near": NEARNESS * nearness(made, scene.truth, scene.box * (room > 0)),
        "colour": colour_apart(made, scene.truth, scene.area, mouth),
        "edges": EDGES * edges_apart(made, scene.truth, room, mouth),
        "texture": TEXTURE * texture_apart(made, scene.truth, weight),
        "tones": TONES * tones_apart(made, scene.truth, scene.area, mouth),
    }
