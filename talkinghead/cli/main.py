"""The command `talkinghead`: finds the sub-command, runs it, returns the exit status."""

import sys
from collections.abc import Sequence
from importlib import import_module

import talkinghead
from talkinghead.cli.options import Parser

# name -> module of talkinghead.cli, function that adds its options, what it does. Only the
# module that is asked for is imported, so that help comes at once.
COMMANDS = {
    "photo": ("animate", "configure_photo", "let a photo, painting or drawing speak"),
    "cartoon": ("animate", "configure_cartoon", "let a puppet speak"),
    "scene": ("scene", "configure", "let several puppets and photos speak in one picture"),
    "dub": ("dub", "configure", "let the face in a video say other words"),
    "batch": ("batch", "configure", "make the videos that a file lists, many at once"),
    "serve": ("serve", "configure", "make videos on a page in the browser, or over HTTP"),
    "live": ("live", "configure", "show a face that says what arrives: page, camera, stdout"),
    "plot": ("export", "configure_plot", "plot the landmarks, and draw a video of them"),
    "motion": ("export", "configure_motion", "write the motion of landmarks and head, for a rig"),
    "blendshapes": ("blendshapes", "configure", "write or send ARKit's 52 blendshapes, for a rig"),
    "cues": ("cues", "configure", "write mouth cues for a rig: which shape to draw, and when"),
    "puppet": ("puppet", "configure", "list, check, make, edit, import and export puppets"),
    "styles": ("styles", "configure", "list the stored speaking styles; keep your own"),
    "convert": ("convert", "configure", "convert a recording to another speaker's voice"),
    "fetch-networks": ("fetch_networks", "configure", "fetch the networks of other packages, once"),
    "preprocess": ("preprocess", "configure_preprocess", "make training data of clips and audio"),
    "train": ("train", "configure_train", "train a network"),
    "evaluate": ("evaluate", "configure_evaluate", "measure speech, motion, rendering, lip sync"),
    "compare": ("evaluate", "configure_compare", "show a rendering beside the clip it imitates"),
}
# Former names of sub-commands.
RENAMED = {
    ("preprocess", "mouths"): "mouth-crops",
    ("preprocess", "pairs"): "frame-pairs",
    ("evaluate", "manner"): "style",
    ("evaluate", "voice"): "speech",
}
EXAMPLES = """\
examples:
  talkinghead photo face.jpg speech.wav -o speaking.mp4
  talkinghead cartoon wilk speech.wav -o wilk.mp4
  talkinghead COMMAND --help
"""


def parser_for(command: str | None) -> Parser:
    """A parser with the options of one command, and the names of the others."""
    parser = Parser(prog="talkinghead", description=talkinghead.__doc__, epilog=EXAMPLES)
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    for name, (module, function, summary) in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=f"{name}: {summary}.")
        if name == command:
            getattr(import_module(f"talkinghead.cli.{module}"), function)(sub)
    return parser


def with_current_names(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words with former names of sub-commands replaced, and a note on each."""
    current = RENAMED.get((words[0], words[1])) if len(words) > 1 else None
    if current is None:
        return list(words), []
    return [words[0], current, *words[2:]], [f"'{words[1]}' is now called '{current}'"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line. The exit status is 0, 1 where some of a batch failed, 2 for the
    user's mistakes, 130 for Ctrl-C.
    """
    words, notes = with_current_names(sys.argv[1:] if argv is None else argv)
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

    from talkinghead.cli.errors import run_guarded  # imports rich: not for --help

    return run_guarded(args, args.run, notes)
