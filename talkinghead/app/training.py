"""`talkinghead preprocess` and `talkinghead train`: from clips to weights."""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from talkinghead.app.files import check_folder
from talkinghead.app.options import DEVICES, Parser, add_reporting, positive
from talkinghead.app.progress import Progress
from talkinghead.pipeline import pick_device
from talkinghead.train.clips import preprocess
from talkinghead.train.content import train_content
from talkinghead.train.loop import Plan
from talkinghead.train.mouths import preprocess_mouths
from talkinghead.train.pairs import SIDE, preprocess_pairs
from talkinghead.train.speaker import train_speaker
from talkinghead.train.sync import train_sync
from talkinghead.train.team import team
from talkinghead.train.translator import train_translator

PREPROCESS = """\
examples:
  talkinghead preprocess clips data/ examples.d/ --workers 4
An interrupted run goes on where it was. A manifest.csv in DATA with the columns path and
identity names the talker of each clip; without it, the folder a clip lies in is its talker.
Its column sound, if there is one, says which clips hold speech.
"""
SPEECH = """\
examples:
  talkinghead preprocess speech data/ speech.d/ --workers 4
Recordings named as LibriSpeech names them are recognised by pocketsphinx, clips with a GRID
alignment beside them are aligned, other clips stay without phones. flite and espeak-ng speak
the synthetic ones. An interrupted run goes on where it was.
"""
PAIRS = """\
examples:
  talkinghead preprocess pairs data/ pairs.d/ --workers 4
Of each clip, frames are warped to one another's landmarks. Stills beside a landmarks68.npz
(file name -> 68 points set by hand) have their open mouths shut. Talkers of the test split
(train/splits.yaml), named by DATA/manifest.csv, are passed over. An interrupted run goes on
where it was.
"""
MOUTHS = """\
examples:
  talkinghead preprocess mouths data/ mouths.d/ --workers 4
Talkers are named by DATA/manifest.csv, and those of the test split (train/splits.yaml) are passed
over; its column sound, if there is one, says which clips hold speech. 8 minutes of a talker
suffice. An interrupted run goes on where it was.
"""
TRAIN = """\
examples:
  talkinghead preprocess speech data/ speech.d/
  talkinghead train voice --data speech.d/ --out ckpt/voice.safetensors --run runs/voice
  talkinghead preprocess clips data/ examples.d/
  talkinghead train content --data examples.d/ --speech speech.d/ \\
    --voice ckpt/voice.safetensors --out ckpt/content.safetensors --run runs/content
  talkinghead train speaker --data examples.d/ --voice ckpt/voice.safetensors \\
    --out ckpt/speaker.safetensors --run runs/speaker
  talkinghead preprocess pairs data/ pairs.d/
  talkinghead train translator --data pairs.d/ --out ckpt/translator.safetensors \\
    --run runs/translator
  talkinghead preprocess mouths data/ mouths.d/
  talkinghead train sync --data mouths.d/ --out ckpt/sync.safetensors --run runs/sync
Killed at any step, the same command goes on from the last checkpoint in --run.
"""
# name -> what it is, which command makes its data, clips a step
NETWORKS = {
    "voice": ("the voice network: speech to content, and back", "preprocess speech", 16),
    "content": ("the content branch: content to lips and jaw", "preprocess clips", 32),
    "speaker": ("the speaker branch: voice to head, brows, style", "preprocess clips", 40),
    "translator": ("the translator: warped mouths to painted ones", "preprocess pairs", 16),
    "sync": ("the sync expert: does a mouth fit a sound?", "preprocess mouths", 16),
}
PLAN = {
    "steps": "how many steps to train",
    "rate": "peak learning rate of Adam",
    "every": "steps between validations, each followed by a checkpoint",
    "seed": "chance in batches and first weights",
    "devices": "devices that share each step, each with a batch of its own",
    "precision": "of the losses: 32, or bf16 on CUDA",
}


def configure_preprocess(parser: Parser) -> None:
    """The sub-commands of `preprocess`."""
    kinds = parser.add_subparsers(metavar="KIND", title="kinds", required=True)
    clips = kinds.add_parser(
        "clips",
        help="find, follow and register the face of every clip",
        description="Find, follow and register the face of every video below DATA.",
        epilog=PREPROCESS,
    )
    clips.add_argument("data", metavar="DATA", type=Path, help="folder of talking clips")
    clips.add_argument("out", metavar="OUT", type=Path, help="folder for the examples")
    clips.add_argument(
        "--workers", type=positive, default=2, metavar="N", help="processes (default: %(default)s)"
    )
    add_reporting(clips)
    clips.set_defaults(run=prepare)
    speech = kinds.add_parser(
        "speech",
        help="label and measure recordings, and synthesise more",
        description="Find phones, pitch and voice of every recording and talking clip below "
        "DATA, and have synthesisers speak more.",
        epilog=SPEECH,
    )
    speech.add_argument("data", metavar="DATA", type=Path, help="folder of speech")
    speech.add_argument("out", metavar="OUT", type=Path, help="folder for the utterances")
    speech.add_argument(
        "--workers", type=positive, default=2, metavar="N", help="processes (default: %(default)s)"
    )
    speech.add_argument(
        "--synthetic", type=int, default=2400, metavar="N",
        help="utterances to synthesise, about 5 seconds each (default: %(default)s)",
    )  # fmt: skip
    add_reporting(speech)
    speech.set_defaults(run=prepare_speech)
    pairs = kinds.add_parser(
        "pairs",
        help="warp frames to one another's landmarks",
        description="Make pairs of a warped frame and a true one of every clip below DATA.",
        epilog=PAIRS,
    )
    pairs.add_argument("data", metavar="DATA", type=Path, help="folder of clips and stills")
    pairs.add_argument("out", metavar="OUT", type=Path, help="folder for the pairs")
    pairs.add_argument(
        "--workers", type=positive, default=2, metavar="N", help="processes (default: %(default)s)"
    )
    pairs.add_argument(
        "--side", type=positive, default=SIDE, metavar="PIXELS",
        help="of the square about the mouth, a multiple of 8 (default: %(default)s)",
    )  # fmt: skip
    add_reporting(pairs)
    pairs.set_defaults(run=prepare_pairs)
    mouths = kinds.add_parser(
        "mouths",
        help="take the mouth and the voice of every talking clip",
        description="Register the mouths of every talking clip below DATA, beside its sound.",
        epilog=MOUTHS,
    )
    mouths.add_argument("data", metavar="DATA", type=Path, help="folder of talking clips")
    mouths.add_argument("out", metavar="OUT", type=Path, help="folder for the mouths")
    mouths.add_argument(
        "--workers", type=positive, default=2, metavar="N", help="processes (default: %(default)s)"
    )
    add_reporting(mouths)
    mouths.set_defaults(run=prepare_mouths)


def configure_train(parser: Parser) -> None:
    """The sub-commands of `train`."""
    networks = parser.add_subparsers(metavar="NETWORK", title="networks", required=True)
    for name, (summary, data, batch) in NETWORKS.items():
        network = networks.add_parser(
            name, help=summary, description=f"Train {summary}.", epilog=TRAIN
        )  # fmt: skip
        network.add_argument(
            "--data", type=Path, required=True, metavar="DIR", help=f"what '{data}' made"
        )
        network.add_argument(
            "--out", type=Path, required=True, metavar="FILE", help="weights to write, .safetensors"
        )
        network.add_argument(
            "--run", dest="folder", type=Path, required=True, metavar="DIR",
            help="folder for checkpoints, log.csv and curves.png",
        )  # fmt: skip
        for field in fields(Plan):
            if field.name in PLAN:
                network.add_argument(
                    f"--{field.name}", type=field.type, default=field.default, metavar="N",
                    help=f"{PLAN[field.name]} (default: %(default)s)",
                )  # fmt: skip
        network.add_argument(
            "--batch", type=positive, default=batch, metavar="N",
            help="clips a step (default: %(default)s)",
        )  # fmt: skip
        network.add_argument(
            "--device", choices=DEVICES, default="auto", help="where to train (default: auto)"
        )
        add_reporting(network)
        network.set_defaults(run=train, network=name)
        if name in ("content", "speaker"):
            network.add_argument(
                "--voice", type=Path, metavar="FILE",
                help="voice network to hear through (default: log-mel as it is)",
            )  # fmt: skip
        if name == "content":
            network.add_argument(
                "--speech", type=Path, metavar="DIR",
                help="what 'preprocess speech' made: voices without film join in, with the lips "
                "that phones in their context have in the clips",
            )  # fmt: skip


def prepare(args: Namespace, progress: Progress) -> None:
    """Clips to examples."""
    check_folder(args.out)
    progress.stage("looking for clips")
    skipped = preprocess(args.data, args.out, args.workers, counted(progress, "clip"))
    _say_prepared(args, progress, skipped)


def prepare_speech(args: Namespace, progress: Progress) -> None:
    """Recordings to utterances."""
    from talkinghead.train.corpus import preprocess_speech  # needs what only training needs

    check_folder(args.out)
    progress.stage("looking for speech")
    skipped = preprocess_speech(
        args.data, args.out, args.workers, args.synthetic, counted(progress, "job")
    )
    _say_prepared(args, progress, skipped)


def prepare_pairs(args: Namespace, progress: Progress) -> None:
    """Clips and stills to pairs of frames."""
    check_folder(args.out)
    progress.stage("looking for clips")
    skipped = preprocess_pairs(
        args.data, args.out, args.workers, args.side, counted(progress, "job")
    )
    _say_prepared(args, progress, skipped)


def prepare_mouths(args: Namespace, progress: Progress) -> None:
    """Clips to mouths and sound."""
    check_folder(args.out)
    progress.stage("looking for clips")
    skipped = preprocess_mouths(args.data, args.out, args.workers, counted(progress, "clip"))
    _say_prepared(args, progress, skipped)


def counted(progress: Progress, what: str) -> Callable[[int, int], None]:
    """A callback that starts the progress at its first call."""
    started = False

    def step(done: int, total: int) -> None:
        nonlocal started
        if not started:
            progress.start(total, what)
            started = True
        progress.step(done)

    return step


def _say_prepared(args: Namespace, progress: Progress, skipped: list[str]) -> None:
    for reason in skipped:
        progress.note(f"left out: {reason}")
    progress.success(output=str(args.out), skipped=len(skipped))
    progress.wrote(args.out)


def train(args: Namespace, progress: Progress) -> None:
    """Examples to weights."""
    check_folder(args.out.parent)
    check_folder(args.folder)
    plan = Plan(**{name: getattr(args, name) for name in PLAN})
    mine = team(plan.devices, plan.precision, pick_device(args.device))

    def report(step: int, _: int, figures: dict[str, float]) -> None:
        progress.step(step)
        said = "  ".join(f"{name} {value:.4g}" for name, value in figures.items())
        progress.note(f"step {step}: {said}")

    shared: dict[str, Any] = {"batch": args.batch, "device": mine.device, "report": report}
    if mine.rank == 0:
        progress.stage("reading examples")
        progress.start(plan.steps, "step")
    with mine.kept(args.out) as out:
        figures = _trained(args, out, plan, shared)
    if mine.rank == 0:
        progress.success(output=str(args.out), **figures)
        progress.wrote(args.out)


def _trained(args: Namespace, out: Path, plan: Plan, shared: dict[str, Any]) -> dict[str, float]:
    """Figures of the network that was asked for, its weights in `out`."""
    if args.network == "voice":
        from talkinghead.train.voice import train_voice

        return train_voice(args.data, out, args.folder, plan, **shared)
    if args.network == "sync":
        return train_sync(args.data, out, args.folder, plan, **shared)
    if args.network == "translator":
        return train_translator(args.data, out, args.folder, plan, **shared)
    if args.network == "content":
        heard = {"voice": args.voice, "speech": args.speech}
        return train_content(args.data, out, args.folder, plan, **heard, **shared)
    return train_speaker(args.data, out, args.folder, plan, voice=args.voice, **shared)
