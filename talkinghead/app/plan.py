"""What a command that makes a film is to do, once its words have been looked at."""

from argparse import Namespace
from pathlib import Path
from typing import NamedTuple

from talkinghead.app.files import check_film, check_inputs, named_after
from talkinghead.app.options import filled
from talkinghead.config import Output, Style
from talkinghead.errors import InputError
from talkinghead.media.files import readable
from talkinghead.media.formats import format_of
from talkinghead.media.provenance import Credentials


class Plan(NamedTuple):
    """A film that can be made, as far as this can be told before the networks are there."""

    target: Path
    sources: tuple[str | Path | None, ...]  # what is read for it; some are names only
    style: Style
    output: Output
    credentials: Credentials | None  # who signs it


def plan_photo(args: Namespace) -> Plan:
    """What `photo` is to do. Raises for what can be seen to be wrong without the networks."""
    if args.faces:
        from talkinghead.app.faces import plan_of_many

        return plan_of_many(args)
    if args.audio is None:
        raise InputError("no AUDIO was named; give a recording, or --faces with one for each")
    target = args.output or named_after(args.image, args.audio, Path())
    style, output = filled(Style, args), filled(Output, args)
    check_inputs(args.image, args.audio, args.pose_from, args.style_from, args.ckpt)
    check_motion(args.motion)
    sources = (args.image, args.audio, args.pose_from, args.style_from, args.motion)
    check_film(target, *sources, fps=output.fps)
    return Plan(target, sources, style, output, signature(args, target))


def plan_cartoon(args: Namespace) -> Plan:
    """What `cartoon` is to do. Raises for what can be seen to be wrong without the networks."""
    from talkinghead.puppet.store import files_of

    target = args.output or named_after(args.puppet, args.audio, Path())
    style, output = filled(Style, args), filled(Output, args)
    check_inputs(args.background, args.audio, args.pose_from, args.style_from, args.ckpt)
    check_motion(args.motion)
    named = (args.background, args.audio, args.pose_from, args.style_from, args.motion)
    sources = (*named, *files_of(args.puppet))
    check_film(target, *sources, fps=output.fps)
    clear(args, target)
    return Plan(target, sources, style, output, signature(args, target))


def check_motion(motion: Path | None) -> None:
    """Refuse a motion that is missing, empty or unreadable."""
    if motion is not None:
        readable(motion, InputError)


def signature(args: Namespace, target: Path) -> Credentials | None:
    """Who signs the video, if --credentials says so; a signature that fails is told now."""
    if args.credentials is None:
        return None
    credentials = Credentials(*args.credentials)
    credentials.check(target)
    return credentials


def clear(args: Namespace, target: Path) -> bool:
    """Whether the puppet's background is left out: where that is asked for, or expected."""
    kind = format_of(target)
    if args.transparent and args.background:
        raise InputError("--transparent and --background exclude each other; leave one out")
    if args.transparent and kind.muxer is not None and kind.clear is None:
        raise InputError(
            f"{target}: {target.suffix} keeps no transparency; name it .webm, .mov, .webp or .gif"
        )
    return bool(args.transparent or (kind.cutout and not args.background))
