"""How well speech is heard: phones in the content, voices that leak into it, conversion."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import numpy as np

from talkinghead.clock import HOP, MEL_FPS
from talkinghead.errors import InputError
from talkinghead.evaluate.confusion import confusion_matrix
from talkinghead.evaluate.heard import Heard, Spoken, hear
from talkinghead.evaluate.report import Figures
from talkinghead.evaluate.voice_figures import (
    Converter,
    Embedder,
    leak_figures,
    margins,
    phone_answers,
    phone_figures,
    share,
    with_ratio,
)
from talkinghead.evaluate.voice_report import VoiceReport
from talkinghead.speech.content_encoder import ContentEncoder
from talkinghead.speech.phones import UNKNOWN
from talkinghead.types import Array

TAUGHT = 30 * MEL_FPS  # labelled frames of one voice that the probe learns from, at most
MEASURED = 60 * MEL_FPS  # frames of one held-out voice, at most
PAIRS = 40  # of speakers converted into each other

Role = Literal["teach", "measure"]


def evaluate_voice(
    spoken: Iterable[Spoken],
    role: Callable[[Spoken], Role | None],
    encoder: ContentEncoder,
    names: Sequence[str],
    *,
    silence: str = "SIL",
    convert: Converter | None = None,
    voice: Embedder | None = None,
    pairs: int = PAIRS,
) -> VoiceReport:
    """Measure a content encoder, and a conversion, on utterances.

    `role` says whose phones the probe is taught and whose are measured: two groups of voices,
    of which the second should be strange to the encoder too. `names` are the phone classes.
    Conversion is measured between held-out voices where both `convert` and `voice` are given.
    Raises InputError where no voice is held out, or phones are and none are taught.
    """
    taught: list[Heard] = []
    held: list[Heard] = []
    used: dict[tuple[Role, str], int] = {}
    for one in spoken:
        part = role(one)
        if part is None or (part == "teach" and not (one.phones != UNKNOWN).any()):
            continue
        key = (part, one.speaker)
        if one.samples.size < HOP or used.get(key, 0) >= (TAUGHT if part == "teach" else MEASURED):
            continue
        used[key] = used.get(key, 0) + len(one.phones)
        if part == "teach":
            taught.append(hear(one, encoder))
        else:
            held.append(hear(one, encoder, keep_samples=convert is not None))
    if not held:
        raise InputError("no utterance of a held-out voice; give more voices, or another split")
    return _report(taught, held, encoder.fps, names, silence, _margins(held, convert, voice, pairs))


def _margins(
    held: Sequence[Heard], convert: Converter | None, voice: Embedder | None, pairs: int
) -> list[tuple[str, float]]:
    if convert is None or voice is None:
        return []
    return margins(held, convert, voice, pairs)


def _report(
    taught: Sequence[Heard],
    held: Sequence[Heard],
    fps: float,
    names: Sequence[str],
    silence: str,
    converted: Sequence[tuple[str, float]],
) -> VoiceReport:
    quiet = list(names).index(silence) if silence in names else None
    labelled = [one for one in held if (one.phones != UNKNOWN).any()]
    if labelled and not taught:
        raise InputError("no utterance with phones to teach the probe; give more voices")
    answers: dict[str, list[Array]] = {
        of: phone_answers(taught, labelled, of, len(names)) if labelled else []
        for of in ("content", "mel")
    }

    def figures(of: str, family: str | None) -> dict[str, float]:
        own = [one for one in held if family in (None, one.family)]
        told = [
            (one, answer)
            for one, answer in zip(labelled, answers[of], strict=True)
            if family in (None, one.family)
        ]
        leak, mel = (leak_figures(own, kind, fps) for kind in (of, "mel"))
        return {
            **phone_figures([one for one, _ in told], [answer for _, answer in told], quiet),
            **with_ratio(leak, mel),
        }

    def conversion(family: str | None) -> Figures:
        values = np.array([margin for of, margin in converted if family in (None, of)])
        if not values.size:
            return {}
        return {"conversion": float(values.mean()), "conversion_share": share(values > 0)}

    families = sorted({one.family for one in held})
    empty = np.zeros(0, np.int64)
    truth = np.concatenate([empty, *(one.phones for one in labelled)])
    answered = np.concatenate([empty, *answers["content"]])
    known = truth != UNKNOWN
    return VoiceReport(
        mean={**figures("content", None), **conversion(None)},
        by_source={name: {**figures("content", name), **conversion(name)} for name in families},
        baselines={"mel": figures("mel", None)},
        speakers={
            name: len({one.speaker for one in held if one.family == name}) for name in families
        },
        seconds=sum(len(one.content) for one in held) / fps,
        names=names,
        confusion=confusion_matrix(truth[known], answered[known], len(names)),
    )
