"""Trains the translator: first by the truth alone, then against a critic as well (LipGAN)."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, replace
from math import log
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from talkinghead import weights
from talkinghead.media.image import write_image
from talkinghead.render.translator import Translator, TranslatorSize
from talkinghead.train.card import LICENCES, revision
from talkinghead.train.critics_image import ImageCritic, taken_for_real, told_apart, unlike
from talkinghead.train.loop import Losses, Plan, Rival, train
from talkinghead.train.paintings import Pair, SceneBatches, Scenes, every_pair, scenes
from talkinghead.train.pairs import Pairs, pairs_in
from talkinghead.train.splits import split_of

INSIDE = 0.7  # a pixel between the lips counts as this many beside them
EDGES, TEXTURE, TONES = 0.7, 4.0, 2.0  # weights of the losses beside colour's
CRITIC, FEATURES = 0.1, 2.0
ALONE = 0.6  # share of the steps before the critic joins
AVERAGE = 0.99  # of the weights' running mean: some thousand steps are all there is
SLOWER = 0.5  # its stage's learning rate over the first stage's
MEASURED = 240  # pairs that validation paints
SHOWN = 24  # of them in the grid of samples
STILL_LICENCE = (
    "stills: HELEN (Le et al. 2012) and AFW (Zhu and Ramanan 2012), research only. " + LICENCES
)


def _brightness(picture: Tensor) -> Tensor:
    return (picture * picture.new_tensor([0.299, 0.587, 0.114])[:, None, None]).sum(1, keepdim=True)


def laplacian(picture: Tensor) -> Tensor:
    """(b, 1, s, s) of the brightness of (b, 3, s, s): what sharpness is measured by."""
    kernel = picture.new_tensor([[0, 1, 0], [1, -4, 1], [0, 1, 0]])[None, None]
    return functional.conv2d(
        functional.pad(_brightness(picture), (1, 1, 1, 1), "replicate"), kernel
    )


def _within(gap: Tensor, weight: Tensor) -> Tensor:
    """Mean of (b, c, s, s) under a weight (b, 1, s, s)."""
    return (gap * weight).sum() / (weight.sum() * gap.shape[1]).clamp(min=1e-6)


def edges_apart(made: Tensor, truth: Tensor, area: Tensor, mouth: Tensor) -> Tensor:
    """Mean absolute difference of gradients at three scales; in the mouth at the coarser two.

    Nobody can know to the pixel where one tooth ends.
    """
    parts = []
    for scale in range(3):
        gap = made - truth
        weight = area * (1 - mouth) if scale == 0 else area * (1 + (INSIDE - 1) * mouth)
        parts.append(_within((gap[..., 1:] - gap[..., :-1]).abs(), weight[..., 1:]))
        parts.append(_within((gap[..., 1:, :] - gap[..., :-1, :]).abs(), weight[..., 1:, :]))
        made, truth, area, mouth = (functional.avg_pool2d(p, 2) for p in (made, truth, area, mouth))
    return torch.stack(parts).sum() / 2


def colour_apart(made: Tensor, truth: Tensor, area: Tensor, mouth: Tensor) -> Tensor:
    """Mean absolute difference, of pixels beside the mouth and of 4 by 4 pixels in it."""
    fine = _within((made - truth).abs(), area * (1 - mouth))
    made, truth, area, mouth = (functional.avg_pool2d(p, 4) for p in (made, truth, area, mouth))
    return fine + INSIDE * _within((made - truth).abs(), area * mouth)


def texture_apart(made: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
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


def tones_apart(made: Tensor, truth: Tensor, area: Tensor, mouth: Tensor) -> Tensor:
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


def painting_losses(made: Tensor, scene: Scenes) -> Losses:
    """By the truth alone; all are counted where painting is allowed, and most in the mouth."""
    weight = scene.area * (1 + (INSIDE - 1) * scene.mouth)
    return {
        "colour": colour_apart(made, scene.truth, scene.area, scene.mouth),
        "edges": EDGES * edges_apart(made, scene.truth, scene.area, scene.mouth),
        "texture": TEXTURE * texture_apart(made, scene.truth, weight),
        "tones": TONES * tones_apart(made, scene.truth, scene.area, scene.mouth),
    }


class _Duel:
    """Losses of both sides of a step; what the translator painted is shared by them."""

    def __init__(self, batches: SceneBatches, critic: ImageCritic, device: str):
        self.batches, self.critic, self.device = batches, critic, device
        self.painted: dict[int, tuple[Scenes, Tensor]] = {}  # of the step that is under way

    def _painted(self, net: nn.Module, step: int) -> tuple[Scenes, Tensor]:
        if step not in self.painted:
            scene = self.batches(step).to(self.device)
            self.painted = {step: (scene, scene.warped + net(scene.seen, scene.area))}
        return self.painted[step]

    @staticmethod
    def _condition(scene: Scenes) -> Tensor:
        return torch.cat([scene.seen[:, 3:6], scene.seen[:, 9:11]], dim=1)

    def critics_loss(self, net: nn.Module, step: int) -> Losses:
        scene, made = self._painted(net, step)
        condition = self._condition(scene)
        real, _ = self.critic(scene.truth, condition)
        fake, _ = self.critic(made.detach(), condition)
        return {"told apart": told_apart(real, fake, scene.area)}

    def loss(self, net: nn.Module, step: int) -> Losses:
        scene, made = self._painted(net, step)
        condition = self._condition(scene)
        with torch.no_grad():
            _, real = self.critic(scene.truth, condition)
        scores, features = self.critic(made, condition)
        self.painted.clear()
        return painting_losses(made, scene) | {
            "critic": CRITIC * taken_for_real(scores, scene.area),
            "features": FEATURES * unlike(features, real, scene.area),
        }


def figures_of(made: Tensor, scene: Scenes) -> dict[str, float]:
    """PSNR and similarity of the painted part, and its sharpness over the truth's."""
    parts: dict[str, list[float]] = defaultdict(list)
    sharp: dict[str, list[float]] = defaultdict(list)
    for i in range(len(made)):
        rows, columns = torch.nonzero(scene.area[i, 0] > 0, as_tuple=True)
        if not len(rows):
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
            fine = laplacian(picture)[box]
            sharp[name].append(float(fine.var()))
            if inside.any():
                sharp[f"mouth {name}"].append(float(fine[inside].square().mean()))
    means = {name: float(np.mean(values)) for name, values in parts.items()}
    sums = {name: max(float(np.sum(values)), 1e-9) for name, values in sharp.items()}
    for name in ("warp", "paint"):
        means[f"{name} sharp"] = sums[name] / sums["real"]
        means[f"{name} teeth"] = sums[f"mouth {name}"] / sums["mouth real"]
    return means


def validate(net: nn.Module, held_out: Scenes, grid: Path | None = None) -> dict[str, float]:
    """Figures of the painted squares beside the warped ones'; `score` is gain without blur."""
    device = next(net.parameters()).device
    made = []
    for start in range(0, len(held_out.seen), 16):
        seen, area = (p[start : start + 16].to(device) for p in (held_out.seen, held_out.area))
        with torch.inference_mode():
            made.append(net(seen, area).cpu())
    painted = (held_out.warped + torch.cat(made)).clamp(0, 1)
    result = figures_of(painted, held_out)
    gain = result["paint psnr"] - result["warp psnr"]
    blurred = abs(log(result["paint sharp"])) + 0.5 * abs(log(result["paint teeth"]))
    result["score"] = gain - 3 * blurred
    if grid is not None:
        _show(painted, held_out, grid)
    return result


def _show(painted: Tensor, scene: Scenes, path: Path) -> None:
    """Portrait, warped, painted and true squares side by side, three to a row."""
    places = np.linspace(0, len(painted) - 1, min(SHOWN, len(painted)) // 3 * 3 or 1).astype(int)
    strips = []
    for i in places:
        row = [scene.seen[i, 3:6] + 0.5, scene.warped[i], painted[i], scene.truth[i]]
        strips.append(torch.cat(row, dim=2))
    across = 3 if len(strips) % 3 == 0 else 1
    lines = [torch.cat(strips[i : i + across], dim=2) for i in range(0, len(strips), across)]
    sheet = torch.cat(lines, dim=1).permute(1, 2, 0).mul(255).round().clamp(0, 255)
    write_image(sheet.to(torch.uint8).numpy(), path)


def _spread(pairs: list[Pair], count: int) -> list[Pair]:
    return [pairs[i] for i in np.linspace(0, len(pairs) - 1, min(count, len(pairs))).astype(int)]


def train_translator(
    data: Path,
    out: Path,
    run: Path,
    plan: Plan,
    *,
    size: TranslatorSize | None = None,
    batch: int = 16,
    device: str = "cpu",
    report: Callable[[int, int, dict[str, float]], None] | None = None,
) -> dict[str, float]:
    """Train on the pairs in `data`; weights and card to `out`, progress to `run`.

    `run`/alone and `run`/critic keep the two stages' checkpoints, curves and samples. Returns
    the figures on the validation talkers. Test talkers are never looked at.
    """
    by_split: dict[str, list[Pairs]] = defaultdict(list)
    for one in pairs_in(data):
        by_split[split_of(one.talker)].append(one)
    taught = every_pair(by_split["train"])
    net = Translator(size)
    side = net.size.side
    held_out = scenes(_spread(every_pair(by_split["validation"]) or taught, MEASURED), side)
    batches = SceneBatches(taught, side, size=batch, seed=plan.seed)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def alone(net: nn.Module, step: int) -> Losses:
        scene = batches(step).to(device)
        return painting_losses(scene.warped + net(scene.seen, scene.area), scene)

    plan = replace(plan, average=min(plan.average, AVERAGE))
    first = replace(plan, steps=max(1, round(ALONE * plan.steps)))
    second = replace(
        plan, steps=max(1, plan.steps - first.steps), rate=SLOWER * plan.rate, seed=plan.seed + 1
    )
    for name, stage, before in (("alone", first, 0), ("critic", second, first.steps)):
        folder = run / name
        rival, loss = None, alone
        if name == "critic":
            fresh = SceneBatches(taught, side, size=batch, seed=stage.seed)
            duel = _Duel(fresh, ImageCritic(), device)
            rival, loss = Rival(duel.critic, duel.critics_loss, 4.0), duel.loss

        def measured(n: nn.Module, folder: Path = folder) -> dict[str, float]:
            return validate(n, held_out, folder / "samples.png")

        def said(step: int, _: int, row: dict[str, float], before: int = before) -> None:
            if report is not None:
                report(before + step, plan.steps, row)

        train(net, loss, measured, folder, stage, device=device, report=said, rival=rival)
    figures = validate(net, held_out)
    talkers: dict[str, int] = defaultdict(int)
    for pair in taught:
        talkers[pair.pairs.talker] += 1
    weights.save(
        net,
        out,
        {
            "model": "translator",
            "size": net.size.as_dict(),
            "input": "warped and original mouth, landmark drawing, masks; on the skull's square",
            "output": "change of the warped mouth, confined to lips and what is between them",
            "plan": asdict(plan) | {"batch": batch},
            "pairs": dict(sorted(talkers.items())),
            "validation talkers": sorted({one.talker for one in by_split["validation"]}),
            "validation": {name: round(value, 4) for name, value in figures.items()},
            "licences": STILL_LICENCE,
            "revision": revision(),
        },
    )
    return figures
