"""`talkinghead convert`: voice conversion of a recording to another speaker."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

import time
from argparse import Namespace
from pathlib import Path

from talkinghead.cli.options import Parser, add_no_clobber, add_options, add_reporting, read_options
from talkinghead.config import ComputeConfig
from talkinghead.errors import AudioError, OutputError
from talkinghead.progress import Progress
from talkinghead.requests.files import (
    check_audio,
    check_output,
    default_output,
    free_path,
    notes_on_replacing,
)

EXAMPLES = """\
examples:
  talkinghead convert mine.wav hers.wav -o converted.wav
  talkinghead convert lecture.mp4 interview.mp3
"""


def configure(parser: Parser) -> None:
    """The options of `convert`."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "source", metavar="SOURCE", help="the words: a recording, or a video with audio"
    )
    parser.add_argument("target", metavar="TARGET", help="the voice: some seconds of any speech")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="OUT.wav",
        help="the audio to write (default: SOURCE_TARGET.wav in the folder you are in)",
    )  # fmt: skip
    add_no_clobber(parser)
    add_options(parser, ComputeConfig)
    add_reporting(parser)
    parser.set_defaults(run=convert)


def convert(args: Namespace, progress: Progress) -> None:
    """Convert SOURCE to the voice of TARGET, and print the path of what was written."""
    began = time.monotonic()
    out = args.output or default_output(args.source, args.target, suffix=".wav")
    out = free_path(out) if args.no_clobber else out
    models = read_options(ComputeConfig, args)
    check_audio(args.source)
    check_audio(args.target)
    check_output(out, args.source, args.target)
    if out.suffix.lower() != ".wav":
        raise OutputError(f"{out}: unknown suffix {out.suffix!r}; name it .wav")
    for note in notes_on_replacing(out, option=True):
        progress.note(note)

    from talkinghead.media.audio import read_audio, write_wav  # imports FFmpeg: not for --help
    from talkinghead.media.synthetic_label import VOICE_COMMENT
    from talkinghead.model_set import pick_device
    from talkinghead.speech.voice_conversion import VoiceConverter

    progress.stage("loading the networks")
    converter = VoiceConverter(device=pick_device(models.device), ckpt=models.ckpt)
    progress.stage("reading the audio")
    source = read_audio(args.source, notify=progress.note)
    target = read_audio(args.target, notify=progress.note)
    progress.stage("converting the voice")
    try:
        wave = converter(source, target)
    except AudioError as error:  # it knows no file names
        raise AudioError(f"{args.target}: {error}") from error
    write_wav(wave, out, synthetic=VOICE_COMMENT)
    progress.success(output=str(out), seconds=round(time.monotonic() - began, 2))
    progress.print_output(out)
