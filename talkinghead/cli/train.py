"""`talkinghead train`: train a network on what `talkinghead preprocess` made."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from talkinghead.cli.options import (
    Parser,
    add_former_name,
    add_options,
    add_reporting,
    positive,
    read_options,
    spellings,
)
from talkinghead.config import ComputeConfig
from talkinghead.errors import TalkingHeadError
from talkinghead.evaluate.report import format_table
from talkinghead.model_set import pick_device
from talkinghead.models.translator import TranslatorSize
from talkinghead.progress import Progress
from talkinghead.requests.files import check_output_folder, check_weights_output
from talkinghead.train.content.trainer import train_content
from talkinghead.train.distributed import is_main_process, launch_fabric
from talkinghead.train.encoder.trainer import train_encoder
from talkinghead.train.loop import TrainConfig
from talkinghead.train.run_record import (
    begin_run,
    command_line,
    finish_run,
    forget_unstarted_run,
    list_runs,
)
from talkinghead.train.speaker.trainer import train_speaker
from talkinghead.train.sync.trainer import train_sync
from talkinghead.train.translator.trainer import RECONSTRUCTION_SHARE, train_translator
from talkinghead.train.vad.trainer import train_vad

EXAMPLES = """\
examples:
  talkinghead preprocess speech data/ speech.d/
  talkinghead train voice --data speech.d/ --out ckpt/voice.safetensors --run runs/voice
  talkinghead train vad --data speech.d/ --out ckpt/vad.safetensors --run runs/vad
  talkinghead preprocess teacher-features data/ teacher.d/
  talkinghead train encoder --data teacher.d/ --voice ckpt/voice.safetensors \\
    --out runs/encoder.safetensors --run runs/encoder
  talkinghead preprocess clips data/ examples.d/
  talkinghead train content --data examples.d/ --encoder runs/encoder.safetensors \\
    --voice ckpt/voice.safetensors --out ckpt/content.safetensors --run runs/content
  talkinghead train speaker --data examples.d/ --voice ckpt/voice.safetensors \\
    --out ckpt/speaker.safetensors --run runs/speaker
  talkinghead preprocess frame-pairs data/ pairs.d/
  talkinghead train translator --data pairs.d/ --out ckpt/translator.safetensors \\
    --run runs/translator
  talkinghead preprocess mouth-crops data/ mouths.d/
  talkinghead train sync --data mouths.d/ --out ckpt/sync.safetensors --run runs/sync
After an interruption the same command continues from the last checkpoint in --run.
  talkinghead train list runs/
"""
# name -> what it is, which command makes its data, examples a batch
NETWORKS = {
    "voice": ("the content-voice model: speech to content, and back", "preprocess speech", 16),
    "vad": ("the voice detector: tells voices from music and noise", "preprocess speech", 24),
    "encoder": ("the audio encoder: distils a recogniser", "preprocess teacher-features", 16),
    "content": ("the content branch: speech content to lips and jaw", "preprocess clips", 32),
    "speaker": ("the speaker branch: speaker to head, brows, style", "preprocess clips", 40),
    "translator": ("the translator: refines warped mouths", "preprocess frame-pairs", 16),
    "sync": ("SyncNet: scores how well a mouth fits the audio", "preprocess mouth-crops", 16),
}
# option -> its type, its help; the defaults are those of the config
_SCHEDULE: dict[str, tuple[type, str]] = {
    "steps": (int, "how many steps to train"),
    "lr": (float, "peak learning rate of Adam"),
    "eval_every": (int, "steps between validations, each followed by a checkpoint"),
    "seed": (int, "of batches and initial weights"),
    "devices": (int, "devices that share the batches of each step"),
    "batches_per_step": (int, "batches a step, over all devices; 0: one each, or as the run began"),
    "precision": (str, "of the losses: 32, or bf16 on CUDA"),
}
_NO_SETTINGS = ("run", "command", "progress", "quiet", "verbose")  # of the arguments of a run
_FORMER = {"rate": "lr", "every": "eval_every"}


def configure_train(parser: Parser) -> None:
    """The sub-commands of `train`."""
    networks = parser.add_subparsers(metavar="NETWORK", title="networks", required=True)
    _add_list(networks)
    for name, (summary, data, batch) in NETWORKS.items():
        network = networks.add_parser(
            name, help=summary, description=f"Train {summary}.", epilog=EXAMPLES
        )
        network.add_argument(
            "--data", type=Path, required=True, metavar="DIR", help=f"what '{data}' made"
        )
        network.add_argument(
            "--out", type=Path, required=True, metavar="FILE", help="weights to write, .safetensors"
        )
        network.add_argument(
            "--run", dest="folder", type=Path, required=True, metavar="DIR",
            help="folder for run.json, checkpoints, log.csv and curves.png",
        )  # fmt: skip
        _add_schedule(network)
        network.add_argument(
            "--batch", type=positive, default=batch, metavar="N",
            help="examples a batch (default: %(default)s)",
        )  # fmt: skip
        add_options(network, ComputeConfig, only=("device",))
        add_reporting(network)
        network.set_defaults(run=train, network=name)
        if name == "translator":
            _add_translator(network)
        if name in ("encoder", "content", "speaker"):
            network.add_argument(
                "--voice", type=Path, metavar="FILE",
                help="content-voice model: its encoder initialises the content branch's audio "
                "encoder, and feeds the speaker branch (default: log-mel spectrogram)",
            )  # fmt: skip
        if name == "content":
            network.add_argument(
                "--encoder", type=Path, metavar="FILE",
                help="what 'train encoder' made: initialises the audio encoder in place of the "
                "content-voice model's",
            )  # fmt: skip
            network.add_argument(
                "--init", type=Path, metavar="FILE",
                help="content branch that the training goes on from (default: a new one)",
            )  # fmt: skip
            _add_unlabelled_speech(network)


def _add_schedule(parser: Parser) -> None:
    for name, (kind, help) in _SCHEDULE.items():
        parser.add_argument(
            *spellings(name), type=kind, default=getattr(TrainConfig, name), metavar="N",
            help=f"{help} (default: %(default)s)",
        )  # fmt: skip
    for old, new in _FORMER.items():
        add_former_name(parser, f"--{old}", spellings(new)[0], new, type=_SCHEDULE[new][0])


def _add_unlabelled_speech(parser: Parser) -> None:
    parser.add_argument(
        "--unlabelled-speech", type=Path, metavar="DIR",
        help="what 'preprocess speech' made: adds audio-only speakers, pseudo-labelled with the "
        "lips that go with such features in the clips",
    )  # fmt: skip
    add_former_name(parser, "--speech", "--unlabelled-speech", "unlabelled_speech", type=Path)
    parser.add_argument(
        "--teachers", type=Path, nargs="+", default=(), metavar="FILE",
        help="content branches whose mean prediction labels the audio-only speakers, which then "
        "come more often (default: a linear map fitted to the clips)",
    )  # fmt: skip


def _add_translator(parser: Parser) -> None:
    size = TranslatorSize()
    parser.add_argument(
        "--side", type=positive, default=size.side, metavar="PIXELS",
        help="of the square that is refined, a multiple of 8, at most that of the pairs "
        "(default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--base", type=positive, default=size.base_channels, metavar="N",
        help="channels of its first level; 64 with --side 256 is for GPUs (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--reconstruction-share", type=float, default=RECONSTRUCTION_SHARE, metavar="SHARE",
        help="of the steps, before the discriminators join (default: %(default)s)",
    )  # fmt: skip
    add_former_name(parser, "--alone", "--reconstruction-share", "reconstruction_share", type=float)
    parser.add_argument(
        "--sync", type=Path, metavar="FILE",
        help="weights of a SyncNet whose loss is added for sequences (default: none)",
    )  # fmt: skip


def _add_list(networks: Any) -> None:
    """`list` among the sub-commands of `train` (what argparse's add_subparsers returns)."""
    kind = networks.add_parser(
        "list", help="the training runs in a folder", description="List the training runs."
    )
    kind.add_argument("runs", type=Path, metavar="DIR", help="folder of --run, or one above it")
    add_reporting(kind)
    kind.set_defaults(run=show_runs)


def show_runs(args: Namespace, progress: Progress) -> None:
    """Print a table of training runs, the newest first."""
    rows = [
        [
            run.folder.relative_to(args.runs).as_posix(), run.network, run.began[:16],
            f"{run.step} of {run.steps}", "-" if run.score is None else f"{run.score:.4g}",
            "finished" if run.finished else "stopped or running", run.revision[:12],
        ]
        for run in list_runs(args.runs)
    ]  # fmt: skip
    progress.stop()
    head = ["run", "network", "began (UTC)", "step", "best score", "", "revision"]
    print(format_table(head, rows), flush=True)


def train(args: Namespace, progress: Progress) -> None:
    """Train a network, and print the path of its weights."""
    check_weights_output(args.out)
    check_output_folder(args.folder)
    config = TrainConfig(**{name: getattr(args, name) for name in _SCHEDULE})
    device = pick_device(read_options(ComputeConfig, args).device)
    fabric = launch_fabric(config.devices, config.precision, device)

    def report(step: int, _: int, metrics: dict[str, float]) -> None:
        progress.step(step)
        values = "  ".join(f"{name} {value:.4g}" for name, value in metrics.items())
        progress.note(f"step {step}: {values}")

    shared: dict[str, Any] = {
        "batch_size": args.batch, "device": str(fabric.device), "report": report,
    }  # fmt: skip
    if is_main_process():
        settings = {name: value for name, value in vars(args).items() if name not in _NO_SETTINGS}
        begin_run(args.folder, args.network, settings, command_line())
        progress.stage("reading examples")
        progress.start(config.steps, "step")
    try:
        metrics = _train_network(args, config, shared)
    except TalkingHeadError:
        forget_unstarted_run(args.folder)
        raise
    if is_main_process():
        finish_run(args.folder, args.out, metrics)
        progress.success(output=str(args.out), **metrics)
        progress.print_output(args.out)


def _train_network(
    args: Namespace, config: TrainConfig, shared: dict[str, Any]
) -> dict[str, float]:
    """Train the network that was asked for. Returns its metrics."""
    out = args.out
    if args.network == "voice":
        from talkinghead.train.voice.trainer import train_voice

        return train_voice(args.data, out, args.folder, config, **shared)
    if args.network == "vad":
        return train_vad(args.data, out, args.folder, config, **shared)
    if args.network == "encoder":
        return train_encoder(
            args.data, out, args.folder, config, content_voice=args.voice, **shared
        )
    if args.network == "sync":
        return train_sync(args.data, out, args.folder, config, **shared)
    if args.network == "translator":
        size = TranslatorSize(args.side, args.base)
        more = shared | {
            "size": size,
            "sync": args.sync,
            "reconstruction_share": args.reconstruction_share,
        }
        return train_translator(args.data, out, args.folder, config, **more)
    if args.network == "content":
        speech = {
            "content_voice": args.voice,
            "encoder_weights": args.encoder,
            "initial_weights": args.init,
            "speech": args.unlabelled_speech,
            "teachers": args.teachers,
        }
        return train_content(args.data, out, args.folder, config, **speech, **shared)
    return train_speaker(args.data, out, args.folder, config, content_voice=args.voice, **shared)
