"""The speaker branch against its critics: one batch and one draw of chance a step for both."""

from typing import cast

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from talkinghead.motion.speaker_branch import AXES, FIGURES, SpeakerBranch, UnitMotion
from talkinghead.motion.windows import noise
from talkinghead.train.critics import Critics, steepness, taken_for_real, told_apart
from talkinghead.train.dynamics import likeness_loss, rest_loss, shape_losses
from talkinghead.train.loop import Losses
from talkinghead.train.sequences import SequenceBatch, Sequences

POOL = 40_000  # frames of noise that the rows of all batches are cut from
SHAPE, POSE, LIKENESS, REST, FOOLED = 0.3, 0.05, 1.0, 0.3, 0.5  # weights of the losses
PENALTY = 2.0  # weight of R1
HIDDEN = 0.2  # of the rows are judged without knowing what was said


def real_motion(
    net: SpeakerBranch, batch: SequenceBatch, manner: Float[Tensor, f"b {FIGURES}"]
) -> Float[Tensor, "b t channels"]:
    """What really moved, in the units of `SpeakerBranch.unit`."""

    def read(modes: Float[Tensor, "k 68 3"]) -> Float[Tensor, "b t k"]:
        return torch.einsum("btpc,kpc->btk", batch.residual, modes) / modes.pow(2).sum(dim=(1, 2))

    scale = manner.exp()
    pose = batch.pose / scale[:, None, :AXES]
    brows = read(net.brow_modes) / scale[:, None, AXES : AXES + 1]
    return UnitMotion(pose, brows, read(net.lip_modes)).joined()


class SpeakerDuel:
    """The branch against its critics: one batch and one draw of chance a step for both."""

    def __init__(self, net: SpeakerBranch, batches: Sequences, device: str, seed: int):
        size = net.size
        self.batches, self.device, self.seed = batches, device, seed
        self.chance = torch.from_numpy(noise(seed, 0, POOL, size.chance))
        channels = AXES + size.brows + size.lips
        self.critics = Critics(channels, size.content * size.stride, FIGURES + size.voice)

    def _deal(
        self, net: SpeakerBranch, step: int
    ) -> tuple[
        SequenceBatch,
        Float[Tensor, "heard t chance"],
        Float[Tensor, f"b {FIGURES}"],
        Float[Tensor, "b t channels"],
    ]:
        """The batch, its heard rows' chance, its manners and its real motion."""
        batch = self.batches(step).to(self.device)
        heard = int(batch.known.sum())
        rng = np.random.default_rng([self.seed, step, 1])
        frames = batch.pose.shape[1]
        starts = rng.integers(0, POOL - frames, size=heard)
        chance = torch.stack([self.chance[s : s + frames] for s in starts.tolist()])
        own = net.manner_of(batch.speaker)
        seen = batch.figures.clone()  # who is not heard has the range that is seen
        seen[:, AXES:] = 0
        manner = torch.where(batch.known[:, None] > 0, own, seen)
        return batch, chance.to(self.device), manner, real_motion(net, batch, manner)

    def _judge(
        self, net: SpeakerBranch, batch: SequenceBatch, motion: Float[Tensor, "b t channels"]
    ) -> list[Float[Tensor, "b _"]]:
        """The critics on rows of a batch; what was said and who spoke is hidden now and then."""
        level = (batch.content - net.content_mean) / net.content_spread
        level = level.reshape(*motion.shape[:2], -1)
        talker = net.talker_of(batch.speaker).detach()
        known = batch.known * (torch.rand_like(batch.known) >= HIDDEN)
        return cast(list[Tensor], self.critics(motion, level, talker, known))

    def against(self, module: nn.Module, step: int) -> Losses:
        """The critics' losses."""
        net = cast(SpeakerBranch, module)
        with torch.no_grad():
            batch, chance, _, real = self._deal(net, step)
            heard = _rows(batch)
            made = _centred(net.unit(heard.content, heard.speaker, chance).joined())
        real.requires_grad_(True)
        seen = self._judge(net, batch, real)
        return {
            "critics": told_apart(seen, self._judge(net, heard, made)),
            "steepness": PENALTY * steepness(seen, real),
        }

    def losses(self, module: nn.Module, step: int) -> Losses:
        """The branch's losses.

        What sound determines is taught with the noise silent, by distance from the truth;
        what it leaves open with noise, by critics and statistics.
        """
        net = cast(SpeakerBranch, module)
        batch, chance, manner, real = self._deal(net, step)
        heard, own, real = _rows(batch), manner[batch.known > 0], real[batch.known > 0]
        calm = net.unit(heard.content, heard.speaker, torch.zeros_like(chance))
        wild = net.unit(heard.content, heard.speaker, chance).joined()
        shape = shape_losses(net.ranged(calm, own).residual, heard.residual)
        off = _centred(calm.pose) - real[..., :AXES]
        made = _centred(wild)
        return {
            **{name: SHAPE * part for name, part in shape.items()},
            "pose": POSE * off.abs().mean(),
            "likeness": LIKENESS * likeness_loss(made, real),
            "rest": REST * rest_loss(wild),
            "fooled": FOOLED * taken_for_real(self._judge(net, heard, made)),
        }


def _rows(batch: SequenceBatch) -> SequenceBatch:
    """The rows in which the talker is heard."""
    heard = batch.known > 0
    return SequenceBatch(*(part[heard] for part in vars(batch).values()))


def _centred(motion: Float[Tensor, "b t channels"]) -> Float[Tensor, "b t channels"]:
    """Motion around the mean of its row."""
    return motion - motion.mean(dim=1, keepdim=True)
