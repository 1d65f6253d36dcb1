"""`talkinghead scene`: a file that says who stands where and who speaks when, to a video."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

import time
from argparse import Namespace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from talkinghead.app.files import check_film, check_image, check_manner
from talkinghead.app.film import Load, add_output, develop, load
from talkinghead.app.options import Parser, add_models, add_reporting
from talkinghead.app.plan import Plan, signature
from talkinghead.app.progress import Progress
from talkinghead.config import Output, Style
from talkinghead.errors import TalkingHeadError
from talkinghead.media.formats import format_of

if TYPE_CHECKING:
    from talkinghead.scene.record import SceneRecord

EXAMPLES = """\
examples:
  talkinghead scene examples/scene.yaml -o scene.mp4
  talkinghead scene talk.yaml -o talk.webm --size 640
the file, with paths that begin where it lies:
  format: 1
  canvas: [1280, 720]            # pixels
  background: '#cfe3ee'          # or a picture; without it, webm and its like are transparent
  fps: 25
  end: 0.5                       # seconds after the last sound
  actors:
    wolf:
      puppet: wilk               # a name or a folder; or 'photo: face.jpg'
      at: [0.28, 0.56]           # its centre, in shares of the canvas
      height: 0.9                # in shares of the canvas's height
      mirror: true
      layer: 1                   # larger is nearer
      style: {amp_pos: 1.5}      # as the flags of 'talkinghead cartoon'
      style_from: lively         # as --style-from: a recording, or one of 'talkinghead styles'
      pose_from: nods.mp4        # as --pose-from
  lines:
    - {actor: wolf, audio: hello.wav}
    - {actor: wolf, audio: more.wav, pause: 0.6}    # seconds after the line before
    - {actor: wolf, audio: end.wav, start: 12.5}    # seconds from the beginning
"""


def configure(parser: Parser) -> None:
    """The options of `scene`."""
    parser.epilog = EXAMPLES
    parser.add_argument("scene", metavar="SCENE.yaml", help="who stands where, who speaks when")
    add_output(parser, "SCENE.mp4")
    group = parser.add_argument_group("the video")
    group.add_argument(
        "--fps", type=float, metavar="N", help="frames per second (default: the scene's)"
    )
    group.add_argument(
        "--size", type=int, metavar="N",
        help="pixels of the longer side (default: the scene's canvas)",
    )  # fmt: skip
    add_models(parser)
    add_reporting(parser)
    parser.set_defaults(run=scene, plan=plan_scene)


def check_cast(record: SceneRecord, ckpt: Path | None) -> None:
    """Refuse puppets, photos and styles that are not there. Raises InputError for the field."""
    from talkinghead.puppet.store import files_of
    from talkinghead.scene.fields import wrong

    for actor in record.actors:
        for field, name, look in (
            ("puppet", actor.puppet, files_of),
            ("photo", actor.photo, check_image),
            ("style_from", actor.style_from, lambda name: check_manner(name, ckpt)),
        ):
            try:
                if name is not None:
                    look(name)
            except TalkingHeadError as error:
                where = f"actors.{actor.name}.{field}"
                raise wrong(record.path, where, f"cannot be used: {error}") from error


def plan_scene(args: Namespace) -> Plan:
    """What `scene` is to do. Raises for what can be seen to be wrong without the networks."""
    from talkinghead.puppet.store import files_of
    from talkinghead.scene.record import read_scene

    target = args.output or Path(f"{Path(args.scene).stem}.mp4")
    record = read_scene(args.scene)
    fps = record.fps if args.fps is None else args.fps
    asked = Output(fps=fps, size=args.size)  # refuses what is out of range
    check_cast(record, args.ckpt)
    puppets = (files_of(actor.puppet) for actor in record.actors if actor.puppet is not None)
    sources = (*record.sources, *chain.from_iterable(puppets))
    check_film(target, *sources, fps=fps)
    return Plan(target, sources, Style(), asked, signature(args, target))


def scene(args: Namespace, progress: Progress, load: Load = load) -> None:
    """Play a scene."""
    from talkinghead.scene.record import read_scene

    began = time.monotonic()
    plan = plan_scene(args)
    record = read_scene(args.scene)
    animator = load(args, progress)

    from talkinghead.scene.direct import direct  # imports torch: not for --help

    progress.stage("setting the scene")
    clip = direct(
        animator,
        record,
        size=plan.output.size,
        fps=plan.output.fps,
        transparent=format_of(plan.target).cutout,
    )
    develop(clip, plan, progress, began)
