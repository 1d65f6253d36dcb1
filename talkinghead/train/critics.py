"""Critics: is this frame, is this sequence, that of a person who says these words?

MakeItTalk (Zhou et al. 2020, sec. 4.2) names them D_L and D_T; their losses are least squares
(Mao et al. 2017) with a gradient penalty on the real ones (R1, Mescheder et al. 2018).
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

SLOW = 4  # frames averaged for the critic that judges posture rather than gesture
ENOUGH = 64  # frames from which a sequence has a posture to judge


def _layer(channels: int, width: int, kernel: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv1d(channels, width, kernel, stride, padding=kernel // 2), nn.LeakyReLU(0.2)
    )


class _Condition(nn.Module):
    """What is said and by whom, narrowed: a critic must not know the talkers by heart."""

    def __init__(self, content: int, voice: int, width: int):
        super().__init__()
        self.content = nn.Linear(content, width)
        self.voice = nn.Linear(voice, width)
        self.drop = nn.Dropout(0.3)

    def forward(
        self,
        content: Float[Tensor, "b t content"],
        voice: Float[Tensor, "b voice"],
        known: Float[Tensor, " b"],
    ) -> Float[Tensor, "b width t"]:
        """The condition, zero where `known` is 0."""
        heard = self.content(content) + self.voice(voice)[:, None]
        return self.drop(torch.tanh(heard) * known[:, None, None]).transpose(1, 2)


class _Judge(nn.Module):
    """Convolutions over motion and condition, to scores in time."""

    def __init__(self, motion: int, condition: int, width: int, kernel: int, strides: list[int]):
        super().__init__()
        steps = [motion + condition] + [width] * len(strides)
        pairs = zip(steps[:-1], steps[1:], strides, strict=True)
        self.layers = nn.Sequential(*[_layer(a, b, kernel, stride) for a, b, stride in pairs])
        self.score = nn.Conv1d(width, 1, 1)

    def forward(
        self, motion: Float[Tensor, "b k t"], condition: Float[Tensor, "b width t"]
    ) -> Float[Tensor, "b n"]:
        judged: Tensor = self.score(self.layers(torch.cat([motion, condition], dim=1)))
        return judged[:, 0]


class Critics(nn.Module):
    """D_L on single frames and D_T on sequences, the latter at two speeds."""

    def __init__(self, motion: int, content: int, voice: int, width: int = 48, condition: int = 12):
        super().__init__()
        self.condition = _Condition(content, voice, condition)
        self.frame = _Judge(motion, condition, width, 1, [1, 1])
        # Velocities beside places: trembling and jerks are small in the one, plain in the other.
        self.sequence = _Judge(2 * motion, condition, width, 5, [1, 2, 2])
        self.slow = _Judge(motion, condition, width, 5, [1, 2])

    def forward(
        self,
        motion: Float[Tensor, "b t k"],
        content: Float[Tensor, "b t content"],
        voice: Float[Tensor, "b voice"],
        known: Float[Tensor, " b"],
    ) -> list[Float[Tensor, "b _"]]:
        """Scores, 1 real and 0 made up, of motion; arguments as of `_Condition`."""
        condition = self.condition(content, voice, known)
        moved = motion.transpose(1, 2)
        change = 4 * functional.pad(moved.diff(dim=-1), (1, 0))
        scores = [
            self.frame(moved, condition),
            self.sequence(torch.cat([moved, change], dim=1), condition),
        ]
        if motion.shape[1] >= ENOUGH:
            pooled = [functional.avg_pool1d(part, SLOW) for part in (moved, condition)]
            scores.append(self.slow(*pooled))
        return scores


def told_apart(
    real: list[Float[Tensor, "b _"]], made: list[Float[Tensor, "b _"]]
) -> Float[Tensor, ""]:
    """What critics minimise: real scores off 1, made-up ones off 0."""
    parts = [((r - 1) ** 2).mean() + (m**2).mean() for r, m in zip(real, made, strict=True)]
    return torch.stack(parts).mean()


def taken_for_real(made: list[Float[Tensor, "b _"]]) -> Float[Tensor, ""]:
    """What the branch minimises: made-up scores off 1."""
    return torch.stack([((score - 1) ** 2).mean() for score in made]).mean()


def steepness(
    scores: list[Float[Tensor, "b _"]], motion: Float[Tensor, "b t k"]
) -> Float[Tensor, ""]:
    """R1: mean squared gradient of the scores at real motion, which needs gradients."""
    total = torch.stack([score.mean(dim=1).sum() for score in scores]).sum()
    (slope,) = torch.autograd.grad(total, motion, create_graph=True)
    return slope.pow(2).sum(dim=2).sum(dim=1).mean() * motion.shape[1] / 100
