"""The command `talkinghead`: finds the sub-command, runs it, returns the exit status."""

import sys
from collections.abc import Sequence
from importlib import import_module

import talkinghead
from talkinghead.app.guard import guarded
from talkinghead.app.options import Parser
from talkinghead.app.progress import reporter

# name -> module of talkinghead.app, function that adds its options, what it does. Only the
# module that is asked for is imported: help comes at once.
COMMANDS = {
    "photo": ("film", "configure_photo", "let a photo, painting or drawing speak"),
    "cartoon": ("film", "configure_cartoon", "let a puppet speak"),
    "scene": ("scenes", "configure", "let several puppets and photos speak in one picture"),
    "batch": ("batching", "configure", "make the videos that a file lists, many at once"),
    "serve": ("serving", "configure", "make videos on a page in the browser, or over HTTP"),
    "plot": ("plots", "configure", "look at landmarks: plots and a video of them"),
    "motion": ("motions", "configure", "the motion of the 68 points and the head, for a rig"),
    "cues": ("cueing", "configure", "mouth cues for a rig of your own: which shape, and when"),
    "puppet": ("puppets", "configure", "list, check, make, edit, import and export puppets"),
    "styles": ("styles", "configure", "whose manner can be borrowed by name; keep your own"),
    "convert": ("converting", "configure", "say in one voice what another said"),
    "preprocess": ("preparing", "configure_preprocess", "clips and recordings to training data"),
    "train": ("training", "configure_train", "train a network"),
    "evaluate": ("measuring", "configure_evaluate", "measure hearing, motion, rendering, lip sync"),
    "compare": ("measuring", "configure_compare", "a rendering beside the clip it imitates"),
}
EXAMPLES = """\
examples:
  talkinghead photo face.jpg speech.wav -o speaking.mp4
  talkinghead cartoon wilk speech.wav -o wilk.mp4
  talkinghead COMMAND --help
"""


def parser_for(command: str | None) -> Parser:
    """The parser, with the options of one command; of the others it knows the names."""
    parser = Parser(prog="talkinghead", description=talkinghead.__doc__, epilog=EXAMPLES)
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    for name, (module, function, summary) in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=f"{name}: {summary}.")
        if name == command:
            getattr(import_module(f"talkinghead.app.{module}"), function)(sub)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; the exit status is 0, 1 where some of a batch failed, 2 for the
    user's mistakes, 130 for Ctrl-C.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    parser = parser_for(next((word for word in words if not word.startswith("-")), None))
    try:
        args = parser.parse_args(words)
    except SystemExit as end:  # --help, and what argparse refuses
        return end.code if isinstance(end.code, int) else 0
    if args.version:
        print(f"talkinghead {talkinghead.__version__}")
        return 0
    if not hasattr(args, "run"):
        parser.print_help()
        return 0
    progress = reporter(getattr(args, "progress", "none"), getattr(args, "quiet", False))
    return guarded(lambda: args.run(args, progress), progress)
