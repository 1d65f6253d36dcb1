"""Trains the sync expert: which of a talker's moments does this mouth belong to?"""

from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from talkinghead import weights
from talkinghead.clock import STRIDE
from talkinghead.speech.mel import BANDS
from talkinghead.sync.net import HEARD, SEEN, SyncExpert, SyncSize, level
from talkinghead.sync.score import agreement
from talkinghead.train.ahead import Ahead
from talkinghead.train.card import card
from talkinghead.train.loop import Losses, Plan, Report, train
from talkinghead.train.mouths import Mouths, mouths_in
from talkinghead.train.splits import by_split
from talkinghead.train.stretches import StretchBatches, Stretches, by_talker, plain

SHARP = 14.0  # of the cosines under the softmax, at first
BESIDE = 0.15  # of the target, for each of the frames before and after: they are nearly as right
LIPS = 0.5  # weight of the points of the lips, which a face tower should know of any face
MEASURED = 24  # clips of one talker that are measured
AVERAGE = 0.99


@dataclass(frozen=True)
class Held:
    """A clip to measure on."""

    talker: str
    squares: Tensor  # (1, t, s, s)
    mel: Tensor  # (1, mel_frames(t), BANDS)


def held_out(talkers: dict[str, list[Mouths]], side: int) -> list[Held]:
    """MEASURED clips of each talker, spread over all of them, as they are."""
    return [
        Held(name, *plain(clip, side))
        for name, clips in talkers.items()
        for clip in clips[:: -(-len(clips) // MEASURED)]
    ]


class _Taught(nn.Module):
    """The expert and what is needed only while it learns."""

    def __init__(self, expert: SyncExpert):
        super().__init__()
        self.expert = expert
        self.sharp = nn.Parameter(torch.tensor(SHARP).log())
        self.lips = nn.Linear(expert.face.features, 80)


def sync_loss(
    expert: SyncExpert,
    frames: Float[Tensor, "b t 3 s s"],
    mel: Float[Tensor, f"b {STRIDE}*(t-{SEEN})+{HEARD} {BANDS}"],
) -> Float[Tensor, ""]:
    """How little painted mouths fit their sound: mean of 1 - cosine, 0 in perfect agreement.

    `frames` are RGB in [0, 1], t >= SEEN consecutive squares of `render.paint.window` at 25
    frames a second; `mel` is what `squares.heard` gives with them. Differentiable in `frames`;
    the expert should be frozen.
    """
    seen = expert.see(expert.squares(frames))
    return (1 - (seen * expert.hear(mel)).sum(dim=-1)).mean()


def told_when(
    faces: Float[Tensor, "g n d"], sounds: Float[Tensor, "g n d"], sharp: Float[Tensor, ""]
) -> Float[Tensor, ""]:
    """Cross entropy of each face among the sounds of its group, and of each sound among faces.

    Unit vectors of two stretches of one talker, n / 2 each: whose voice it is says
    nothing (InfoNCE, van den Oord et al. 2018; Chung et al. 2019 for sync).
    """
    likeness = sharp * faces @ sounds.mT  # (g, n, n)
    n = faces.shape[1]
    places = torch.arange(n, device=faces.device)
    beside = (places[:, None] - places).abs() == 1
    same = (places[:, None] < n // 2) == (places < n // 2)
    target = torch.eye(n, device=faces.device) + BESIDE * (beside & same)
    target = target / target.sum(dim=1, keepdim=True)
    parts = [
        -(target * functional.log_softmax(one, dim=-1)).sum(dim=-1).mean()
        for one in (likeness, likeness.mT)
    ]
    return (parts[0] + parts[1]) / 2


def losses(net: _Taught, batch: Stretches) -> Losses:
    """Of one batch of stretches, each two of one talker."""
    expert = net.expert
    features = expert.face(level(batch.squares))
    faces, sounds = expert.vectors(features), expert.hear(batch.mel)
    face, sound = (x.reshape(len(x) // 2, -1, x.shape[-1]) for x in (faces, sounds))
    return {
        "when": told_when(face, sound, net.sharp.exp().clamp(max=50)),
        "lips": LIPS * functional.smooth_l1_loss(net.lips(features), batch.lips, beta=0.1),
    }


@torch.inference_mode()
def validate(net: nn.Module, clips: list[Held]) -> dict[str, float]:
    """Figures over clips, means by talker: `near` is the share of offsets within a frame."""
    assert isinstance(net, _Taught)
    device = next(net.parameters()).device
    rows: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for clip in clips:
        faces = net.expert.see(clip.squares.to(device))[0].cpu().numpy()
        sounds = net.expert.hear(clip.mel.to(device))[0].cpu().numpy()
        found = agreement(faces, sounds)
        # How far the true offset stands out, in spreads of the others: less coarse than `near`.
        middle = len(found.curve) // 2
        true, others = np.split(np.roll(found.curve, 1 - middle), [3])
        stands = (others.mean() - true.min()) / others.std()
        rows[clip.talker].append((abs(found.offset) <= 1, found.confidence, stands))
    near, confidence, stands = np.mean([np.mean(r, axis=0) for r in rows.values()], axis=0)
    return {
        "near": float(near),
        "confidence": float(confidence),
        "stands": float(stands),
        "score": float(stands),
    }


def train_sync(
    data: Path,
    out: Path,
    run: Path,
    plan: Plan,
    *,
    size: SyncSize | None = None,
    batch: int = 16,
    workers: int = 1,
    device: str = "cpu",
    report: Report | None = None,
) -> dict[str, float]:
    """Train on the mouths in `data`; weights and card to `out`, progress to `run`.

    `batch` is in stretches of a second, two of one talker each; `workers` processes make them.
    Returns the figures on the validation talkers. Test talkers are never looked at.
    """
    parts = by_split(mouths_in(data), lambda clip: clip.talker)
    taught = by_talker(parts["train"])
    torch.manual_seed(plan.seed)
    net = _Taught(SyncExpert(size))
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    side = net.expert.size.side
    chosen = by_talker(parts["validation"]) if parts["validation"] else taught
    held = held_out(chosen, side)
    made = Ahead(StretchBatches(taught, side, size=batch, seed=plan.seed), workers)

    def loss(net: nn.Module, step: int) -> Losses:
        assert isinstance(net, _Taught)
        return losses(net, made(step).to(device))

    plan = replace(plan, average=min(plan.average, AVERAGE))
    train(net, loss, lambda n: validate(n, held), run, plan, device=device, report=report)
    figures = validate(net, held)
    said = {
        "input": "5 grey mouths on the skull's square, 25 a second; 0.4 s of log-mel",
        "output": "two vectors of norm 1: the nearer, the better they fit",
        "plan": asdict(plan) | {"batch": batch},
        "talkers": {name: sum(map(len, clips)) for name, clips in taught.items()},
        "validation talkers": sorted({clip.talker for clip in held}),
    }
    weights.save(net.expert, out, card("sync expert", net.expert.size.as_dict(), figures, said))
    return figures
