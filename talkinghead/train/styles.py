"""Which voices are stored as styles: the calmest, the liveliest, and what lies between.

A name is given by a rule, so that the choice can be made anew for every speaker branch, and
only where the motion that comes out keeps what the name promises.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from talkinghead.clock import HOP, RATE
from talkinghead.errors import InputError
from talkinghead.speech.styles import SpeakingStyle, merged
from talkinghead.train.splits import split_of
from talkinghead.train.store import files_below, read_arrays
from talkinghead.types import Array

# Family -> where its voices come from; all may be passed on.
FAMILIES = {
    "librispeech": "LibriSpeech (Panayotov, Chen, Povey, Khudanpur 2015), CC BY 4.0",
    "grid-s1": "GRID corpus (Cooke, Barker, Cunningham, Shao 2006), CC BY 4.0",
    "flite": "spoken by flite, a synthesiser; BSD-like",
}
PEOPLE = ("librispeech", "grid-s1")
EXTRA = ("grid-s1", "flite-slt")  # stored in any case, by their own names
SECONDS = 8.0  # of speech, that a voice is told by
APART = 1.2  # ratio of ranges from which a difference is worth a name

AXES = ("yaw", "pitch", "roll")

# Style -> trait, and where among all voices it is looked for: a quantile, or an end.
AMOUNT, NOD, TILT = range(3)  # see `traits`
MIDDLE = "even"
LIVELY = 0.98  # the very liveliest turn further than a single picture can follow
NAMES: dict[str, tuple[int, float]] = {
    "calm": (AMOUNT, 0.0), MIDDLE: (AMOUNT, 0.5), "lively": (AMOUNT, LIVELY),
    "steady": (AMOUNT, 0.2), "brisk": (AMOUNT, 0.82),
    "nodding": (NOD, 1.0), "turning": (NOD, 0.0), "tilting": (TILT, 1.0),
}  # fmt: skip
ORDER = ("calm", "steady", MIDDLE, "brisk", "lively", "nodding", "turning", "tilting")


@dataclass(frozen=True)
class Candidate:
    """A voice that may be stored."""

    talker: str  # librispeech-1034
    family: str
    voice: Array  # (256,)


def candidates(folder: Path) -> Iterator[Candidate]:
    """The voices of FAMILIES in what `preprocess speech` made; nobody who is left out.

    Raises InputError where there are none.
    """
    heard: dict[tuple[str, str], list[tuple[Array, float]]] = defaultdict(list)
    for path in files_below(folder, "utterances", "preprocess speech DATA"):
        with read_arrays(path) as stored:
            family = str(stored["source"]).rsplit("/", 2)[-2]
            speaker = str(stored["speaker"])
            if family in FAMILIES and split_of(speaker) == "train":
                voice = stored["voice"].astype(np.float32)
                seconds = len(stored["phones"]) * HOP / RATE
                heard[speaker, family].append((voice, seconds))
    found = False
    for (speaker, family), parts in sorted(heard.items()):
        if sum(seconds for _, seconds in parts) < SECONDS or not any(v.any() for v, _ in parts):
            continue
        found = True
        voice = merged(*zip(*parts, strict=True))
        # One recording's alone is as it was stored, in half precision: a little off unit norm.
        voice = np.asarray(voice / np.linalg.norm(voice), dtype=np.float32)
        yield Candidate(speaker.replace("/", "-").replace("_", "-"), family, voice)
    if not found:
        raise InputError(
            f"{folder}: no voice of {', '.join(FAMILIES)} with {SECONDS:g} s of speech"
        )


def traits(yaw: Array, pitch: Array, roll: Array) -> Array:
    """(3,) or (3, n): how much a head moves, how much more it nods than turns, and tilts.

    Of ranges in degrees; natural logarithms of ratios.
    """
    yaw, pitch, roll = np.log(yaw), np.log(pitch), np.log(roll)
    return np.asarray([(yaw + pitch + roll) / 3, pitch - yaw, roll - (yaw + pitch) / 2])


def chosen(ranges: Mapping[str, Array]) -> dict[str, str]:
    """Style -> talker, of talkers' ranges (yaw, pitch, roll, ... in degrees), no talker twice.

    What differs in kind is looked for among those who move neither much nor little; what
    differs in amount is, as far as can be, like all others in kind. Raises InputError where
    there are fewer talkers than names.
    """
    if len(ranges) < 2 * len(NAMES):
        raise InputError(f"{len(ranges)} voices; to choose among, {2 * len(NAMES)} are needed")
    talkers = sorted(ranges)
    found = traits(*np.array([ranges[talker][:3] for talker in talkers]).T)
    middle, spread = np.median(found, axis=1), found.std(axis=1) + 1e-9
    amount = found[AMOUNT]
    within = (amount >= np.quantile(amount, 0.2)) & (amount <= np.quantile(amount, 0.8))
    free = np.ones(len(talkers), dtype=bool)
    styles: dict[str, str] = {}
    for name, (trait, quantile) in NAMES.items():
        if quantile in (0.0, 1.0):
            cost = found[trait] * (1 if quantile == 0.0 else -1)
            usable = free & within if trait != AMOUNT and (free & within).any() else free
        else:
            wanted = middle.copy()
            wanted[trait] = np.quantile(found[trait], quantile)
            away = ((found - wanted[:, None]) / spread[:, None]) ** 2
            cost = 8 * away[trait] + away.sum(axis=0)  # what the name says, before likeness
            usable = free
        best = int(np.argmin(np.where(usable, cost, np.inf)))
        styles[name], free[best] = talkers[best], False
    return styles


def earned(name: str, own: Mapping[str, float], middle: Mapping[str, float]) -> bool:
    """Whether motion that was measured keeps what a name promises, beside the middle style's."""
    if name == MIDDLE:
        return True
    trait, quantile = NAMES[name]
    ours, others = (traits(*(np.asarray(r[axis]) for axis in AXES)) for r in (own, middle))
    return bool((ours - others)[trait] * (1 if quantile > 0.5 else -1) >= np.log(APART))


def make_styles(
    folder: Path,
    head: Callable[[Array], Array],
    measure: Callable[[Array], dict[str, float]],
    branch: str,
    report: Callable[[int, int], None] | None = None,
) -> list[SpeakingStyle]:
    """The styles of the voices in `folder`, spread as far as the speaker branch tells them apart.

    `head` gives the ranges (n, 3 or more; yaw, pitch, roll first) that the branch has for voices
    (n, 256) and chooses; `measure` gives those of the motion that comes out, and decides whether
    a style has its name or only its talker's. `branch` is the branch's checksum.
    """
    known = {one.talker: one for one in candidates(folder)}
    people = [one for one in known.values() if one.family in PEOPLE]
    told = head(np.stack([one.voice for one in people]))
    picked = chosen({one.talker: row for one, row in zip(people, told, strict=True)})
    wanted = {name: picked[name] for name in ORDER}
    wanted |= {
        talker: talker for talker in EXTRA if talker in known and talker not in picked.values()
    }
    styles = []
    for done, (name, talker) in enumerate(wanted.items(), 1):
        one = known[talker]
        ranges = measure(one.voice)
        styles.append(SpeakingStyle(name, one.voice, talker, FAMILIES[one.family], ranges, branch))
        if report is not None:
            report(done, len(wanted))
    middle = next(one.ranges for one in styles if one.name == MIDDLE)
    return [
        one if one.name not in NAMES or earned(one.name, one.ranges, middle)
        else replace(one, name=one.talker)
        for one in styles
    ]  # fmt: skip
