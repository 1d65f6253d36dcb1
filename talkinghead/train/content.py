"""Trains the content branch: sound of many talkers to the displacements of their lips."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch
from torch import nn

from talkinghead import weights
from talkinghead.clock import MEL_FPS, STRIDE
from talkinghead.encoder import HALVING
from talkinghead.errors import InputError
from talkinghead.motion.content_branch import ContentBranch, ContentBranchSize
from talkinghead.speech.mel import BANDS
from talkinghead.speech.voice_net import VoiceNet
from talkinghead.speech.voice_weights import load_voice
from talkinghead.train import coarticulation
from talkinghead.train.ahead import Ahead
from talkinghead.train.batches import Batches
from talkinghead.train.card import card
from talkinghead.train.clips import examples_in
from talkinghead.train.content_figures import Heard, heard, validate
from talkinghead.train.data import Talker, talkers_of
from talkinghead.train.ear import Ear, plain_ear, voice_ear
from talkinghead.train.loop import Losses, Plan, Report, train
from talkinghead.train.losses import content_loss
from talkinghead.train.speech import utterances_in
from talkinghead.train.splits import by_split, split_of
from talkinghead.train.unfilmed import lips_of, unfilmed
from talkinghead.train.voice_data import SHARES

NOISE = 0.8  # spread of what is added to the hidden states: few talkers are soon known by heart
BY_RULE, BY_BRANCH = 0.25, 0.5  # how often voices without film are drawn, over the filmed
NARROWEST = 0.7  # range over the true one that is still made good


def begun(voice: VoiceNet, size: ContentBranchSize | None = None) -> ContentBranch:
    """A branch whose ear is the encoder of a voice network, as yet."""
    mine = {"sound": voice.size.width, "bands": BANDS, "speaker": voice.size.speaker}
    size = replace(size or ContentBranchSize(), stride=STRIDE // HALVING, **mine)
    net = ContentBranch(size)
    known = voice.state_dict()
    assert net.ear is not None
    net.ear.load_state_dict({name: known[name] for name in net.ear.state_dict()})
    return net


def widened(net: ContentBranch, clips: list[Heard]) -> float:
    """Scale what the branch gives to the range the talkers of `clips` have; the range it had.

    A regression shrinks what it is unsure of, and strangers' mouths would move too little.
    """
    amp = min(1.0, max(NARROWEST, validate(net, clips)["amp"]))
    net.widen(1 / amp)
    return amp


def _spoken(
    speech: Path, taught: list[Talker], ear: Ear, teachers: Sequence[Path], seed: int
) -> list[Talker]:
    """The training speakers of the utterances in `speech`."""
    said = (one for one in utterances_in(speech) if split_of(one.speaker) == "train")
    filmed = {talker.name for talker in taught}
    unseen = (one for one in said if one.speaker not in filmed and one.family in SHARES)
    if teachers:
        nets = [weights.build(ContentBranch, ContentBranchSize, path) for path in teachers]
        return unfilmed(lips_of(nets), unseen, taught, share=BY_BRANCH, seed=seed)
    lips = coarticulation.lips_of(coarticulation.fit(taught, ear), ear)
    return unfilmed(lips, unseen, taught, share=BY_RULE, seed=seed)


def train_content(
    data: Path,
    out: Path,
    run: Path,
    plan: Plan,
    *,
    voice: Path | None = None,
    speech: Path | None = None,
    teachers: Sequence[Path] = (),
    size: ContentBranchSize | None = None,
    batch: int = 32,
    device: str = "cpu",
    report: Report | None = None,
) -> dict[str, float]:
    """Train on the examples in `data`; weights and card to `out`, progress to `run`.

    The branch's ear begins as the encoder of the voice network in `voice`; without one there
    is none, and log-mel is all that is heard. With one, the utterances in `speech` join in, with
    the lips that a linear map of the clips' sounds gives them, or the mean of the branches in
    `teachers`: what it learns from hundreds of voices keeps it from knowing a few talkers by
    heart (noisy student; Xie et al. 2020). Raises InputError for `speech` without `voice`, and
    for `teachers` without `speech`.
    Returns the figures on the validation talkers. Test talkers are never looked at.
    """
    if speech and not voice:
        raise InputError("voices without film need a voice network to be heard by; name one")
    if teachers and not speech:
        raise InputError("teachers give lips to voices without film; name those, too")
    parts = by_split(examples_in(data), lambda example: example.talker)
    taught = talkers_of(parts["train"])
    ear = voice_ear(voice, device) if voice else plain_ear()
    held_out = heard(talkers_of(parts["validation"]) if parts["validation"] else taught, ear)
    spoken = _spoken(speech, taught, ear, teachers, plan.seed) if speech else []
    batches = Batches(taught + spoken, ear, size=batch, seed=plan.seed)
    ahead = Ahead(batches)
    noise = NOISE if voice else 0.0  # log-mel has lost some bands already

    def loss(net: nn.Module, step: int) -> Losses:
        assert isinstance(net, ContentBranch)
        one = ahead(step).to(device)
        sound = net.listen(one.mel, one.voice)
        blurred = sound + noise * torch.randn_like(sound)
        far, near = (
            content_loss(said, one.offsets, one.mask, one.clip)
            for said in net.readings(blurred, one.face)
        )
        return {part: far[part] + near[part] for part in far}

    torch.manual_seed(plan.seed)
    net = begun(load_voice(voice), size) if voice else ContentBranch(size)

    def measure(net: nn.Module) -> dict[str, float]:
        assert isinstance(net, ContentBranch)
        return validate(net, held_out)

    train(net, loss, measure, run, plan, device=device, report=report)
    amp = widened(net, held_out)
    figures = validate(net, held_out)
    said = {
        "input": f"log-mel, {net.size.bands} bands, {MEL_FPS} frames a second"
        + (", and a speaker embedding" if voice else ""),
        "voice": weights.read_card(voice)["sha256"] if voice else None,
        "output": "displacements of 68 landmarks in face widths, 25 frames a second",
        "plan": asdict(plan) | {"batch": batch, "widened by": round(1 / amp, 3)},
        "spoken by": len(spoken),  # speakers without film
        "teachers": [weights.read_card(path)["sha256"] for path in teachers],  # of those
        "talkers": {t.name: t.frames for t in taught},
        "validation talkers": sorted({clip.talker.name for clip in held_out}),
    }
    weights.save(net, out, card("content branch", net.size.as_dict(), figures, said))
    return figures
