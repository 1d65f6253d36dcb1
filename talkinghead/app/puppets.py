"""`talkinghead puppet`: what there is to animate, whether it is sound, and MakeItTalk's files."""

from argparse import Namespace
from pathlib import Path
from typing import Any

import talkinghead
from talkinghead.app.authoring import add_authoring
from talkinghead.app.files import check_folder, check_picture
from talkinghead.app.options import Parser
from talkinghead.app.progress import Progress
from talkinghead.errors import OutputError, PuppetError

CHECK = """\
Errors end with exit status 2; warnings do not.

examples:
  talkinghead puppet check wilk
  talkinghead puppet check puppets/rosa -o rosa_check.png
"""
IMPORT = """\
DIR holds, for a puppet p: p.png or p.jpg, p_bg.*, p_face_open_mouth.txt, p_face_close_mouth.txt,
p_scale_shift.txt and p_delauney_tri.txt, in any of MakeItTalk's four point layouts.

examples:
  talkinghead puppet import examples_cartoon roy
  talkinghead puppet import mine --out puppets
"""


def configure(parser: Parser) -> None:
    """The sub-commands of `puppet`."""
    actions = parser.add_subparsers(metavar="ACTION", title="actions", required=True)
    listing = actions.add_parser(
        "list",
        help="print the names of the puppets, or show them on one page",
        description="Print name, size and title of the puppets, one a line: those that come "
        "with the package, then those in puppets/ of the folder you are in.",
    )
    listing.add_argument(
        "--sheet", type=Path, metavar="OUT.png", help="a picture of all: at rest, open, blinking"
    )
    listing.set_defaults(run=show)
    checking = _action(actions, "check", "say and draw what is wrong with a puppet", CHECK)
    _puppet(checking)
    checking.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="OUT.png",
        help="the drawing (default: NAME_check.png in the folder you are in)",
    )
    checking.set_defaults(run=check)
    reading = _action(actions, "import", "make a puppet from MakeItTalk's files", IMPORT)
    reading.add_argument("folder", type=Path, metavar="DIR", help="where MakeItTalk's files are")
    reading.add_argument(
        "name", nargs="?", metavar="NAME", help="of the puppet, if DIR has several"
    )
    reading.add_argument(
        "--out",
        type=Path,
        default=Path("puppets"),
        metavar="DIR",
        help="where the puppet's folder is made (default: %(default)s)",
    )
    reading.set_defaults(run=read)
    writing = _action(actions, "export", "write a puppet as MakeItTalk's files")
    _puppet(writing)
    writing.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to write")
    writing.set_defaults(run=write)
    add_authoring(actions)


def _action(actions: Any, name: str, summary: str, epilog: str = "") -> Parser:
    parser: Parser = actions.add_parser(
        name, help=summary, description=f"{name}: {summary}.", epilog=epilog
    )
    return parser


def _puppet(parser: Parser) -> None:
    parser.add_argument("puppet", metavar="NAME", help="of a puppet, or its folder")


def show(args: Namespace, progress: Progress) -> None:
    """Print the puppets; those that cannot be used say why."""
    from talkinghead.puppet.store import describe_puppet, files_of, load_puppet

    sound = []
    for name in talkinghead.list_puppets():
        try:
            said = describe_puppet(name)
        except PuppetError as error:
            print(f"{name:16}cannot be used: {error}")
            continue
        sound.append(name)
        width, height = said["canvas"]
        print(f"{name:16}{f'{width} x {height}':14}{said['title']}")
    if args.sheet:
        from talkinghead.media.image import write_image
        from talkinghead.render.gallery import gallery

        if not sound:
            raise PuppetError("there are no puppets to show; 'talkinghead puppet new' makes one")
        check_picture(args.sheet, *(path for name in sound for path in files_of(name)))
        write_image(gallery([load_puppet(name) for name in sound]), args.sheet)
        progress.wrote(args.sheet)


def check(args: Namespace, progress: Progress) -> None:
    """Print the faults and draw them."""
    from talkinghead.app.checking import drawing, inspect
    from talkinghead.media.image import write_image
    from talkinghead.puppet.store import files_of, load_puppet

    puppet = load_puppet(args.puppet)
    target = args.output or Path(f"{puppet.name}_check.png")
    check_picture(target, *files_of(args.puppet))
    found, mesh = inspect(puppet)
    print("\n".join(map(str, found)) or f"{puppet.name}: nothing is wrong")
    write_image(drawing(puppet, found, mesh), target)
    progress.wrote(target)
    grave = [fault.what for fault in found if fault.serious]
    if grave:
        more = f", and {len(grave) - 1} more" if len(grave) > 1 else ""
        raise PuppetError(f"puppet {puppet.name}: {grave[0]}{more}; see {target}")


def read(args: Namespace, progress: Progress) -> None:
    """MakeItTalk's files to a folder of ours."""
    from talkinghead.puppet.folder import swapped_in
    from talkinghead.puppet.legacy import read_legacy
    from talkinghead.puppet.store import save_puppet

    puppet = read_legacy(args.folder, args.name)
    target = args.out / puppet.name
    if target.exists():
        raise OutputError(f"{target}: is there already; choose another place with --out")
    check_folder(args.out)
    with swapped_in(target, copy=False) as folder:
        save_puppet(puppet, folder)
    progress.wrote(target)


def write(args: Namespace, progress: Progress) -> None:
    """A puppet as MakeItTalk's files."""
    from talkinghead.puppet.legacy import write_legacy
    from talkinghead.puppet.store import load_puppet
    from talkinghead.render.cartoon import CartoonRenderer
    from talkinghead.render.gallery import still

    puppet = load_puppet(args.puppet)
    check_folder(args.out)
    picture = next(CartoonRenderer(puppet).render_rgba(still(puppet.opened)))
    for path in write_legacy(puppet, picture, args.out):
        progress.wrote(path)
