"""Discriminators of head motion and style: is it that of a person who says this?

D_L on frames and D_T on sequences of MakeItTalk (Zhou et al. 2020, sec. 4.2), with the least
squares loss of LSGAN (Mao et al. 2017) and the R1 penalty (Mescheder et al. 2018).
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

SLOW_POOLING = 4  # frames averaged for the discriminator of posture
MIN_SLOW_FRAMES = 64  # of sequences that are long enough to have a posture
VELOCITY_GAIN = 4.0  # jitter is small in positions, and plain in velocities


class MotionDiscriminators(nn.Module):
    """D_L on single frames and D_T on sequences, the latter at two speeds."""

    def __init__(
        self, motion: int, content: int, speaker: int, width: int = 48, condition: int = 12
    ):
        super().__init__()
        self.condition = _Condition(content, speaker, condition)
        self.frame = _ConvDiscriminator(motion, condition, width, 1, [1, 1])
        self.sequence = _ConvDiscriminator(2 * motion, condition, width, 5, [1, 2, 2])
        self.slow = _ConvDiscriminator(motion, condition, width, 5, [1, 2])

    def forward(
        self,
        motion: Float[Tensor, "b t k"],
        content: Float[Tensor, "b t content"],
        speaker: Float[Tensor, "b speaker"],
        has_condition: Float[Tensor, " b"],
    ) -> list[Float[Tensor, "b _"]]:
        """Scores in time, 1 for real motion and 0 for generated motion.

        Rows where `has_condition` is 0 are judged without content and speaker.
        """
        condition = self.condition(content, speaker, has_condition)
        motion = motion.transpose(1, 2)
        velocity = VELOCITY_GAIN * functional.pad(motion.diff(dim=-1), (1, 0))
        scores = [
            self.frame(motion, condition),
            self.sequence(torch.cat([motion, velocity], dim=1), condition),
        ]
        if motion.shape[-1] >= MIN_SLOW_FRAMES:
            pooled = [functional.avg_pool1d(part, SLOW_POOLING) for part in (motion, condition)]
            scores.append(self.slow(*pooled))
        return scores


class _Condition(nn.Module):
    """Content and speaker in few channels, so that discriminators do not memorise the clips."""

    def __init__(self, content: int, speaker: int, width: int):
        super().__init__()
        self.content = nn.Linear(content, width)
        self.speaker = nn.Linear(speaker, width)
        self.dropout = nn.Dropout(0.3)

    def forward(
        self,
        content: Float[Tensor, "b t content"],
        speaker: Float[Tensor, "b speaker"],
        has_condition: Float[Tensor, " b"],
    ) -> Float[Tensor, "b width t"]:
        mixed = torch.tanh(self.content(content) + self.speaker(speaker)[:, None])
        return self.dropout(mixed * has_condition[:, None, None]).transpose(1, 2)


class _ConvDiscriminator(nn.Module):
    """Convolutions over motion and condition, to scores in time."""

    def __init__(self, motion: int, condition: int, width: int, kernel: int, strides: list[int]):
        super().__init__()
        channels = [motion + condition] + [width] * len(strides)
        layers = zip(channels[:-1], channels[1:], strides, strict=True)
        self.layers = nn.Sequential(*[_conv(a, b, kernel, stride) for a, b, stride in layers])
        self.score = nn.Conv1d(width, 1, 1)

    def forward(
        self, motion: Float[Tensor, "b k t"], condition: Float[Tensor, "b width t"]
    ) -> Float[Tensor, "b n"]:
        scores: Tensor = self.score(self.layers(torch.cat([motion, condition], dim=1)))
        return scores[:, 0]


def _conv(channels: int, width: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv1d(channels, width, kernel, stride, padding=kernel // 2), nn.LeakyReLU(0.2)
    )


def discriminator_loss(
    real: list[Float[Tensor, "b _"]], fake: list[Float[Tensor, "b _"]]
) -> Float[Tensor, ""]:
    """LSGAN's loss of the discriminator (Mao et al. 2017, eq. 2): real scores 1, fake scores 0."""
    parts = [((r - 1) ** 2).mean() + (f**2).mean() for r, f in zip(real, fake, strict=True)]
    return torch.stack(parts).mean()


def generator_loss(fake: list[Float[Tensor, "b _"]]) -> Float[Tensor, ""]:
    """LSGAN's loss of the generator: fake scores 1."""
    return torch.stack([((score - 1) ** 2).mean() for score in fake]).mean()


def r1_penalty(
    scores: list[Float[Tensor, "b _"]], motion: Float[Tensor, "b t k"]
) -> Float[Tensor, ""]:
    """R1 (Mescheder et al. 2018, eq. 9): mean squared gradient of the scores at real motion.

    `motion` needs gradients. Scaled by the length, since the scores are means over time.
    """
    total = torch.stack([score.mean(dim=1).sum() for score in scores]).sum()
    (gradient,) = torch.autograd.grad(total, motion, create_graph=True)
    return gradient.pow(2).sum(dim=2).sum(dim=1).mean() * motion.shape[1] / 100
