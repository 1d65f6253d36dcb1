"""`talkinghead photo --faces`: several faces of one picture, each with its own recording."""

import time
from argparse import Namespace
from pathlib import Path

from talkinghead.app.files import check_film, check_inputs, named_after
from talkinghead.app.film import develop, load
from talkinghead.app.options import filled
from talkinghead.app.progress import Progress
from talkinghead.config import Output, Style
from talkinghead.errors import InputError


def voices(args: Namespace) -> dict[int, str]:
    """Number of a face -> recording, as --faces names them."""
    found: dict[int, str] = {}
    for pair in " ".join(args.faces).split():
        number, _, audio = pair.partition("=")
        if not number.isdecimal() or not audio or int(number) in found:
            raise InputError(
                f"--faces: {pair!r} is not a face and its recording, each once, as in "
                "'0=a.wav 1=b.wav'"
            )
        found[int(number)] = audio
    return found


def photo_of_many(args: Namespace, progress: Progress) -> None:
    """Let several faces of a photo speak."""
    for name, value in (("AUDIO", args.audio), ("--face", args.face)):
        if value is not None:
            raise InputError(f"--faces names faces and recordings; leave {name} out")
    borrowing = [name for name in ("pose_from", "style_from") if getattr(args, name, None)]
    if borrowing:
        raise InputError(f"--{borrowing[0]} is for one face; leave it or --faces out")
    image, named = args.image, voices(args)
    target = args.output or named_after(image, "faces", Path())
    style, output = filled(Style, args), filled(Output, args)
    for audio in named.values():
        check_inputs(image, audio)
    check_film(target, image, *named.values())
    animator = load(args, progress)

    from talkinghead.scene.faces import speak_together  # imports torch: not for --help

    began = time.monotonic()
    progress.stage("finding the faces")
    develop(speak_together(animator, image, named, style, output), target, progress, began)
