"""Reconstruction losses of the translator: how far a rendered mouth crop is from the truth."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from talkinghead.media.image import LUMA
from talkinghead.models.translator import TranslatorOutput
from talkinghead.train.loop import Losses
from talkinghead.train.translator.batches import TranslatorBatch

Images = Float[Tensor, "b 3 h w"]  # RGB in [0, 1]
Masks = Float[Tensor, "b 1 h w"]  # in [0, 1]
Loss = Float[Tensor, ""]

# Weights of the losses, relative to that of colour.
LOG_MSE_WEIGHT, GRADIENT_WEIGHT, CONTRAST_WEIGHT, TONE_WEIGHT = 0.1, 0.7, 1.0, 0.5
FLOW_WEIGHT = 0.3
MOUTH_WEIGHT = 0.7  # of a pixel between the lips, relative to one on them
MSE_FLOOR = 1e-4  # 40 dB, beyond which there is little to learn
MIN_TONE_PIXELS = 8


def reconstruction_losses(
    output: TranslatorOutput, rendered: Images, batch: TranslatorBatch
) -> Losses:
    """The losses against the true frames, within the masks of what may change."""
    changeable, mouth = batch.masks.amax(dim=1, keepdim=True), batch.mouth
    weight = batch.recolor * (1 + (MOUTH_WEIGHT - 1) * mouth)
    log_mse = log_mse_loss(rendered, batch.truth, batch.box * (changeable > 0))
    gradient = gradient_loss(rendered, batch.truth, changeable, mouth)
    contrast = local_contrast_loss(rendered, batch.truth, weight)
    tones = sorted_tone_loss(rendered, batch.truth, batch.recolor, mouth)
    return {
        "log_mse": LOG_MSE_WEIGHT * log_mse,
        "color": color_loss(rendered, batch.truth, batch.recolor, mouth),
        "gradient": GRADIENT_WEIGHT * gradient,
        "contrast": CONTRAST_WEIGHT * contrast,
        "tones": TONE_WEIGHT * tones,
        "flow": FLOW_WEIGHT * flow_smoothness_loss(output.flow),
    }


def log_mse_loss(rendered: Images, truth: Images, box: Masks) -> Loss:
    """Mean logarithm of each crop's squared error within its box: 0.23 less is one dB of PSNR.

    On a logarithmic scale, crops with a small error (a dark clip, or well-placed landmarks) weigh
    as much as those with a large one.
    """
    squared = ((rendered - truth).square() * box).sum(dim=(1, 2, 3))
    mse = squared / (3 * box.sum(dim=(1, 2, 3)).clamp(min=1))
    return (1 + mse / MSE_FLOOR).log().mean()


def color_loss(rendered: Images, truth: Images, mask: Masks, mouth: Masks) -> Loss:
    """L1 of the pixels; MOUTH_WEIGHT between the lips."""
    return _weighted_mean((rendered - truth).abs(), mask * (1 + (MOUTH_WEIGHT - 1) * mouth))


def gradient_loss(rendered: Images, truth: Images, mask: Masks, mouth: Masks) -> Loss:
    """L1 of the image gradients at three scales, with less weight between the lips.

    The exact pixel at which a tooth ends cannot be known; at the finest scale the weight is halved
    once more.
    """
    parts = []
    for scale in range(3):
        error = rendered - truth
        mouth_weight = MOUTH_WEIGHT / 2 if scale == 0 else MOUTH_WEIGHT
        weight = mask * (1 + (mouth_weight - 1) * mouth)
        parts.append(_weighted_mean((error[..., 1:] - error[..., :-1]).abs(), weight[..., 1:]))
        parts.append(
            _weighted_mean((error[..., 1:, :] - error[..., :-1, :]).abs(), weight[..., 1:, :])
        )
        rendered, truth, mask, mouth = (
            functional.avg_pool2d(part, 2) for part in (rendered, truth, mask, mouth)
        )
    return torch.stack(parts).sum() / 2


def local_contrast_loss(rendered: Images, truth: Images, weight: Masks) -> Loss:
    """L1 of the local RMS of the Laplacian at two scales: amount of detail, not its exact place.

    Pixel errors alone prefer no tooth at all to one that is a pixel off.
    """
    total = weight.new_zeros(())
    for window in (9, 7):
        contrasts = []
        for image in (rendered, truth):
            power = functional.avg_pool2d(laplacian(image).square(), window, 1, window // 2)
            contrasts.append((power + 1e-5).sqrt())
        total = total + _weighted_mean((contrasts[0] - contrasts[1]).abs(), weight)
        rendered, truth, weight = (
            functional.avg_pool2d(part, 2) for part in (rendered, truth, weight)
        )
    return total / 2


def sorted_tone_loss(rendered: Images, truth: Images, mask: Masks, mouth: Masks) -> Loss:
    """L1 of the sorted values of each channel between the lips: the 1-D Wasserstein distance.

    The tones of teeth, tongue and shadow must match, wherever the teeth end.
    """
    parts = []
    for rendered_crop, true_crop, inside in zip(rendered, truth, mask * mouth > 0.5, strict=True):
        if inside.sum() > MIN_TONE_PIXELS:
            tones = (crop[:, inside[0]].sort(dim=1).values for crop in (rendered_crop, true_crop))
            own, true = tones
            parts.append((own - true).abs().sum() / rendered.shape[1])
    return torch.stack(parts).sum() / (mask * mouth).sum() if parts else rendered.sum() * 0


def flow_smoothness_loss(flow: Float[Tensor, "b 2 h w"]) -> Loss:
    """Mean squared difference between neighbouring vectors of a flow."""
    return flow.diff(dim=3).square().mean() + flow.diff(dim=2).square().mean()


def temporal_difference_loss(
    rendered: Float[Tensor, "b t 3 s s"],
    truth: Float[Tensor, "b t 3 s s"],
    mask: Float[Tensor, "b t 1 s s"],
) -> Loss:
    """L1 of the changes from frame to frame, within the mask.

    Flicker costs in every frame, a constant offset of a tooth in none.
    """
    error = (rendered.diff(dim=1) - truth.diff(dim=1)).abs() * mask[:, 1:]
    return error.sum() / (3 * mask[:, 1:].sum()).clamp(min=1e-6)


def laplacian(images: Images) -> Masks:
    """The discrete Laplacian of the brightness, a measure of sharpness."""
    brightness = (images * images.new_tensor(LUMA)[:, None, None]).sum(1, keepdim=True)
    kernel = images.new_tensor([[0, 1, 0], [1, -4, 1], [0, 1, 0]])[None, None]
    return functional.conv2d(functional.pad(brightness, (1, 1, 1, 1), "replicate"), kernel)


def _weighted_mean(values: Float[Tensor, "b c h w"], weight: Masks) -> Loss:
    return (values * weight).sum() / (weight.sum() * values.shape[1]).clamp(min=1e-6)
