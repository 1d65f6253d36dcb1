"""`talkinghead convert`: what one voice said, in another voice."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

import time
from argparse import Namespace
from pathlib import Path

from talkinghead.app.files import check_inputs, check_target, named_after
from talkinghead.app.options import Parser, add_models, add_reporting
from talkinghead.app.progress import Progress
from talkinghead.errors import AudioError, OutputError

EXAMPLES = """\
examples:
  talkinghead convert mine.wav hers.wav -o converted.wav
  talkinghead convert lecture.mp4 interview.mp3
"""


def configure(parser: Parser) -> None:
    """The options of `convert`."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "source", metavar="SOURCE", help="what is said: a recording, or a video with sound"
    )
    parser.add_argument(
        "target", metavar="TARGET", help="whose voice says it: some seconds of any speech"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="OUT.wav",
        help="the sound to write (default: SOURCE_TARGET.wav in the folder you are in)",
    )  # fmt: skip
    add_models(parser, detector=False)
    add_reporting(parser)
    parser.set_defaults(run=convert)


def convert(args: Namespace, progress: Progress) -> None:
    """Say SOURCE in the voice of TARGET, write it, and print the path of what was written."""
    began = time.monotonic()
    out = args.output or named_after(args.source, args.target, Path()).with_suffix(".wav")
    check_inputs(None, args.source)
    check_inputs(None, args.target)
    check_target(out, args.source, args.target)
    if out.suffix.lower() != ".wav":
        raise OutputError(f"{out}: unknown suffix {out.suffix!r}; name it .wav")

    from talkinghead.media.audio import read_audio, write_wav  # imports FFmpeg: not for --help
    from talkinghead.models import pick_device
    from talkinghead.speech.convert import VoiceConverter

    progress.stage("loading the networks")
    converter = VoiceConverter(device=pick_device(args.device), ckpt=args.ckpt)
    progress.stage("listening")
    source, target = read_audio(args.source), read_audio(args.target)
    progress.stage("speaking")
    try:
        wave = converter(source, target)
    except AudioError as error:  # it knows no file names
        raise AudioError(f"{args.target}: {error}") from error
    write_wav(wave, out)
    progress.success(output=str(out), seconds=round(time.monotonic() - began, 2))
    progress.wrote(out)
