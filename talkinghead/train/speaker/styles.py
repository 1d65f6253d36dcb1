"""Chooses the package's speaking styles: speakers with little or much motion, and of other kinds.

A style's name is given by a rule, so that the choice can be repeated for every speaker branch, and
only if the predicted motion agrees with the name.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from talkinghead.errors import InputError
from talkinghead.sample_rates import HOP, RATE
from talkinghead.speech.speaking_styles import SpeakingStyle, merge_embeddings
from talkinghead.train.data.array_store import read_arrays, require_files
from talkinghead.train.data.splits import split_of
from talkinghead.types import Array

# Family -> origin; all may be redistributed.
FAMILIES = {
    "librispeech": "LibriSpeech (Panayotov, Chen, Povey, Khudanpur 2015), CC BY 4.0",
    "grid-s1": "GRID corpus (Cooke, Barker, Cunningham, Shao 2006), CC BY 4.0",
    "flite": "spoken by flite, a synthesiser; BSD-like",
}
HUMAN_FAMILIES = ("librispeech", "grid-s1")
EXTRA_SPEAKERS = ("grid-s1", "flite-slt")  # stored in any case, by their own names
MIN_SECONDS = 8.0  # of speech, for a reliable speaker embedding
MIN_RATIO = 1.2  # of a range over the middle style's, for which a style has its name

AXES = ("yaw", "pitch", "roll")

AMOUNT, NOD, TILT = range(3)  # see `motion_traits`
MIDDLE = "even"
LIVELY_QUANTILE = 0.98  # beyond it, heads turn further than a single photo can follow
# Style -> trait, and the quantile of that trait over all speakers; 0 and 1 are the extremes.
STYLES: dict[str, tuple[int, float]] = {
    "calm": (AMOUNT, 0.0), MIDDLE: (AMOUNT, 0.5), "lively": (AMOUNT, LIVELY_QUANTILE),
    "steady": (AMOUNT, 0.2), "brisk": (AMOUNT, 0.82),
    "nodding": (NOD, 1.0), "turning": (NOD, 0.0), "tilting": (TILT, 1.0),
}  # fmt: skip
ORDER = ("calm", "steady", MIDDLE, "brisk", "lively", "nodding", "turning", "tilting")
TRAIT_WEIGHT = 8  # of a style's own trait, over the closeness of all traits to the median


@dataclass(frozen=True)
class Candidate:
    """A speaker whose embedding may be stored."""

    speaker: str  # such as librispeech-1034
    family: str
    embedding: Array  # (256,) of unit norm


def find_candidates(folder: Path) -> Iterator[Candidate]:
    """The training speakers of FAMILIES in a folder that `preprocess speech` filled.

    Raises InputError if there are none.
    """
    recordings: dict[tuple[str, str], list[tuple[Array, float]]] = defaultdict(list)
    for path in require_files(folder, "utterances", "preprocess speech DATA"):
        with read_arrays(path) as stored:
            family = str(stored["source"]).rsplit("/", 2)[-2]
            speaker = str(stored["speaker"])
            if family in FAMILIES and split_of(speaker) == "train":
                embedding = stored["speaker_embedding"].astype(np.float32)
                seconds = len(stored["phones"]) * HOP / RATE
                recordings[speaker, family].append((embedding, seconds))
    is_empty = True
    for (speaker, family), parts in sorted(recordings.items()):
        if sum(seconds for _, seconds in parts) < MIN_SECONDS or not any(e.any() for e, _ in parts):
            continue
        is_empty = False
        embedding = merge_embeddings(*zip(*parts, strict=True))
        # That of a single recording was stored in half precision: not quite of unit norm.
        embedding = np.asarray(embedding / np.linalg.norm(embedding), dtype=np.float32)
        yield Candidate(speaker.replace("/", "-").replace("_", "-"), family, embedding)
    if is_empty:
        families = ", ".join(FAMILIES)
        raise InputError(f"{folder}: no speaker of {families} with {MIN_SECONDS:g} s of speech")


def motion_traits(yaw: Array, pitch: Array, roll: Array) -> Array:
    """(3,) or (3, n) traits of ranges in degrees: amount of motion, nod over turn, tilt over both.

    Natural logarithms, and of ratios.
    """
    yaw, pitch, roll = np.log(yaw), np.log(pitch), np.log(roll)
    return np.asarray([(yaw + pitch + roll) / 3, pitch - yaw, roll - (yaw + pitch) / 2])


def choose_speakers(motion_ranges: Mapping[str, Array]) -> dict[str, str]:
    """Style -> speaker, each another, from speakers' ranges (yaw, pitch, roll, ... in degrees).

    The extremes of a kind of motion are chosen among speakers with a moderate amount; styles of an
    amount are otherwise as close to the median as possible. Raises InputError for fewer than two
    speakers per style.
    """
    if len(motion_ranges) < 2 * len(STYLES):
        raise InputError(
            f"{len(motion_ranges)} speakers; to choose among, {2 * len(STYLES)} are needed"
        )
    speakers = sorted(motion_ranges)
    traits = motion_traits(*np.array([motion_ranges[speaker][:3] for speaker in speakers]).T)
    median, spread = np.median(traits, axis=1), traits.std(axis=1) + 1e-9
    amount = traits[AMOUNT]
    is_moderate = (amount >= np.quantile(amount, 0.2)) & (amount <= np.quantile(amount, 0.8))
    is_free = np.ones(len(speakers), dtype=bool)
    styles: dict[str, str] = {}
    for style, (trait, quantile) in STYLES.items():
        usable = is_free
        if quantile in (0.0, 1.0):
            cost = traits[trait] * (1 if quantile == 0.0 else -1)
            if trait != AMOUNT and (is_free & is_moderate).any():
                usable = is_free & is_moderate
        else:
            target = median.copy()
            target[trait] = np.quantile(traits[trait], quantile)
            distance = ((traits - target[:, None]) / spread[:, None]) ** 2
            cost = TRAIT_WEIGHT * distance[trait] + distance.sum(axis=0)
        best = int(np.argmin(np.where(usable, cost, np.inf)))
        styles[style], is_free[best] = speakers[best], False
    return styles


def agrees_with_name(
    style: str, motion_ranges: Mapping[str, float], middle: Mapping[str, float]
) -> bool:
    """Whether measured ranges differ from the middle style's as the style's name says."""
    if style == MIDDLE:
        return True
    trait, quantile = STYLES[style]
    own, other = (
        motion_traits(*(np.asarray(ranges[axis]) for axis in AXES))
        for ranges in (motion_ranges, middle)
    )
    sign = 1 if quantile > 0.5 else -1
    return bool((own - other)[trait] * sign >= np.log(MIN_RATIO))


def make_styles(
    folder: Path,
    predict_ranges: Callable[[Array], Array],
    measure: Callable[[Array], dict[str, float]],
    speaker_branch: str,
    report: Callable[[int, int], None] | None = None,
) -> list[SpeakingStyle]:
    """The styles of the speakers in `folder`, for one speaker branch.

    `predict_ranges` gives the branch's ranges (n, 3 or more; yaw, pitch, roll first) for embeddings
    (n, 256), by which speakers are chosen; `measure` gives the ranges of the predicted motion, by
    which a style gets its name, or only its speaker's. `speaker_branch` is the identity of the
    branch's weights.
    """
    candidates = {candidate.speaker: candidate for candidate in find_candidates(folder)}
    humans = [c for c in candidates.values() if c.family in HUMAN_FAMILIES]
    ranges = predict_ranges(np.stack([candidate.embedding for candidate in humans]))
    chosen = choose_speakers({c.speaker: row for c, row in zip(humans, ranges, strict=True)})
    names = {name: chosen[name] for name in ORDER}
    for speaker in EXTRA_SPEAKERS:
        if speaker in candidates and speaker not in chosen.values():
            names[speaker] = speaker
    styles = []
    for done, (name, speaker) in enumerate(names.items(), 1):
        candidate = candidates[speaker]
        styles.append(
            SpeakingStyle(
                name, candidate.embedding, speaker, FAMILIES[candidate.family],
                measure(candidate.embedding), speaker_branch,
            )
        )  # fmt: skip
        if report is not None:
            report(done, len(names))
    middle = next(style.motion_ranges for style in styles if style.name == MIDDLE)
    return [
        style
        if style.name not in STYLES or agrees_with_name(style.name, style.motion_ranges, middle)
        else replace(style, name=style.speaker)
        for style in styles
    ]
