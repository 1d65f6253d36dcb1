"""`talkinghead evaluate voice`: how well the voice network hears voices it does not know."""

from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

from talkinghead import weights
from talkinghead.app.files import check_target
from talkinghead.app.options import add_models, add_reporting
from talkinghead.app.progress import Progress
from talkinghead.app.reports import add_output, show
from talkinghead.evaluate.confusion import plot_confusion
from talkinghead.evaluate.heard import Spoken
from talkinghead.evaluate.voice import PAIRS, Role, evaluate_voice
from talkinghead.models import pick_device
from talkinghead.speech.content_encoder import VoiceContent
from talkinghead.speech.convert import VoiceConverter
from talkinghead.speech.phones import PHONES, SILENCE
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.speech.voice_weights import VOICE, load_voice
from talkinghead.train.speech import Utterance, utterances_in
from talkinghead.train.splits import split_of
from talkinghead.train.store import finished

EXAMPLES = """\
examples:
  talkinghead evaluate voice speech.d/
  talkinghead evaluate voice speech.d/ --json --out voice.json --confusion confusion.png
The phone probe is taught on voices of the training split, and on every other voice with
--split all. Log-mel, given the same probes, stands beside.
"""
WHAT = "phones, leaking speakers and conversion of voices never trained on"


def add_voice(kinds: Any) -> None:
    """`voice` among the kinds of `evaluate` (what argparse's add_subparsers returns)."""
    voice = kinds.add_parser(
        "voice", help=WHAT, description=f"Measure {WHAT}.", epilog=EXAMPLES
    )  # fmt: skip
    voice.add_argument(
        "data", metavar="DIR", type=Path, help="what 'preprocess speech' made of recordings"
    )
    voice.add_argument(
        "--split", choices=["test", "validation", "all"], default="test",
        help="whose voices are measured; 'all' measures every other voice, for data in which "
        "nobody was trained on (default: %(default)s)",
    )  # fmt: skip
    voice.add_argument(
        "--pairs", type=int, default=PAIRS, metavar="N",
        help="conversions between held-out voices; 0 for none (default: %(default)s)",
    )  # fmt: skip
    voice.add_argument(
        "--confusion", type=Path, metavar="PNG", help="draw which phone is heard as which"
    )
    add_output(voice)
    add_models(voice, detector=False)
    add_reporting(voice)
    voice.set_defaults(run=evaluate)


def role_in(split: str) -> Callable[[Spoken], Role | None]:
    """Whose phones teach the probe, and whose are measured."""

    def role(one: Spoken) -> Role | None:
        if split == "all":
            return "measure" if crc32(one.speaker.encode()) % 2 else "teach"
        own = split_of(one.speaker)
        return "measure" if own == split else "teach" if own == "train" else None

    return role


def passing(utterances: Iterable[Utterance], total: int, progress: Progress) -> Iterator[Utterance]:
    """The utterances, with progress as they go by."""
    progress.start(total, "utterance")
    for done, one in enumerate(utterances):
        progress.step(done)
        yield one
    progress.step(total)


def evaluate(args: Namespace, progress: Progress) -> None:
    """Measure, and print a table or JSON."""
    for target in filter(None, [args.out, args.confusion]):
        check_target(target)
    progress.stage("loading the networks")
    device, ckpt = pick_device(args.device), args.ckpt or weights.FOLDER
    voices = SpeakerEncoder(device)
    encoder = VoiceContent(load_voice(ckpt / VOICE, device), voices)
    report = evaluate_voice(
        passing(utterances_in(args.data), len(finished(args.data)), progress),
        role_in(args.split),
        encoder,
        PHONES,
        silence=SILENCE,
        convert=VoiceConverter(device=device, ckpt=ckpt) if args.pairs > 0 else None,
        voice=voices,
        pairs=args.pairs,
    )
    if args.confusion:
        accuracy = report.mean["phone_accuracy"]
        title = f"Phones of held-out voices, {accuracy:.0%} of the frames right"
        plot_confusion(report.confusion, PHONES, args.confusion, title)
    show(args, progress, report.to_json(), report.to_table())
    progress.success(voices=sum(report.speakers.values()))
