"""What the translator is judged by: painted squares beside the warped and the true ones."""

from collections import defaultdict
from math import log
from pathlib import Path

import numpy as np
import torch
from skimage.metrics import structural_similarity
from torch import Tensor, nn

from talkinghead.media.image import write_image
from talkinghead.render.paint import PORTRAIT
from talkinghead.train.likeness import laplacian
from talkinghead.train.paintings import Scenes

SHARP = 0.1  # logarithm of how far detail may be off in strength unpunished
SHOWN = 24  # squares in the grid of samples


def figures_of(made: Tensor, scene: Scenes) -> dict[str, float]:
    """PSNR and similarity of the painted part, and its sharpness over the truth's."""
    parts: dict[str, list[float]] = defaultdict(list)
    sharp: dict[str, list[float]] = defaultdict(list)
    for i in range(len(made)):
        rows, columns = torch.nonzero(scene.box[i, 0] > 0, as_tuple=True)
        if not scene.room[i].any():
            continue
        box = (..., slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1))
        truth = scene.truth[i : i + 1]
        inside = scene.mouth[i : i + 1][box] > 0.5
        fine = laplacian(truth)[box]
        sharp["real"].append(float(fine.var()))
        if inside.any():
            sharp["mouth real"].append(float(fine[inside].square().mean()))
        for name, picture in (("warp", scene.warped[i : i + 1]), ("paint", made[i : i + 1])):
            error = (picture - truth)[box].square().mean()
            parts[f"{name} psnr"].append(float(-10 * torch.log10(error.clamp(min=1e-6))))
            parts[f"{name} ssim"].append(_alike(picture[box], truth[box]))
            fine = laplacian(picture)[box]
            sharp[name].append(float(fine.var()))
            if inside.any():
                sharp[f"mouth {name}"].append(float(fine[inside].square().mean()))
    means = {name: float(np.nanmean(values)) for name, values in parts.items()}
    sums = {name: max(float(np.sum(values)), 1e-9) for name, values in sharp.items()}
    for name in ("warp", "paint"):
        means[f"{name} sharp"] = sums[name] / sums["real"]
        means[f"{name} teeth"] = sums[f"mouth {name}"] / sums["mouth real"]
    return means


def _alike(one: Tensor, other: Tensor) -> float:
    """Structural similarity of two (1, 3, h, w)."""
    if min(one.shape[2:]) < 7:
        return float("nan")
    pictures = (p[0].numpy() for p in (one, other))
    return float(structural_similarity(*pictures, channel_axis=0, data_range=1.0, win_size=7))


def validate(net: nn.Module, held_out: Scenes, grid: Path | None = None) -> dict[str, float]:
    """Figures of the painted squares beside the warped ones'; `score` is gain without blur."""
    device = next(net.parameters()).device
    made = []
    for start in range(0, len(held_out.seen), 16):
        seen, room, warped = (
            p[start : start + 16].to(device)
            for p in (held_out.seen, held_out.room, held_out.warped)
        )
        with torch.inference_mode():
            made.append(net(seen, room).on(warped).cpu())
    painted = torch.cat(made).clamp(0, 1)
    result = figures_of(painted, held_out)
    gain = result["paint psnr"] - result["warp psnr"]
    blurred = max(0.0, abs(log(result["paint sharp"])) - SHARP)
    smeared = max(0.0, -log(result["paint teeth"]) - SHARP)  # crisp edges of lips are none
    result["score"] = gain - 3 * blurred - 1.5 * smeared
    if grid is not None:
        _show(painted, held_out, grid)
    return result


def _show(painted: Tensor, scene: Scenes, path: Path) -> None:
    """Portrait, warped, painted and true squares side by side, three to a row."""
    places = np.linspace(0, len(painted) - 1, min(SHOWN, len(painted)) // 3 * 3 or 1).astype(int)
    strips = []
    for i in places:
        row = [scene.seen[i, PORTRAIT] + 0.5, scene.warped[i], painted[i], scene.truth[i]]
        strips.append(torch.cat(row, dim=2))
    across = 3 if len(strips) % 3 == 0 else 1
    lines = [torch.cat(strips[i : i + across], dim=2) for i in range(0, len(strips), across)]
    sheet = torch.cat(lines, dim=1).permute(1, 2, 0).mul(255).round().clamp(0, 255)
    write_image(sheet.to(torch.uint8).numpy(), path)
