"""`talkinghead serve`: a page that creates videos, and the same as an HTTP service."""

from __future__ import annotations  # evaluated, they would import starlette: --help must not

from argparse import Namespace

from talkinghead.cli.options import (
    Parser,
    add_options,
    add_page_options,
    add_reporting,
    positive,
    read_options,
)
from talkinghead.config import ModelConfig
from talkinghead.progress import Progress
from talkinghead.web.job_queue import Limits

DEFAULT_PORT = 8484
EXAMPLES = """\
examples:
  talkinghead serve                          opens the page in your browser
  talkinghead serve --no-browser --port 9000
  curl -F puppet=wilk -F audio=@speech.wav http://127.0.0.1:8484/api/jobs
docs/serve.md describes the service; /api/openapi.json is its OpenAPI schema.
"""


def configure(parser: Parser) -> None:
    """The options of `serve`."""
    parser.epilog = EXAMPLES
    add_page_options(parser, DEFAULT_PORT)
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS",
        help="also serve other machines, at this address of this one, or at all for 0.0.0.0; "
        "there is no password and no encryption (default: %(default)s, this machine only)",
    )  # fmt: skip
    parser.add_argument(
        "--workers", type=positive, default=1, metavar="N",
        help="videos rendered at the same time, each with its own networks (default: %(default)s)",
    )  # fmt: skip
    add_options(parser, Limits, ModelConfig)
    add_reporting(parser)
    parser.set_defaults(run=run)


def run(args: Namespace, progress: Progress) -> None:
    """Serve until Ctrl-C."""
    limits, models = read_options(Limits, args), read_options(ModelConfig, args)

    from talkinghead.web.serve import serve  # imports torch: not for --help

    serve(
        models,
        limits,
        progress,
        host=args.host,
        port=args.port,
        workers=args.workers,
        browser=not args.no_browser,
    )
