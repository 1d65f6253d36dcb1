"""Voices without film, given the lips that a teacher thinks go with what they say."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
import torch

from talkinghead.clock import FRAME
from talkinghead.motion.content_branch import ContentBranch
from talkinghead.train.data import SHARE, Cut, Talker, mel_in
from talkinghead.train.speech import Utterance
from talkinghead.types import Array

SHORTEST, LONGEST = 25, 1500  # motion frames of an utterance
EACH = 3  # utterances of a speaker at most

# (t * FRAME,) samples, (256,) voice and (68, 3) face to displacements (t, 68, 3), face widths
Lips = Callable[[Array, Array, Array], Array]


def lips_of(nets: Sequence[ContentBranch]) -> Lips:
    """The mean of the lips that trained branches give to clean sound, as they are."""

    @torch.inference_mode()
    def lips(samples: Array, voice: Array, face: Array) -> Array:
        mel = mel_in(samples, len(samples) // FRAME)
        shape = torch.from_numpy(face)[None]
        said = [net(torch.from_numpy(net.heard(mel, voice))[None], shape)[0] for net in nets]
        return np.asarray(torch.stack(said).mean(dim=0).numpy())

    return lips


def unfilmed(
    lips: Lips,
    utterances: Iterable[Utterance],
    talkers: Sequence[Talker],
    *,
    share: float,
    seed: int = 0,
) -> list[Talker]:
    """A talker for every speaker of the utterances, with the lips that the teacher gives him.

    He borrows the face of one of `talkers`, who stand for what was filmed; together the new
    ones are drawn `share` times as often as those. At most EACH utterances a speaker.
    """
    rng = np.random.default_rng(seed)
    made: dict[str, Talker] = {}
    for one in utterances:
        frames = min(len(one.samples) // FRAME, LONGEST)
        if frames < SHORTEST:
            continue
        if one.speaker not in made:
            face = talkers[rng.integers(len(talkers))].face
            made[one.speaker] = Talker(one.speaker, face, [], voice=one.voice)
        speaker = made[one.speaker]
        if len(speaker.cuts) < EACH:
            samples = one.samples[: frames * FRAME]
            moved = lips(samples, one.voice, speaker.face)
            speaker.cuts.append(Cut(samples, moved, one.source))
    filmed = sum(talker.frames**SHARE for talker in talkers)
    weight = share * filmed / max(sum(t.frames**SHARE for t in made.values()), 1e-9)
    return [replace(talker, share=weight) for talker in made.values()]
