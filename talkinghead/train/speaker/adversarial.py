"""The speaker branch's adversarial loss."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from talkinghead.models.speaker_branch import (
    POSE_CHANNELS,
    STYLE_CHANNELS,
    SpeakerBranch,
    UnitMotion,
)
from talkinghead.motion.windows import noise
from talkinghead.train.loop import AdversarialLoss, Losses
from talkinghead.train.speaker.batches import SpeakerBatch, SpeakerBatches
from talkinghead.train.speaker.discriminators import (
    MotionDiscriminators,
    discriminator_loss,
    generator_loss,
    r1_penalty,
)
from talkinghead.train.speaker.losses import mean_pose_loss, motion_statistics_loss, shape_losses

NOISE_FRAMES = 40_000  # of the noise that all rows take theirs from
SHAPE_WEIGHT, POSE_WEIGHT, STATISTICS_WEIGHT, MEAN_WEIGHT = 0.3, 0.05, 1.0, 0.3
ADVERSARIAL_WEIGHT = 0.5
R1_WEIGHT = 2.0
UNCONDITIONAL = 0.2  # probability that a row is judged without content and speaker


@dataclass(frozen=True)
class SpeakerForward:
    """A batch, with the inputs and targets that both losses share."""

    batch: SpeakerBatch
    noise: Float[Tensor, "speech t noise"]  # of the rows with speech
    style: Float[Tensor, f"b {STYLE_CHANNELS}"]
    real: Float[Tensor, "b t channels"]  # true motion in the units of `UnitMotion`


class SpeakerAdversarialLoss(AdversarialLoss[SpeakerForward]):
    """The losses of the speaker branch.

    Without noise, the branch learns what audio determines, from the distance to the truth; with
    noise what audio leaves open, from the discriminators and the motion statistics.
    """

    discriminator: MotionDiscriminators

    def __init__(self, net: SpeakerBranch, batches: SpeakerBatches, device: str, seed: int):
        size = net.size
        self.batches, self.device, self.seed = batches, device, seed
        self.noise = torch.from_numpy(noise(seed, 0, NOISE_FRAMES, size.noise_channels))
        self.discriminator = MotionDiscriminators(
            POSE_CHANNELS + size.brow_modes + size.lip_modes,
            size.content_channels * size.stride,
            STYLE_CHANNELS + size.speaker_bottleneck,
        )

    @torch.no_grad()
    def forward(self, generator: nn.Module, step: int) -> SpeakerForward:
        """Draw a batch and its noise."""
        net = cast(SpeakerBranch, generator)
        batch = self.batches(step).to(self.device)
        rng = np.random.default_rng([self.seed, step, 1])
        frames = batch.pose.shape[1]
        starts = rng.integers(0, NOISE_FRAMES - frames, size=int(batch.has_speech.sum()))
        rows = torch.stack([self.noise[start : start + frames] for start in starts.tolist()])
        measured = batch.log_ranges.clone()  # the style of rows without a speaker embedding
        measured[:, POSE_CHANNELS:] = 0
        predicted = net.predict_style(batch.speaker_embedding)
        style = torch.where(batch.has_speech[:, None] > 0, predicted, measured)
        return SpeakerForward(batch, rows.to(self.device), style, to_unit_motion(net, batch, style))

    def discriminator_loss(self, generator: nn.Module, forward: SpeakerForward) -> Losses:
        """The least squares loss and the R1 penalty."""
        net, batch = cast(SpeakerBranch, generator), forward.batch
        speech = batch.with_speech()
        with torch.no_grad():
            fake = _centre(self._generate(net, speech, forward.noise).concatenate())
        real = forward.real.detach().requires_grad_(True)
        real_scores = self._score(net, batch, real)
        fake_scores = self._score(net, speech, fake)
        return {
            "discriminator": discriminator_loss(real_scores, fake_scores),
            "r1": R1_WEIGHT * r1_penalty(real_scores, real),
        }

    def generator_loss(self, generator: nn.Module, forward: SpeakerForward) -> Losses:
        """The losses of the branch, on the rows with speech."""
        net, batch = cast(SpeakerBranch, generator), forward.batch
        speech, chosen = batch.with_speech(), batch.has_speech > 0
        style, real = forward.style[chosen], forward.real[chosen]
        quiet = self._generate(net, speech, torch.zeros_like(forward.noise))
        noisy = self._generate(net, speech, forward.noise).concatenate()
        shape = shape_losses(net.denormalize(quiet, style).residual, speech.residual)
        pose_error = _centre(quiet.pose) - real[..., :POSE_CHANNELS]
        fake = _centre(noisy)
        statistics = motion_statistics_loss(fake, real)
        return {
            **{name: SHAPE_WEIGHT * part for name, part in shape.items()},
            "pose": POSE_WEIGHT * pose_error.abs().mean(),
            "statistics": STATISTICS_WEIGHT * statistics,
            "mean_pose": MEAN_WEIGHT * mean_pose_loss(noisy),
            "adversarial": ADVERSARIAL_WEIGHT * generator_loss(self._score(net, speech, fake)),
        }

    @staticmethod
    def _generate(net: SpeakerBranch, batch: SpeakerBatch, noise_rows: Tensor) -> UnitMotion:
        return net.predict_unit_motion(batch.content, batch.speaker_embedding, noise_rows)

    def _score(
        self, net: SpeakerBranch, batch: SpeakerBatch, motion: Float[Tensor, "b t channels"]
    ) -> list[Float[Tensor, "b _"]]:
        """Scores of motion for the rows of a batch, some without their condition."""
        content = (batch.content - net.content_mean) / net.content_std
        content = content.reshape(*motion.shape[:2], -1)
        speaker = net.condition(batch.speaker_embedding).detach()
        keep = torch.rand_like(batch.has_speech) >= UNCONDITIONAL
        scores = self.discriminator(motion, content, speaker, batch.has_speech * keep)
        return cast(list[Tensor], scores)


def to_unit_motion(
    net: SpeakerBranch, batch: SpeakerBatch, style: Float[Tensor, f"b {STYLE_CHANNELS}"]
) -> Float[Tensor, "b t channels"]:
    """The true motion of a batch in the units of `UnitMotion`."""

    def project(modes: Float[Tensor, "k 68 3"]) -> Float[Tensor, "b t k"]:
        return torch.einsum("btpc,kpc->btk", batch.residual, modes) / modes.pow(2).sum(dim=(1, 2))

    scale = style.exp()
    pose = batch.pose / scale[:, None, :POSE_CHANNELS]
    brows = project(net.brow_modes) / scale[:, None, POSE_CHANNELS : POSE_CHANNELS + 1]
    return UnitMotion(pose, brows, project(net.lip_modes)).concatenate()


def _centre(motion: Float[Tensor, "b t channels"]) -> Float[Tensor, "b t channels"]:
    """Motion about the mean of its row."""
    return motion - motion.mean(dim=1, keepdim=True)
