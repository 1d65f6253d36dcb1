"""`talkinghead preprocess` and `talkinghead train`: from clips to weights."""

from argparse import Namespace
from dataclasses import fields
from pathlib import Path

from talkinghead.app.files import check_folder
from talkinghead.app.options import DEVICES, Parser, add_reporting, positive
from talkinghead.app.progress import Progress
from talkinghead.pipeline import pick_device
from talkinghead.train.clips import preprocess
from talkinghead.train.content import train_content
from talkinghead.train.loop import Plan

PREPROCESS = """\
examples:
  talkinghead preprocess clips data/ examples.d/ --workers 4
An interrupted run goes on where it was. A manifest.csv in DATA with the columns path and
identity names the talker of each clip; without it, the folder a clip lies in is its talker.
Its column sound, if there is one, says which clips hold speech.
"""
TRAIN = """\
examples:
  talkinghead preprocess clips data/ examples.d/
  talkinghead train content --data examples.d/ --out ckpt/content.safetensors --run runs/first
Killed at any step, the same command goes on from the last checkpoint in --run.
"""
PLAN = {
    "steps": "how many steps to train",
    "rate": "peak learning rate of Adam",
    "every": "steps between validations, each followed by a checkpoint",
    "seed": "chance in batches and first weights",
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


def configure_train(parser: Parser) -> None:
    """The sub-commands of `train`."""
    networks = parser.add_subparsers(metavar="NETWORK", title="networks", required=True)
    content = networks.add_parser(
        "content",
        help="the content branch: speech to lips",
        description="Train the content branch, which moves lips and jaw with the speech.",
        epilog=TRAIN,
    )
    content.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="what 'preprocess clips' made"
    )
    content.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="weights to write, .safetensors"
    )
    content.add_argument(
        "--run", dest="folder", type=Path, required=True, metavar="DIR",
        help="folder for checkpoints, log.csv and curves.png",
    )  # fmt: skip
    for field in fields(Plan):
        if field.name in PLAN:
            content.add_argument(
                f"--{field.name}", type=field.type, default=field.default, metavar="N",
                help=f"{PLAN[field.name]} (default: %(default)s)",
            )  # fmt: skip
    content.add_argument(
        "--batch",
        type=positive,
        default=32,
        metavar="N",
        help="clips a step (default: %(default)s)",
    )
    content.add_argument(
        "--device", choices=DEVICES, default="auto", help="where to train (default: auto)"
    )
    add_reporting(content)
    content.set_defaults(run=train)


def prepare(args: Namespace, progress: Progress) -> None:
    """Clips to examples."""
    check_folder(args.out)
    started = False

    def step(done: int, total: int) -> None:
        nonlocal started
        if not started:
            progress.start(total, "clip")
            started = True
        progress.step(done)

    progress.stage("looking for clips")
    skipped = preprocess(args.data, args.out, args.workers, step)
    for reason in skipped:
        progress.note(f"left out: {reason}")
    progress.success(output=str(args.out), skipped=len(skipped))
    progress.wrote(args.out)


def train(args: Namespace, progress: Progress) -> None:
    """Examples to weights."""
    check_folder(args.out.parent)
    check_folder(args.folder)
    plan = Plan(**{name: getattr(args, name) for name in PLAN})

    def report(step: int, _: int, figures: dict[str, float]) -> None:
        progress.step(step)
        said = "  ".join(f"{name} {value:.4g}" for name, value in figures.items())
        progress.note(f"step {step}: {said}")

    progress.stage("reading examples")
    progress.start(plan.steps, "step")
    figures = train_content(
        args.data, args.out, args.folder, plan,
        batch=args.batch, device=pick_device(args.device), report=report,
    )  # fmt: skip
    progress.success(output=str(args.out), **figures)
    progress.wrote(args.out)
