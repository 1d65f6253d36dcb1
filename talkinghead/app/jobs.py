"""The videos that MakeItTalk's command lines ask for: recordings times styles."""

from argparse import Namespace
from pathlib import Path
from typing import NamedTuple

from talkinghead.app.files import check_folder, named_after
from talkinghead.errors import InputError
from talkinghead.home import home

EXAMPLES = home("examples")


class Job(NamedTuple):
    """One video to make."""

    audio: str
    manner: str | None  # a recording or a stored style
    target: Path


def manners_of(args: Namespace) -> list[str | None]:
    """Whose manner is borrowed, one video each; None: the speaker's own."""
    if args.styles and args.style_from:
        raise InputError("--style-from and --reuse_train_emb_list say the same; leave one out")
    styles = list(dict.fromkeys(args.styles))
    if len(styles) > 1 and getattr(args, "faces", None):
        raise InputError(
            "--reuse_train_emb_list: with --faces name one style for all, or --style-from '0=A 1=B'"
        )
    return styles or [args.style_from]


def found(name: str) -> str:
    """A path as it stands; otherwise, as in MakeItTalk, a file in examples/."""
    example = EXAMPLES / name
    return str(example) if not Path(name).exists() and example.is_file() else name


def jobs_of(args: Namespace, image: str, manners: list[str | None]) -> list[Job]:
    """The recording that is named, or every wav in examples/, with each of the manners."""
    if args.output is None:
        check_folder(args.output_folder)
    if args.audio:
        recordings = [found(args.audio)]
    else:
        recordings = [str(path) for path in sorted(EXAMPLES.glob("*.wav"))]
    if not recordings:
        raise InputError(f"{EXAMPLES}: holds no wav; name a recording with --audio")
    if args.output is not None and len(recordings) * len(manners) > 1:
        raise InputError(
            f"--out {args.output}: names one video; give one recording with --audio, and one style"
        )
    jobs = []
    for audio in recordings:
        for manner in manners:
            target = args.output or named_after(image, audio, args.output_folder)
            if manner is not None and len(manners) > 1:
                target = target.with_stem(f"{target.stem}_{Path(manner).stem}")
            jobs.append(Job(audio, manner, target))
    if len({job.target for job in jobs}) < len(jobs):
        raise InputError("--reuse_train_emb_list: two styles would name one video; rename one")
    return jobs
