"""The translator against its critics: image, sequence, and the frozen expert of sync."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from talkinghead.render.paint import LIPS, PORTRAIT
from talkinghead.render.translator import Painting
from talkinghead.sync.net import SyncExpert
from talkinghead.train.critics_image import ImageCritic, taken_for_real, told_apart, unlike
from talkinghead.train.critics_sequence import SequenceCritic, jerks
from talkinghead.train.likeness import FOLDS, folds, painting_losses
from talkinghead.train.loop import Losses
from talkinghead.train.paintings import Scenes, Succession
from talkinghead.train.pairs import TOGETHER
from talkinghead.train.sync import sync_loss

CRITIC, FEATURES = 0.1, 2.0  # weights of the image critic's losses
FOLLOW, ALIKE, JERKS = 0.05, 1.0, 1.0  # of the sequence critic's, and of changes that are off
SYNC = 0.1

Deal = Callable[[int], Scenes]
RunDeal = Callable[[int], Succession]
Scored = tuple[Float[Tensor, "n 1 _ _"], list[Float[Tensor, "n _ _ _"]]]  # scores, features


def losses_alone(painting: Painting, made: Float[Tensor, "b 3 h w"], scene: Scenes) -> Losses:
    """By the truth alone."""
    return painting_losses(made, scene) | {"folds": FOLDS * folds(painting.flow)}


def by_truth(deal: Deal, device: str) -> Callable[[nn.Module, int], Losses]:
    """The losses of a step without critics."""

    def loss(net: nn.Module, step: int) -> Losses:
        scene = deal(step).to(device)
        painting = net(scene.seen, scene.room)
        return losses_alone(painting, painting.on(scene.warped), scene)

    return loss


class Critics(nn.Module):
    """Both that learn."""

    def __init__(self) -> None:
        super().__init__()
        self.image, self.sequence = ImageCritic(), SequenceCritic(TOGETHER)


class Duel:
    """Losses of both sides of a step; what the translator painted is shared by them.

    Every second step is of `runs`, where there are any: pairs of frames know more talkers and
    poses, runs know what follows.
    """

    def __init__(
        self,
        deal: Deal,
        runs: RunDeal | None,
        critics: Critics,
        expert: SyncExpert | None = None,
        device: str = "cpu",
    ):
        self.deal, self.runs, self.critics, self.expert = deal, runs, critics, expert
        self.device = device
        self.step = -1
        self.mel: Tensor | None = None

    def _paint(self, net: nn.Module, step: int) -> None:
        """What both sides of a step look at."""
        if step == self.step:
            return
        self.step, self.mel = step, None
        if self.runs is not None and step % 2:
            run = self.runs(step).to(self.device)
            self.scene, self.mel = run.scenes, run.mel
        else:
            self.scene = self.deal(step).to(self.device)
        self.painting = net(self.scene.seen, self.scene.room)
        self.made = self.painting.on(self.scene.warped)

    def _image(self, picture: Float[Tensor, "b 3 h w"]) -> Scored:
        """What the image critic says of pictures."""
        seen = self.scene.seen
        scored: Scored = self.critics.image(
            picture, torch.cat([seen[:, PORTRAIT], seen[:, LIPS]], dim=1)
        )
        return scored

    def _sequence(self, picture: Float[Tensor, "b 3 h w"]) -> Scored:
        """What the sequence critic says of pictures, run after run."""
        seen = _runs(self.scene.seen)
        scored: Scored = self.critics.sequence(
            _runs(picture), seen[:, :, LIPS], seen[:, 0, PORTRAIT]
        )
        return scored

    def critics_loss(self, net: nn.Module, step: int) -> Losses:
        """How ill the critics tell what was painted from what was filmed."""
        self._paint(net, step)
        real, fake = (self._image(p)[0] for p in (self.scene.truth, self.made.detach()))
        losses = {"told apart": told_apart(real, fake, self.scene.area)}
        if self.mel is not None:
            real, fake = (self._sequence(p)[0] for p in (self.scene.truth, self.made.detach()))
            losses["runs told apart"] = told_apart(real, fake, self._near())
        return losses

    def _near(self) -> Float[Tensor, "runs 1 h w"]:
        """Where the squares of each run may change."""
        return _runs(self.scene.room[:, 2:]).amax(dim=1)

    def loss(self, net: nn.Module, step: int) -> Losses:
        """By the truth, and how little the critics are pleased."""
        self._paint(net, step)
        scene, made = self.scene, self.made
        losses = losses_alone(self.painting, made, scene)
        with torch.no_grad():
            _, real = self._image(scene.truth)
        scores, features = self._image(made)
        losses["critic"] = CRITIC * taken_for_real(scores, scene.area)
        losses["features"] = FEATURES * unlike(features, real, scene.area)
        if self.mel is not None:
            near = self._near()
            with torch.no_grad():
                _, real = self._sequence(scene.truth)
            scores, features = self._sequence(made)
            losses["follow"] = FOLLOW * taken_for_real(scores, near)
            losses["alike"] = ALIKE * unlike(features, real, near)
            changes = (_runs(part) for part in (made, scene.truth, scene.room[:, 2:]))
            losses["jerks"] = JERKS * jerks(*changes)
            heard = self.mel.isfinite().all(dim=2).all(dim=1)
            if self.expert is not None and heard.any():
                losses["sync"] = SYNC * sync_loss(self.expert, _runs(made)[heard], self.mel[heard])
        self.step = -1
        del self.painting, self.made
        return losses


def _runs(squares: Float[Tensor, "b c h w"]) -> Float[Tensor, f"b//{TOGETHER} {TOGETHER} c h w"]:
    """Squares, run after run, to runs of them."""
    return squares.reshape(-1, TOGETHER, *squares.shape[1:])
