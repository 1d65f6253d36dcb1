"""`talkinghead puppet`: what there is to animate."""

from argparse import Namespace

import talkinghead
from talkinghead.app.options import Parser
from talkinghead.app.progress import Progress


def configure(parser: Parser) -> None:
    """The sub-commands of `puppet`."""
    actions = parser.add_subparsers(metavar="ACTION", title="actions", required=True)
    listing = actions.add_parser(
        "list",
        help="print the names of the puppets",
        description="Print the names of the puppets, one a line: those that come with the "
        "package, then those in puppets/ of the folder you are in.",
    )
    listing.set_defaults(run=show)


def show(args: Namespace, progress: Progress) -> None:
    """Print the names."""
    del args, progress
    for name in talkinghead.list_puppets():
        print(name)
