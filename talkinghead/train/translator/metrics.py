"""Validation metrics of the translator: rendered and warped mouth crops against the truth."""

from collections import defaultdict
from math import log
from pathlib import Path

import numpy as np
import torch
from skimage.metrics import structural_similarity
from torch import Tensor, nn

from talkinghead.media.image import write_image
from talkinghead.models.translator import PORTRAIT
from talkinghead.train.translator.batches import TranslatorBatch
from talkinghead.train.translator.losses import laplacian

SHARPNESS_TOLERANCE = 0.1  # of the log ratio of sharpness, in the score
SHEET_CROPS = 24  # validation crops on the contact sheet
CHUNK = 16  # crops rendered at once


def validate(
    net: nn.Module, held_out: TranslatorBatch, sheet: Path | None = None
) -> dict[str, float]:
    """`crop_metrics` of the rendered crops; `score` is the PSNR gained over the warp, less
    penalties for a sharpness unlike the truth's.

    Writes a contact sheet of crops to `sheet`.
    """
    device = next(net.parameters()).device
    parts = []
    for start in range(0, len(held_out.inputs), CHUNK):
        chunk = slice(start, start + CHUNK)
        inputs, masks, warped = (
            tensor[chunk].to(device)
            for tensor in (held_out.inputs, held_out.masks, held_out.warped)
        )
        with torch.inference_mode():
            parts.append(net(inputs, masks).apply(warped).cpu())
    rendered = torch.cat(parts).clamp(0, 1)
    metrics = crop_metrics(rendered, held_out)
    gain = metrics["rendered psnr"] - metrics["warp psnr"]
    blur = max(0.0, abs(log(metrics["rendered sharp"])) - SHARPNESS_TOLERANCE)
    mouth_blur = max(0.0, -log(metrics["rendered teeth"]) - SHARPNESS_TOLERANCE)
    metrics["score"] = gain - 3 * blur - 1.5 * mouth_blur
    if sheet is not None:
        _write_sheet(rendered, held_out, sheet)
    return metrics


def crop_metrics(rendered: Tensor, batch: TranslatorBatch) -> dict[str, float]:
    """PSNR (dB) and SSIM of warped and rendered crops, and their sharpness over the truth's.

    Within the box of the mouth. Sharpness is the variance of the Laplacian; `teeth` its power
    between the lips.
    """
    values: dict[str, list[float]] = defaultdict(list)
    sharpness: dict[str, list[float]] = defaultdict(list)
    for i in range(len(rendered)):
        rows, columns = torch.nonzero(batch.box[i, 0] > 0, as_tuple=True)
        if not batch.masks[i].any():
            continue
        box = (..., slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1))
        truth = batch.truth[i : i + 1]
        inside = batch.mouth[i : i + 1][box] > 0.5
        detail = laplacian(truth)[box]
        sharpness["true"].append(float(detail.var()))
        if inside.any():
            sharpness["mouth true"].append(float(detail[inside].square().mean()))
        for name, crop in (("warp", batch.warped[i : i + 1]), ("rendered", rendered[i : i + 1])):
            error = (crop - truth)[box].square().mean()
            values[f"{name} psnr"].append(float(-10 * torch.log10(error.clamp(min=1e-6))))
            values[f"{name} ssim"].append(_ssim(crop[box], truth[box]))
            detail = laplacian(crop)[box]
            sharpness[name].append(float(detail.var()))
            if inside.any():
                sharpness[f"mouth {name}"].append(float(detail[inside].square().mean()))
    metrics = {name: float(np.nanmean(row)) for name, row in values.items()}
    totals = {name: max(float(np.sum(row)), 1e-9) for name, row in sharpness.items()}
    for name in ("warp", "rendered"):
        metrics[f"{name} sharp"] = totals[name] / totals["true"]
        metrics[f"{name} teeth"] = totals[f"mouth {name}"] / totals["mouth true"]
    return metrics


def _ssim(first: Tensor, second: Tensor) -> float:
    """Structural similarity (Wang et al. 2004) of two (1, 3, h, w); NaN for tiny ones."""
    if min(first.shape[2:]) < 7:
        return float("nan")
    images = (image[0].numpy() for image in (first, second))
    return float(structural_similarity(*images, channel_axis=0, data_range=1.0, win_size=7))


def _write_sheet(rendered: Tensor, batch: TranslatorBatch, path: Path) -> None:
    """Portrait, warped, rendered and true crops side by side, three to a row."""
    count = min(SHEET_CROPS, len(rendered)) // 3 * 3 or 1
    strips = []
    for i in np.linspace(0, len(rendered) - 1, count).astype(int):
        crops = [batch.inputs[i, PORTRAIT] + 0.5, batch.warped[i], rendered[i], batch.truth[i]]
        strips.append(torch.cat(crops, dim=2))
    across = 3 if len(strips) % 3 == 0 else 1
    rows = [torch.cat(strips[i : i + across], dim=2) for i in range(0, len(strips), across)]
    sheet = torch.cat(rows, dim=1).permute(1, 2, 0).mul(255).round().clamp(0, 255)
    write_image(sheet.to(torch.uint8).numpy(), path)
