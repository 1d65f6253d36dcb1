"""`talkinghead fetch-networks`: fetches the networks that other packages bring, once."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from talkinghead.cli.options import Parser, add_reporting
from talkinghead.networks.wheels import fetch_networks
from talkinghead.progress import Progress

EXAMPLES = """\
examples:
  talkinghead fetch-networks
  talkinghead fetch-networks --from mediapipe-0.10.21-cp311-cp311-manylinux_2_28_x86_64.whl
Faces are detected by networks of mediapipe 0.10.21, speakers told apart by one of resemblyzer
0.1.4 (both Apache License 2.0). Where these packages are not installed, this takes the networks
from their wheels (37 and 16 MB, by pip, checked by SHA-256) into the user's cache, and nothing
else of them: 21 MB. After that no command needs a connection. 'make setup' has done it already.
The cache is $TALKINGHEAD_CACHE, or talkinghead in the place of the system for caches.
"""


def configure(parser: Parser) -> None:
    """The options of `fetch-networks`."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "--from", dest="wheels", type=Path, nargs="+", default=[], metavar="WHEEL",
        help="read these wheels, which were downloaded by hand",
    )  # fmt: skip
    parser.add_argument(
        "--again", action="store_true", help="fetch what is at hand as well: a file is damaged"
    )
    add_reporting(parser)
    parser.set_defaults(run=fetch)


def fetch(args: Namespace, progress: Progress) -> None:
    """Fetch what is missing, and print the folders that were filled."""
    folders = fetch_networks(args.wheels, again=args.again, report=progress.stage)
    for folder in folders:
        progress.print_output(folder)
    if not folders:
        progress.note("all networks are at hand")
