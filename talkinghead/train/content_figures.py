"""What the content branch is judged by: how lips follow whole clips of talkers left out."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from talkinghead.geometry.mouth import opening
from talkinghead.landmarks import MOUTH_LEFT, MOUTH_RIGHT
from talkinghead.motion.content_branch import ContentBranch
from talkinghead.motion.crisp import crisp
from talkinghead.train.data import Talker, group_of, mel_in
from talkinghead.train.ear import Ear
from talkinghead.train.losses import correlation
from talkinghead.types import Array


@dataclass(frozen=True)
class Heard:
    """One whole clip of a talker."""

    talker: Talker
    mel: Array  # (STRIDE * t, 80)
    voice: Array  # (256,)
    offsets: Array  # (t, 68, 3)
    group: str


def heard(talkers: list[Talker], ear: Ear) -> list[Heard]:
    """Every clip of the talkers, clean."""
    clips = []
    for talker in talkers:
        voice = ear.voice(talker.speech)
        for cut in talker.cuts:
            mel = mel_in(cut.samples, len(cut.offsets))
            clips.append(Heard(talker, mel, voice, cut.offsets, group_of(cut.source)))
    return clips


def validate(net: ContentBranch, clips: list[Heard]) -> dict[str, float]:
    """Correlation of opening and width on whole clips, means by clip then by talker and group."""
    device = next(net.parameters()).device
    groups: dict[str, dict[str, list[tuple[float, float, float]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for clip in clips:
        face = torch.from_numpy(clip.talker.face)[None].to(device)
        sound = torch.from_numpy(net.heard(clip.mel, clip.voice))[None].to(device)
        with torch.inference_mode():
            predicted = crisp(net(sound, face)[0].cpu().numpy())
        shown, seen = (torch.from_numpy(opening(moved)) for moved in (predicted, clip.offsets))
        width = correlation(_width(predicted), _width(clip.offsets))
        ratio = float(shown.std() / seen.std().clamp(min=1e-4))
        groups[clip.group][clip.talker.name].append((correlation(shown, seen), width, ratio))
    result: dict[str, float] = {}
    means = []
    for group, by_talker in sorted(groups.items()):
        mean = np.mean([np.mean(clips, axis=0) for clips in by_talker.values()], axis=0)
        means.append(mean)
        result |= {f"{group} r_open": float(mean[0]), f"{group} r_width": float(mean[1])}
    r_open, r_width, amp = np.mean(means, axis=0)
    result |= {"r_open": float(r_open), "r_width": float(r_width), "amp": float(amp)}
    result["score"] = float(r_open + 0.5 * r_width)
    return result


def _width(offsets: Array) -> Tensor:
    """(t, 68, 3) displacements to the (t,) change of mouth width."""
    return torch.from_numpy(offsets[:, MOUTH_RIGHT, 0] - offsets[:, MOUTH_LEFT, 0])
