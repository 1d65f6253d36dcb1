"""`talkinghead puppet new` and `puppet edit`: make a puppet from a picture, move its points."""

from __future__ import annotations  # evaluated, they would import numpy: --help must not

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from talkinghead.cli.errors import run_guarded
from talkinghead.cli.options import Parser, add_options, add_reporting, read_options
from talkinghead.config import ComputeConfig, DetectorConfig
from talkinghead.errors import FaceError, ImageError, InputError, OutputError
from talkinghead.progress import Progress
from talkinghead.requests.files import check_output_folder, is_demo_portrait
from talkinghead.requests.input_types import FACE_HELP

if TYPE_CHECKING:
    from talkinghead.puppet.face_fit import Box
    from talkinghead.types import Array

NEW = """\
examples:
  talkinghead puppet new drawing.png rosa
  talkinghead puppet new dragon.png dragon --box 310,120,420,480
  talkinghead puppet edit rosa
"""
EDIT = """\
Opens a page that only this machine can reach; Ctrl-C closes it.

examples:
  talkinghead puppet edit rosa
  talkinghead puppet edit puppets/rosa --port 8080 --no-browser
"""


def add_authoring(actions: Any) -> None:
    """`new` and `edit` among the actions of `puppet` (what argparse's add_subparsers returns)."""
    for name, configure, summary in (
        ("new", configure_new, "make a puppet from a picture"),
        ("edit", configure_edit, "move a puppet's points, in the browser"),
    ):
        configure(actions.add_parser(name, help=summary, description=f"{name}: {summary}."))


def configure_new(parser: Parser) -> None:
    """The options of `puppet new`."""
    parser.epilog = NEW
    parser.add_argument(
        "image", metavar="IMAGE", help="a drawing, painting or photo; transparency is kept"
    )
    parser.add_argument("name", metavar="NAME", help="of the puppet: letters, digits, - and _")
    _common(parser)
    parser.set_defaults(run=new)


def _common(parser: Parser) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("puppets"),
        metavar="DIR",
        help="where the puppet's folder is made (default: %(default)s)",
    )
    parser.add_argument(
        "--box",
        metavar="X,Y,W,H",
        help="the face in pixels of the picture, brows to chin and ear to ear, for a face that "
        "is not found; the mean face is put there",
    )
    parser.add_argument("--force", action="store_true", help="replace a puppet of that name")
    parser.add_argument(
        "--licence",
        default="unknown",
        metavar="TEXT",
        help="of the picture, for the puppet's record (default: %(default)s)",
    )
    parser.add_argument("--face", type=int, metavar="N", help=FACE_HELP)
    add_options(parser, DetectorConfig, only=("detector",))
    add_reporting(parser)


def configure_edit(parser: Parser) -> None:
    """The options of `puppet edit`."""
    parser.epilog = EDIT
    parser.add_argument("puppet", metavar="NAME", help="of a puppet, or its folder")
    parser.add_argument(
        "--port", type=int, metavar="P", help="of the page (default: one that is free)"
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address, and open no browser"
    )
    add_options(parser, ComputeConfig, only=("ckpt",))
    parser.set_defaults(run=edit)


def new(args: Namespace, progress: Progress) -> None:
    """Make a puppet from a picture."""
    from talkinghead.face.segmentation import person_matte
    from talkinghead.media.image import read_rgba
    from talkinghead.puppet.author import (
        build_puppet,
        draft_puppet,
        limit_size,
        validate_name,
        write_puppet,
    )

    folder = args.out / validate_name(args.name)
    box = None if args.box is None else _box(args.box)
    if folder.exists() and not args.force:
        raise OutputError(f"{folder}: already exists; choose another name, or give --force")
    check_output_folder(args.out, folder)
    if is_demo_portrait(args.image):
        picture = _sample(args.image)
    else:
        picture = read_rgba(args.image, progress.note)
    picture, scale = limit_size(picture)
    if min(picture.shape[:2]) < 64:
        raise ImageError(f"{args.image}: is smaller than 64 pixels; give a larger picture")
    progress.stage("finding the face")
    points, is_detected = _points(args, picture, box and _scale_box(box, scale), progress)
    progress.stage("drawing mouth and eyelids")
    draft = draft_puppet(picture, points)
    title, licence = (" ".join(text.split()) for text in (Path(args.image).stem, args.licence))
    about = {"title": title or args.name, "licence": licence or "unknown"}
    puppet = build_puppet(args.name, draft, person_matte, **about)
    progress.stage("writing")
    write_puppet(puppet, draft, folder, force=args.force)
    if not is_detected:
        progress.note(f"{folder}: now move the points into place: talkinghead puppet edit {folder}")
    progress.success(output=str(folder), found=is_detected, layers=list(puppet.layers))
    progress.print_output(folder)


def _sample(name: str) -> Array:
    import numpy as np

    from talkinghead.media.loading import demo_portrait

    image = demo_portrait(name)
    return np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])


def _box(text: str) -> Box:
    try:
        x, y, width, height = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InputError(
            f"--box {text!r} must be four numbers x,y,width,height in pixels"
        ) from error
    return x, y, width, height


def _scale_box(box: Box, scale: float) -> Box:
    x, y, width, height = (value * scale for value in box)
    return x, y, width, height


def _points(
    args: Namespace, picture: Array, box: Box | None, progress: Progress
) -> tuple[Array, bool]:
    """The points of the face in a picture (h, w, 4), and whether a face was detected."""
    from talkinghead.face.detectors import load_detector
    from talkinghead.puppet.face_fit import (
        check_upright,
        composite_on_grey,
        find_faces,
        fit_drawn_eyes,
        guess_face_box,
        mean_face_in_box,
        select_face,
    )

    height, width = picture.shape[:2]
    if box is not None:
        x, y, wide, high = box
        if not (0 <= x <= x + wide <= width and 0 <= y <= y + high <= height):
            raise InputError(f"--box {args.box} does not lie in the picture")
    detector = load_detector(read_options(DetectorConfig, args).detector)
    faces = find_faces(
        composite_on_grey(picture),
        lambda view: [face.points for face in detector.detect(view)],
        box,
    )
    if faces:
        points = select_face(faces, args.face, args.image, progress.note)
        check_upright(points, args.image)
        return fit_drawn_eyes(picture, points), True
    if args.face is not None:
        raise FaceError(f"{args.image}: found no face, so there is no face {args.face}; use --box")
    where = "the middle of the picture" if box is None else "the box"
    progress.note(f"{args.image}: found no face; the mean face was put into {where}")
    return mean_face_in_box(box or guess_face_box(picture[..., 3])), False


def edit(args: Namespace, progress: Progress) -> None:
    """Open the editor and stay until Ctrl-C."""
    from talkinghead.editor.serve import serve

    serve(
        args.puppet,
        args.port,
        not args.no_browser,
        read_options(ComputeConfig, args).ckpt,
        progress,
    )


def new_main(argv: Sequence[str] | None = None) -> int:
    """`main_gen_new_puppet.py`; the exit status."""
    parser = Parser(
        prog="main_gen_new_puppet.py",
        description="Make a puppet from a picture.",
        epilog="Then: talkinghead puppet edit NAME, talkinghead cartoon NAME AUDIO",
    )
    parser.add_argument("image", metavar="IMAGE", help="a drawing, painting or photo")
    parser.add_argument(
        "name", metavar="NAME", nargs="?", help="of the puppet (default: the picture's)"
    )
    _common(parser)
    try:
        args = parser.parse_args(argv)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    if args.name is None:
        args.name = _puppet_name(args.image)
    return run_guarded(args, new)


def _puppet_name(image: str) -> str:
    """A puppet's name out of a file's, blanks and dots replaced."""
    stem = "".join(c if c.isascii() and c.isalnum() else "_" for c in Path(image).stem)
    return stem.strip("_")[:64] or "puppet"
