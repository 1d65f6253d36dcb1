"""Evaluate the content encoder: phonemes in the content, speaker leakage, voice conversion."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import numpy as np

from talkinghead.errors import InputError
from talkinghead.evaluate.report import Metrics
from talkinghead.evaluate.speech_metrics import (
    Converter,
    Embedder,
    EncodedUtterance,
    LabelledUtterance,
    add_leak_ratio,
    conversion_margins,
    encode_utterance,
    mean_or_nan,
    phoneme_metrics,
    predict_phonemes,
    speaker_leak_metrics,
)
from talkinghead.evaluate.speech_report import SpeechReport, confusion_matrix
from talkinghead.sample_rates import HOP, MEL_FPS
from talkinghead.speech.content_encoder import ContentEncoder
from talkinghead.speech.phonemes import UNKNOWN
from talkinghead.types import Array

MAX_TRAIN = 30 * MEL_FPS  # labelled frames of one speaker that the probe is trained on
MAX_TEST = 60 * MEL_FPS  # frames of one held-out speaker
PAIRS = 40  # of speakers between whom speech is converted

Role = Literal["train", "test"]


def evaluate_speech(
    utterances: Iterable[LabelledUtterance],
    role: Callable[[LabelledUtterance], Role | None],
    encoder: ContentEncoder,
    names: Sequence[str],
    *,
    silence: str = "SIL",
    convert: Converter | None = None,
    embed: Embedder | None = None,
    pairs: int = PAIRS,
) -> SpeechReport:
    """Evaluate a content encoder, and voice conversion, on utterances.

    `role` selects the speakers that train the phoneme probe and those that test it; the latter
    should be unknown to the encoder too. `names` are the phoneme classes. Conversion is measured
    between test speakers if both `convert` and `embed` are given. Raises InputError without test
    speakers, or if there are labelled test utterances but none to train the probe.
    """
    train: list[EncodedUtterance] = []
    test: list[EncodedUtterance] = []
    used: dict[tuple[Role, str], int] = {}
    for utterance in utterances:
        part = role(utterance)
        if part is None or (part == "train" and not (utterance.phones != UNKNOWN).any()):
            continue
        key = (part, utterance.speaker)
        limit = MAX_TRAIN if part == "train" else MAX_TEST
        if utterance.samples.size < HOP or used.get(key, 0) >= limit:
            continue
        used[key] = used.get(key, 0) + len(utterance.phones)
        if part == "train":
            train.append(encode_utterance(utterance, encoder))
        else:
            test.append(encode_utterance(utterance, encoder, keep_samples=convert is not None))
    if not test:
        raise InputError("no utterance of a held-out speaker; give more speakers, or another split")
    margins = []
    if convert is not None and embed is not None:
        margins = conversion_margins(test, convert, embed, pairs)
    return _report(train, test, encoder.fps, names, silence, margins)


def _report(
    train: Sequence[EncodedUtterance],
    test: Sequence[EncodedUtterance],
    fps: float,
    names: Sequence[str],
    silence: str,
    margins: Sequence[tuple[str, float]],
) -> SpeechReport:
    silence_class = list(names).index(silence) if silence in names else None
    labelled = [item for item in test if (item.phones != UNKNOWN).any()]
    if labelled and not train:
        raise InputError("no utterance with phones to train the probe; give more speakers")
    predicted: dict[str, list[Array]] = {
        kind: predict_phonemes(train, labelled, kind) if labelled else []
        for kind in ("content", "mel")
    }

    def metrics(kind: str, corpus: str | None) -> dict[str, float]:
        pairs = [
            (item, phones)
            for item, phones in zip(labelled, predicted[kind], strict=True)
            if corpus in (None, item.corpus)
        ]
        own = [item for item in test if corpus in (None, item.corpus)]
        leak, mel = (speaker_leak_metrics(own, features, fps) for features in (kind, "mel"))
        phonemes = phoneme_metrics(
            [item for item, _ in pairs], [phones for _, phones in pairs], silence_class
        )
        return {**phonemes, **add_leak_ratio(leak, mel)}

    def conversion(corpus: str | None) -> Metrics:
        values = np.array([margin for source, margin in margins if corpus in (None, source)])
        if not values.size:
            return {}
        return {"conversion": float(values.mean()), "conversion_share": mean_or_nan(values > 0)}

    corpora = sorted({item.corpus for item in test})
    empty = np.zeros(0, np.int64)
    truth = np.concatenate([empty, *(item.phones for item in labelled)])
    content_phones = np.concatenate([empty, *predicted["content"]])
    is_labelled = truth != UNKNOWN
    return SpeechReport(
        mean={**metrics("content", None), **conversion(None)},
        by_source={name: {**metrics("content", name), **conversion(name)} for name in corpora},
        baselines={"mel": metrics("mel", None)},
        speakers={
            name: len({item.speaker for item in test if item.corpus == name}) for name in corpora
        },
        seconds=sum(len(item.content) for item in test) / fps,
        names=names,
        confusion=confusion_matrix(truth[is_labelled], content_phones[is_labelled], len(names)),
    )
