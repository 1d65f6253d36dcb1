"""`talkinghead train`: what was prepared, to weights."""

from argparse import Namespace
from dataclasses import fields
from pathlib import Path
from typing import Any

from talkinghead.app.files import check_folder, check_weights
from talkinghead.app.options import DEVICES, Parser, add_reporting, positive
from talkinghead.app.progress import Progress
from talkinghead.models import pick_device
from talkinghead.render.translator import TranslatorSize
from talkinghead.train.content import train_content
from talkinghead.train.loop import Plan
from talkinghead.train.speaker import train_speaker
from talkinghead.train.sync import train_sync
from talkinghead.train.team import team
from talkinghead.train.translator import ALONE, train_translator

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
# name -> what it is, which command makes its data, examples a step
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
            help="examples a step (default: %(default)s)",
        )  # fmt: skip
        network.add_argument(
            "--device", choices=DEVICES, default="auto", help="where to train (default: auto)"
        )
        add_reporting(network)
        network.set_defaults(run=train, network=name)
        if name == "translator":
            _configure_translator(network)
        if name in ("content", "speaker"):
            network.add_argument(
                "--voice", type=Path, metavar="FILE",
                help="voice network: the content branch's ear begins as its encoder, the speaker "
                "branch hears through it (default: log-mel as it is)",
            )  # fmt: skip
        if name == "content":
            network.add_argument(
                "--speech", type=Path, metavar="DIR",
                help="what 'preprocess speech' made: voices without film join in, with the lips "
                "that go with such sounds in the clips",
            )  # fmt: skip
            network.add_argument(
                "--teachers", type=Path, nargs="+", default=(), metavar="FILE",
                help="content branches: voices without film join in with the mean of the lips "
                "that these give them, and more often (default: a linear map fitted to the clips)",
            )  # fmt: skip


def _configure_translator(network: Parser) -> None:
    size = TranslatorSize()
    network.add_argument(
        "--side", type=positive, default=size.side, metavar="PIXELS",
        help="of the square that is painted, a multiple of 8, at most that of the pairs "
        "(default: %(default)s)",
    )  # fmt: skip
    network.add_argument(
        "--base",
        type=positive,
        default=size.base,
        metavar="N",
        help="channels of its first level; 64 with --side 256 is for GPUs (default: %(default)s)",
    )
    network.add_argument(
        "--alone", type=float, default=ALONE, metavar="SHARE",
        help="of the steps, before the critics join (default: %(default)s)",
    )  # fmt: skip
    network.add_argument(
        "--sync", type=Path, metavar="FILE",
        help="weights of a sync expert that painted runs are to please (default: none)",
    )  # fmt: skip


def train(args: Namespace, progress: Progress) -> None:
    """Examples to weights."""
    check_weights(args.out)
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
        size = TranslatorSize(args.side, args.base)
        more = shared | {"size": size, "sync": args.sync, "alone": args.alone}
        return train_translator(args.data, out, args.folder, plan, **more)
    if args.network == "content":
        heard = {"voice": args.voice, "speech": args.speech, "teachers": args.teachers}
        return train_content(args.data, out, args.folder, plan, **heard, **shared)
    return train_speaker(args.data, out, args.folder, plan, voice=args.voice, **shared)
