"""`talkinghead serve`: a page of this machine that makes videos, and a service for programs."""

from __future__ import annotations  # evaluated, they would import starlette: --help must not

from argparse import Namespace
from dataclasses import fields

from talkinghead.app.options import Parser, add_models, add_reporting, filled, positive
from talkinghead.app.page.limits import Limits
from talkinghead.app.progress import Progress

PORT = 8484
EXAMPLES = """\
examples:
  talkinghead serve                          opens the page in your browser
  talkinghead serve --no-browser --port 9000
  curl -F puppet=wilk -F sound=@speech.wav http://127.0.0.1:8484/api/jobs
What programs may ask is said in docs/serve.md.
"""
LIMITS = {
    "max_upload": "megabytes that picture and sound may have together",
    "max_sound": "minutes that a recording may last",
    "max_queue": "videos that may wait",
    "keep": "minutes for which a finished video can be fetched",
}


def configure(parser: Parser) -> None:
    """The options of `serve`."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "--port", type=int, default=PORT, metavar="P",
        help="of the page; 0 is one that is free (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS",
        help="serve others, too, under this address of this machine, or all for 0.0.0.0; there "
        "is no password and no encryption (default: %(default)s, this machine alone)",
    )  # fmt: skip
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address, and open nothing"
    )
    parser.add_argument(
        "--workers", type=positive, default=1, metavar="N",
        help="videos made at once, each with networks of its own (default: %(default)s)",
    )  # fmt: skip
    group = parser.add_argument_group("limits")
    for field in fields(Limits):
        group.add_argument(
            f"--{field.name.replace('_', '-')}", type=type(field.default), metavar="N",
            default=field.default, help=f"{LIMITS[field.name]} (default: %(default)s)",
        )  # fmt: skip
    add_models(parser)
    add_reporting(parser)
    parser.set_defaults(run=run)


def run(args: Namespace, progress: Progress) -> None:
    """Serve until Ctrl-C."""
    limits = filled(Limits, args)

    from talkinghead.app.page.serve import serve  # imports torch: not for --help

    serve(args, limits, progress)
