"""`talkinghead puppet`: list and check puppets, import and export MakeItTalk's files."""

from argparse import Namespace
from pathlib import Path
from typing import Any

import talkinghead
from talkinghead.cli.options import Parser
from talkinghead.cli.puppet_new import add_authoring
from talkinghead.errors import OutputError, PuppetError
from talkinghead.progress import Progress
from talkinghead.requests.files import check_image_output, check_output_folder, notes_on_replacing

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
    checking = _action(actions, "check", "report and draw what is wrong with a puppet", CHECK)
    _add_puppet(checking)
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
    reading.set_defaults(run=import_puppet)
    writing = _action(actions, "export", "write a puppet as MakeItTalk's files")
    _add_puppet(writing)
    writing.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to write")
    writing.set_defaults(run=export_puppet)
    add_authoring(actions)


def _action(actions: Any, name: str, summary: str, epilog: str = "") -> Parser:
    parser: Parser = actions.add_parser(
        name, help=summary, description=f"{name}: {summary}.", epilog=epilog
    )
    return parser


def _add_puppet(parser: Parser) -> None:
    parser.add_argument("puppet", metavar="NAME", help="of a puppet, or its folder")


def show(args: Namespace, progress: Progress) -> None:
    """Print the puppets; those that cannot be used say why."""
    from talkinghead.puppet.store import describe_puppet, load_puppet, puppet_files

    usable = []
    for name in talkinghead.list_puppets():
        try:
            description = describe_puppet(name)
        except PuppetError as error:
            print(f"{name:16}cannot be used: {error}")
            continue
        usable.append(name)
        width, height = description["canvas"]
        print(f"{name:16}{f'{width} x {height}':14}{description['title']}")
    if args.sheet:
        from talkinghead.media.image import write_image
        from talkinghead.render.contact_sheet import contact_sheet

        if not usable:
            raise PuppetError("there are no puppets to show; 'talkinghead puppet new' makes one")
        check_image_output(args.sheet, *(path for name in usable for path in puppet_files(name)))
        for note in notes_on_replacing(args.sheet):
            progress.note(note)
        write_image(contact_sheet([load_puppet(name) for name in usable]), args.sheet)
        progress.print_output(args.sheet)


def check(args: Namespace, progress: Progress) -> None:
    """Print what is wrong, and draw it."""
    from talkinghead.editor.validation import draw_issues, validate
    from talkinghead.media.image import write_image
    from talkinghead.puppet.store import load_puppet, puppet_files

    puppet = load_puppet(args.puppet)
    target = args.output or Path(f"{puppet.name}_check.png")
    check_image_output(target, *puppet_files(args.puppet))
    issues, mesh = validate(puppet)
    for note in notes_on_replacing(target):
        progress.note(note)
    print("\n".join(map(str, issues)) or f"{puppet.name}: nothing is wrong")
    write_image(draw_issues(puppet, issues, mesh), target)
    progress.print_output(target)
    errors = [issue.message for issue in issues if issue.is_error]
    if errors:
        more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
        raise PuppetError(f"puppet {puppet.name}: {errors[0]}{more}; see {target}")


def import_puppet(args: Namespace, progress: Progress) -> None:
    """Make a puppet's folder from MakeItTalk's files."""
    from talkinghead.puppet.makeittalk import read_makeittalk
    from talkinghead.puppet.store import atomic_folder, save_puppet

    puppet = read_makeittalk(args.folder, args.name)
    target = args.out / puppet.name
    if target.exists():
        raise OutputError(f"{target}: already exists; choose another place with --out")
    check_output_folder(args.out)
    with atomic_folder(target, copy=False) as folder:
        save_puppet(puppet, folder)
    progress.print_output(target)


def export_puppet(args: Namespace, progress: Progress) -> None:
    """Write a puppet as MakeItTalk's files."""
    from talkinghead.puppet.makeittalk import write_makeittalk
    from talkinghead.puppet.store import load_puppet
    from talkinghead.render.cartoon import CartoonRenderer
    from talkinghead.render.contact_sheet import pose_track

    puppet = load_puppet(args.puppet)
    check_output_folder(args.out)
    picture = next(CartoonRenderer(puppet).render_rgba(pose_track(puppet.opened)))
    for path in write_makeittalk(puppet, picture, args.out):
        progress.print_output(path)
