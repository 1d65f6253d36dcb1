"""`talkinghead evaluate speech` and `style`: the content-voice model and the speaking style."""

import json
from argparse import Namespace
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from talkinghead.cli.options import add_options, add_reporting, positive, read_options
from talkinghead.cli.reports import add_report, print_report
from talkinghead.config import ComputeConfig
from talkinghead.evaluate.report import format_number, format_table, to_json_metrics
from talkinghead.evaluate.speaking_style import (
    STATISTICS,
    compare_styles,
    style_clips,
    swap_speakers,
)
from talkinghead.evaluate.speech import PAIRS, Role, evaluate_speech
from talkinghead.evaluate.speech_metrics import LabelledUtterance
from talkinghead.evaluate.speech_report import plot_confusion
from talkinghead.model_set import pick_device
from talkinghead.models import checkpoint
from talkinghead.progress import Progress
from talkinghead.requests.files import check_output
from talkinghead.requests.run import load_animator
from talkinghead.speech.content_encoder import (
    CONTENT_VOICE_FILE,
    ContentVoiceEncoder,
    load_content_voice,
)
from talkinghead.speech.phonemes import PHONES, SILENCE
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.speech.voice_conversion import VoiceConverter
from talkinghead.train.data.array_store import complete_files
from talkinghead.train.data.clips import read_examples
from talkinghead.train.data.speech import Utterance, read_utterances
from talkinghead.train.data.splits import split_of
from talkinghead.types import Array, FaceShape, FaceTrack, Waveform

SPEECH = """\
examples:
  talkinghead evaluate speech speech.d/
  talkinghead evaluate speech speech.d/ --json --out speech.json --confusion confusion.png
The phoneme probe is trained on speakers of the training split, and on every other speaker with
--split all. Log-mel with the same probes is the baseline.
"""
SPEECH_SUMMARY = "phonemes, leaked speaker identity and voice conversion of unseen speakers"
STYLE = """\
examples:
  talkinghead preprocess clips clips/ examples.d/
  talkinghead evaluate style examples.d/
rank: Spearman's correlation of predicted and true range over the speakers. ratio: predicted over
true, geometric mean. swap: share of pairs of speakers whose range changes in the right direction
when only the speaker embedding is exchanged; 0.5 is chance.
"""
STYLE_SUMMARY = "how far and fast each speaker moves head and mouth, predicted against true"


def add_speech(kinds: Any) -> None:
    """`speech` among the kinds of `evaluate` (what argparse's add_subparsers returns)."""
    kind = kinds.add_parser(
        "speech", help=SPEECH_SUMMARY, description=f"Measure {SPEECH_SUMMARY}.", epilog=SPEECH
    )  # fmt: skip
    kind.add_argument(
        "data", metavar="DIR", type=Path, help="what 'preprocess speech' made of recordings"
    )
    kind.add_argument(
        "--split", choices=["test", "validation", "all"], default="test",
        help="whose speakers are measured; 'all' measures every other speaker, for data on which "
        "nothing was trained (default: %(default)s)",
    )  # fmt: skip
    kind.add_argument(
        "--pairs", type=int, default=PAIRS, metavar="N",
        help="conversions between held-out speakers; 0 for none (default: %(default)s)",
    )  # fmt: skip
    kind.add_argument(
        "--confusion", type=Path, metavar="PNG", help="plot the confusion matrix of the phonemes"
    )
    add_report(kind)
    add_options(kind, ComputeConfig)
    add_reporting(kind)
    kind.set_defaults(run=evaluate_content_voice)


def add_style(kinds: Any) -> None:
    """`style` among the kinds of `evaluate` (what argparse's add_subparsers returns)."""
    kind = kinds.add_parser(
        "style", help=STYLE_SUMMARY, description=f"Measure {STYLE_SUMMARY}.", epilog=STYLE
    )  # fmt: skip
    kind.add_argument("data", metavar="DIR", type=Path, help="what 'preprocess clips' made")
    kind.add_argument(
        "--split", choices=["test", "validation", "train"], default="test",
        help="whose speakers are measured (default: %(default)s)",
    )  # fmt: skip
    kind.add_argument(
        "--pairs", type=positive, default=100, metavar="N",
        help="exchanged speaker embeddings (default: %(default)s)",
    )  # fmt: skip
    add_report(kind)
    add_options(kind, ComputeConfig)
    add_reporting(kind)
    kind.set_defaults(run=evaluate_style)


def probe_role(split: str) -> Callable[[LabelledUtterance], Role | None]:
    """Which speakers train the phoneme probe, and which test it."""

    def role(utterance: LabelledUtterance) -> Role | None:
        if split == "all":
            return "test" if crc32(utterance.speaker.encode()) % 2 else "train"
        own = split_of(utterance.speaker)
        return "test" if own == split else "train" if own == "train" else None

    return role


def evaluate_content_voice(args: Namespace, progress: Progress) -> None:
    """Measure the content-voice model, and print a table or JSON."""
    models = read_options(ComputeConfig, args)
    for target in filter(None, [args.out, args.confusion]):
        check_output(target)
    progress.stage("loading the networks")
    device, ckpt = pick_device(models.device), models.ckpt or checkpoint.FOLDER
    speaker_encoder = SpeakerEncoder(device)
    content_voice = load_content_voice(ckpt / CONTENT_VOICE_FILE, device)
    report = evaluate_speech(
        _with_progress(read_utterances(args.data), len(complete_files(args.data)), progress),
        probe_role(args.split),
        ContentVoiceEncoder(content_voice, speaker_encoder),
        PHONES,
        silence=SILENCE,
        convert=VoiceConverter(device=device, ckpt=ckpt) if args.pairs > 0 else None,
        embed=speaker_encoder,
        pairs=args.pairs,
    )
    if args.confusion:
        accuracy = report.mean["phone_accuracy"]
        title = f"Phonemes of held-out speakers, {accuracy:.0%} of the frames correct"
        plot_confusion(report.confusion, PHONES, args.confusion, title)
    print_report(args, progress, report.to_json(), report.to_table())
    progress.success(speakers=sum(report.speakers.values()))


def evaluate_style(args: Namespace, progress: Progress) -> None:
    """Measure the speaking style, and print a table or JSON."""
    models = read_options(ComputeConfig, args)
    if args.out:
        check_output(args.out)
    examples = read_examples(args.data)
    clips = list(style_clips(examples, lambda speaker: split_of(speaker) == args.split))
    animator = load_animator(models, progress)

    def predict(wave: Waveform, face: FaceShape, embedding: Array | None) -> FaceTrack:
        features = animator.extract_features(wave)
        if embedding is not None:
            features = replace(features, speaker_embedding=embedding)
        return animator.predict_motion(features, face)

    progress.stage("predicting each speaker")
    comparison = compare_styles(clips, predict)
    embeddings: dict[str, list[Array]] = defaultdict(list)
    for clip in clips:
        embeddings[clip.speaker].append(animator.extract_features(clip.wave).speaker_embedding)
    means = {speaker: _mean_embedding(own) for speaker, own in embeddings.items()}
    progress.stage("exchanging speaker embeddings")
    swap = swap_speakers(clips, predict, means, np.random.default_rng(0), args.pairs)
    ranks, ratios = comparison.rank_correlations(), comparison.range_ratios()
    metrics = {
        name: {"rank": ranks[name], "ratio": ratios[name], "swap": swap[name]}
        for name in STATISTICS
    }
    rows = {name: to_json_metrics(row) for name, row in metrics.items()}  # NaN is no JSON
    text = json.dumps({"speakers": comparison.speakers, "metrics": rows}, indent=1, allow_nan=False)
    count = len(comparison.speakers)
    table = format_table(
        [f"{count} speakers", "rank", "ratio", "swap"],
        [[name, *map(format_number, row.values())] for name, row in metrics.items()],
    )
    print_report(args, progress, text, table)
    progress.success(speakers=count)


def _with_progress(
    utterances: Iterable[Utterance], total: int, progress: Progress
) -> Iterator[Utterance]:
    progress.start(total, "utterance")
    for done, utterance in enumerate(utterances):
        progress.step(done)
        yield utterance
    progress.step(total)


def _mean_embedding(embeddings: list[Array]) -> Array:
    mean = np.mean(embeddings, axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)
