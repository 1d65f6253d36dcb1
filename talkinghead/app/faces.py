"""`talkinghead photo --faces`: several faces of one picture, each with its own recording."""

import re
import time
from argparse import Namespace
from pathlib import Path

from talkinghead.app.files import check_film, check_inputs, named_after
from talkinghead.app.film import Load, develop, load
from talkinghead.app.options import filled
from talkinghead.app.plan import Plan, signature
from talkinghead.app.progress import Progress
from talkinghead.config import Output, Style
from talkinghead.errors import InputError


def by_face(option: str, text: str, what: str, example: str) -> dict[int, str]:
    """Number of a face -> what an option gives it, out of pairs as in `example`."""
    found: dict[int, str] = {}
    for pair in re.split(r"\s+(?=\d+=)", text.strip()):  # paths may hold spaces
        number, _, value = pair.partition("=")
        if not number.isdecimal() or not value or int(number) in found:
            raise InputError(
                f"{option}: {pair!r} is not a face and its {what}, each once, as in '{example}'"
            )
        found[int(number)] = value
    return found


def borrowed(option: str, text: str | None, faces: dict[int, str], what: str) -> dict[int, str]:
    """Number of a face -> whose motion it borrows: one for all, or pairs as --faces has them."""
    if text is None:
        return {}
    if not re.match(r"\s*\d+=", text):
        return dict.fromkeys(faces, text)
    found = by_face(option, text, what, f"0={what.upper()} 1={what.upper()}")
    for number in found:
        if number not in faces:
            raise InputError(
                f"{option}: face {number} says nothing; give it a recording in --faces"
            )
    return found


def _pairs(args: Namespace) -> tuple[dict[int, str], dict[int, str], dict[int, str]]:
    """Number of a face -> its recording, the video and the style that it borrows."""
    said = by_face("--faces", " ".join(args.faces), "recording", "0=a.wav 1=b.wav")
    poses = borrowed("--pose-from", args.pose_from, said, "video")
    return said, poses, borrowed("--style-from", args.style_from, said, "style")


def plan_of_many(args: Namespace) -> Plan:
    """What `photo_of_many` is to do. Raises for what is wrong, as `plan_photo` does."""
    motion = getattr(args, "motion", None)  # MakeItTalk has no such flag
    for name, value in (("AUDIO", args.audio), ("--face", args.face), ("--motion", motion)):
        if value is not None:
            raise InputError(f"--faces names faces and recordings; leave {name} out")
    image = args.image
    said, poses, styles = _pairs(args)
    target = args.output or named_after(image, "faces", Path())
    style, output = filled(Style, args), filled(Output, args)
    for number, audio in said.items():
        check_inputs(image, audio, poses.get(number), styles.get(number), args.ckpt)
    sources = (image, *said.values(), *poses.values(), *styles.values())
    check_film(target, *sources, fps=output.fps)
    return Plan(target, sources, style, output, signature(args, target))


def photo_of_many(args: Namespace, progress: Progress, load: Load = load) -> None:
    """Let several faces of a photo speak."""
    plan = plan_of_many(args)
    said, poses, styles = _pairs(args)
    animator = load(args, progress)

    from talkinghead.scene.faces import speak_together  # imports torch: not for --help

    began = time.monotonic()
    progress.stage("finding the faces")
    references = {video: animator.reference(video) for video in set(poses.values())}
    voices = {name: animator.manner(name) for name in set(styles.values())}
    clip = speak_together(
        animator, args.image, said, plan.style, plan.output,
        references={number: references[video] for number, video in poses.items()},
        manners={number: voices[name] for number, name in styles.items()},
    )  # fmt: skip
    develop(clip, plan, progress, began)
