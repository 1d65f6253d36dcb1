"""Checks of the files that a command reads and writes, before the long work starts."""

import os
import re
import tempfile
from itertools import chain, count
from pathlib import Path

from talkinghead.assets import DEMO_PORTRAITS, asset_folder
from talkinghead.errors import AudioError, ImageError, InputError, OutputError
from talkinghead.media.atomic_write import fit_name, is_url, require_readable, similar_name
from talkinghead.media.formats import check_frame_rate, format_of, frame_number, sequence_audio_path


def is_demo_portrait(image: str | Path) -> bool:
    """Whether this is the name of a demo portrait, and not a file of that name."""
    return str(image) in DEMO_PORTRAITS and not Path(image).exists()


def check_image(image: str | Path) -> str:
    """Refuse a picture that is missing, empty or unreadable, and no demo portrait."""
    if is_demo_portrait(image):
        return str(image)
    if not os.path.lexists(image) and (advice := _advice_on_image(str(image))) is not None:
        raise ImageError(f"{image}: {advice}")
    require_readable(image, ImageError)
    return str(image)


def _advice_on_image(name: str) -> str | None:
    """What was meant by the name of a picture that does not exist, as far as it is no file's."""
    from talkinghead.puppet.store import list_puppets  # imports numpy: not for --help

    if name == "none":
        return "is no picture; 'motion' and 'plot' know it as the mean face; give a picture"
    puppets = list_puppets()
    if (puppet := Path(name).stem) in puppets:
        return f"is a puppet and no picture; use 'talkinghead cartoon {puppet} AUDIO'"
    if (example := _example(name)) is not None:
        return f"no such file; did you mean {example}?"
    if Path(name).name != name or is_url(name):
        return None
    nearby = (path.name for path in Path().iterdir())
    similar = similar_name(name, [*DEMO_PORTRAITS, *puppets, *nearby])
    if similar in DEMO_PORTRAITS:
        return f"no such file; did you mean the demo portrait {similar}?"
    if similar in puppets:
        return f"no such file; did you mean the puppet {similar}, of 'talkinghead cartoon'?"
    return None


def _example(name: str) -> Path | None:
    """The file of that name in examples/."""
    path = asset_folder("examples") / Path(name).name
    return path if path.is_file() else None


def check_audio(audio: str | Path) -> Path:
    """Refuse a recording that is missing, empty or unreadable."""
    example = None if os.path.lexists(audio) or not str(audio) else _example(str(audio))
    if example is not None:
        raise AudioError(f"{audio}: no such file; did you mean {example}?")
    return require_readable(audio, AudioError)


def check_file(path: str | Path) -> Path:
    """Refuse any other file that is missing, empty or unreadable."""
    return require_readable(path, InputError)


def check_speaking_style(style: str, ckpt: Path | None) -> None:
    """Refuse what is neither a readable recording nor the name of a stored style."""
    if Path(style).exists() and not Path(style).is_dir():
        check_audio(style)
        return
    from talkinghead.speech.speaking_styles import find_style  # imports torch: not for --help

    find_style(style, ckpt)


def check_output(target: Path, *inputs: str | Path | None) -> None:
    """Refuse a file that could not be written, or that would replace one of the inputs.

    An input may be None, or a name that is no file's. Nothing is left behind: missing folders
    are made when there is something to put in.
    """
    if target == Path():
        raise OutputError("the output has an empty name, or that of this folder; name a file")
    if is_url(target) and not Path(target.parts[0]).exists():
        raise OutputError(f"{target}: is an address; name a file on this machine")
    if target.is_dir():
        raise OutputError(f"{target}: is a folder; name the file to write in it")
    for source in (name for name in inputs if name):
        if target.exists() and Path(source).exists() and target.samefile(source):
            raise OutputError(f"{target}: would replace what is read; choose another name")
    check_output_folder(target.absolute().parent, target)


def check_image_output(target: Path, *inputs: str | Path | None) -> None:
    """As `check_output`, for a picture: its suffix must be one that can be written."""
    from talkinghead.media.image import image_format  # imports numpy: not for --help

    check_output(target, *inputs)
    image_format(target)


def check_weights_output(target: Path) -> None:
    """As `check_output`, for weights, whose suffix is .safetensors."""
    check_output(target)
    if target.suffix != ".safetensors":
        raise OutputError(
            f"{target}: unknown suffix {target.suffix!r}; name it {target.stem}.safetensors"
        )


def check_video_output(target: Path, *inputs: str | Path | None, fps: float = 0) -> None:
    """As `check_output`, for a video: its suffix must be that of a format, which allows `fps`.

    A frame sequence replaces, or removes, the frames of an older one and its wav, nothing else.
    """
    check_output(target, *inputs)
    check_frame_rate(target, fps)
    if format_of(target).muxer is not None:
        return
    folder, audio = target.parent.resolve(), sequence_audio_path(target).name
    for source in (name for name in inputs if name):
        path = Path(source).resolve()
        replaced = path.name == audio or frame_number(target, path.name) is not None
        if path.parent == folder and replaced:
            raise OutputError(
                f"{target}: would replace {source}, which is read; choose another folder"
            )
    from talkinghead.media.frame_sequence import find_older_frames  # imports FFmpeg: not for --help

    find_older_frames(target)


def check_output_folder(folder: Path, named: Path | None = None) -> None:
    """Refuse a folder in which no file can be made; `named` is what the message calls it."""
    place = folder.absolute()
    try:
        while not place.exists():
            place = place.parent
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        raise OutputError(
            f"{named or folder}: cannot be written ({error.strerror or error}); "
            "choose another place"
        ) from error


def default_output(*sources: str | Path, folder: Path = Path(), suffix: str = ".mp4") -> Path:
    """`folder`/face_speech.mp4 for face.jpg and speech.wav; a name that is too long is cut."""
    return folder / fit_name("_".join(Path(source).stem for source in sources), suffix)


def name_of_speech(audio: str | Path | None, say: str | None) -> str | Path:
    """For `default_output`: the recording, or the first words of a text."""
    if audio is not None:
        return audio
    return "-".join(re.findall(r"\w+", say or "")[:5])


def is_taken(target: Path) -> bool:
    """Whether something would be replaced: a file, or any frame of a frame sequence."""
    if target.suffix.lower() != ".png" or "%" not in target.name:
        return os.path.lexists(target) and not target.is_dir()
    if not target.parent.is_dir():
        return False
    names = (path.name for path in target.parent.iterdir())
    return any(frame_number(target, name) is not None for name in names)


def free_path(target: Path) -> Path:
    """The path itself, or the first of face-2.mp4, face-3.mp4 and so on that is not taken.

    Of a frame sequence the folder is numbered, or the names where the folder is the current one.
    """
    candidates = (_numbered(target, number) for number in count(2))
    return next(path for path in chain([target], candidates) if not is_taken(path))


def _numbered(target: Path, number: int) -> Path:
    if target.suffix.lower() == ".png" and "%" in target.name:
        folder = target.parent
        if folder.name in ("", ".."):
            return target.with_name(f"{number}_{target.name}")
        return folder.with_name(fit_name(folder.name, f"-{number}")) / target.name
    return target.with_name(fit_name(target.stem, f"-{number}{target.suffix}"))


def notes_on_replacing(*targets: Path, option: bool = False) -> tuple[str, ...]:
    """A line about each output that exists; `option`: whether the command has --no-clobber."""
    remedy = "; --no-clobber would number the new one" if option else ""
    return tuple(
        f"{target}: exists and will be replaced{remedy}" for target in targets if is_taken(target)
    )
