"""The translator's adversarial loss: image and sequence discriminators, and the frozen SyncNet."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from talkinghead.models.syncnet import SyncNet
from talkinghead.models.translator import LIPS, PORTRAIT, TranslatorOutput
from talkinghead.train.data.frame_pairs import RUN_FRAMES
from talkinghead.train.loop import AdversarialLoss, Losses, LossFunction
from talkinghead.train.sync.losses import sync_loss
from talkinghead.train.translator.batches import RunBatch, TranslatorBatch
from talkinghead.train.translator.discriminators import (
    ImageDiscriminator,
    SequenceDiscriminator,
    discriminator_loss,
    feature_matching_loss,
    generator_loss,
)
from talkinghead.train.translator.losses import reconstruction_losses, temporal_difference_loss

ADVERSARIAL_WEIGHT, FEATURE_WEIGHT = 0.1, 2.0  # of the image discriminator's losses
SEQUENCE_WEIGHT, SEQUENCE_FEATURE_WEIGHT = 0.05, 1.0  # of the sequence discriminator's
TEMPORAL_WEIGHT, SYNC_WEIGHT = 1.0, 0.1
DISCRIMINATOR_LR = 4.0  # over the translator's (two time-scale update rule, Heusel et al. 2017)

Scored = tuple[Float[Tensor, "n 1 _ _"], list[Float[Tensor, "n _ _ _"]]]  # scores, features


def reconstruction_loss(make_batch: Callable[[int], TranslatorBatch], device: str) -> LossFunction:
    """The loss of a step without discriminators."""

    def loss(net: nn.Module, step: int) -> Losses:
        batch = make_batch(step).to(device)
        output = net(batch.inputs, batch.masks)
        return reconstruction_losses(output, output.apply(batch.warped), batch)

    return loss


class TranslatorDiscriminators(nn.Module):
    """Both discriminators."""

    def __init__(self) -> None:
        super().__init__()
        self.image, self.sequence = ImageDiscriminator(), SequenceDiscriminator(RUN_FRAMES)


@dataclass(frozen=True)
class TranslatorForward:
    """A batch, and the crops that the translator rendered for it."""

    batch: TranslatorBatch
    mel: Tensor | None  # (runs, MEL_WINDOW, MEL_BANDS) of a batch of runs
    output: TranslatorOutput
    rendered: Tensor  # (b, 3, s, s)


class TranslatorAdversarialLoss(AdversarialLoss[TranslatorForward]):
    """Reconstruction losses with adversarial, feature matching and sync losses.

    Every second step is one of runs, if there are any: frame pairs cover more speakers and poses,
    only runs have motion. The sync loss applies to runs with audio.
    """

    discriminator: TranslatorDiscriminators
    discriminator_lr = DISCRIMINATOR_LR

    def __init__(
        self,
        make_batch: Callable[[int], TranslatorBatch],
        make_runs: Callable[[int], RunBatch] | None,
        syncnet: SyncNet | None = None,
        device: str = "cpu",
    ):
        self.make_batch, self.make_runs = make_batch, make_runs
        self.discriminator, self.syncnet = TranslatorDiscriminators(), syncnet
        self.device = device

    def forward(self, generator: nn.Module, step: int) -> TranslatorForward:
        """Render a batch of frame pairs, or of runs."""
        if self.make_runs is not None and step % 2:
            runs = self.make_runs(step).to(self.device)
            batch, mel = runs.frames, runs.mel
        else:
            batch, mel = self.make_batch(step).to(self.device), None
        output = generator(batch.inputs, batch.masks)
        return TranslatorForward(batch, mel, output, output.apply(batch.warped))

    def discriminator_loss(self, generator: nn.Module, forward: TranslatorForward) -> Losses:
        """The hinge losses of the discriminators."""
        del generator
        batch = forward.batch
        images = (batch.truth, forward.rendered.detach())
        real, fake = (self._score_images(batch, image)[0] for image in images)
        losses = {"discriminator": discriminator_loss(real, fake, batch.recolor)}
        if forward.mel is not None:
            real, fake = (self._score_runs(batch, image)[0] for image in images)
            losses["sequence_discriminator"] = discriminator_loss(real, fake, _flow_masks(batch))
        return losses

    def generator_loss(self, generator: nn.Module, forward: TranslatorForward) -> Losses:
        """The losses of the translator."""
        del generator
        batch, rendered = forward.batch, forward.rendered
        losses = reconstruction_losses(forward.output, rendered, batch)
        with torch.no_grad():
            _, real = self._score_images(batch, batch.truth)
        scores, features = self._score_images(batch, rendered)
        matching = feature_matching_loss(features, real, batch.recolor)
        losses["adversarial"] = ADVERSARIAL_WEIGHT * generator_loss(scores, batch.recolor)
        losses["features"] = FEATURE_WEIGHT * matching
        if forward.mel is not None:
            losses |= self._run_losses(batch, rendered, forward.mel)
        return losses

    def _run_losses(self, batch: TranslatorBatch, rendered: Tensor, mel: Tensor) -> Losses:
        mask = _flow_masks(batch)
        with torch.no_grad():
            _, real = self._score_runs(batch, batch.truth)
        scores, features = self._score_runs(batch, rendered)
        matching = feature_matching_loss(features, real, mask)
        crops = (_as_runs(part) for part in (rendered, batch.truth, batch.masks[:, 2:]))
        losses = {
            "sequence": SEQUENCE_WEIGHT * generator_loss(scores, mask),
            "sequence_features": SEQUENCE_FEATURE_WEIGHT * matching,
            "temporal": TEMPORAL_WEIGHT * temporal_difference_loss(*crops),
        }
        has_sound = mel.isfinite().all(dim=2).all(dim=1)
        if self.syncnet is not None and has_sound.any():
            agreement = sync_loss(self.syncnet, _as_runs(rendered)[has_sound], mel[has_sound])
            losses["sync"] = SYNC_WEIGHT * agreement
        return losses

    def _score_images(self, batch: TranslatorBatch, images: Float[Tensor, "b 3 h w"]) -> Scored:
        inputs = batch.inputs
        condition = torch.cat([inputs[:, PORTRAIT], inputs[:, LIPS]], dim=1)
        scored: Scored = self.discriminator.image(images, condition)
        return scored

    def _score_runs(self, batch: TranslatorBatch, images: Float[Tensor, "b 3 h w"]) -> Scored:
        inputs = _as_runs(batch.inputs)
        scored: Scored = self.discriminator.sequence(
            _as_runs(images), inputs[:, :, LIPS], inputs[:, 0, PORTRAIT]
        )
        return scored


def _as_runs(
    crops: Float[Tensor, "b c h w"],
) -> Float[Tensor, f"b//{RUN_FRAMES} {RUN_FRAMES} c h w"]:
    """Crops, run after run, to one run per row."""
    return crops.reshape(-1, RUN_FRAMES, *crops.shape[1:])


def _flow_masks(batch: TranslatorBatch) -> Float[Tensor, "runs 1 h w"]:
    """Where any frame of a run may change."""
    return _as_runs(batch.masks[:, 2:]).amax(dim=1)
