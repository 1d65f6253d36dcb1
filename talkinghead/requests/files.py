"""Checks of the files that a command reads and writes, before the long work starts."""

import tempfile
from pathlib import Path

from talkinghead.assets import DEMO_PORTRAITS
from talkinghead.errors import AudioError, ImageError, InputError, OutputError
from talkinghead.media.atomic_write import require_readable
from talkinghead.media.formats import check_frame_rate, format_of, frame_number, sequence_audio_path


def is_demo_portrait(image: str | Path) -> bool:
    """Whether this is the name of a demo portrait, and not a file of that name."""
    return str(image) in DEMO_PORTRAITS and not Path(image).exists()


def check_image(image: str | Path) -> str:
    """Refuse a picture that is missing, empty or unreadable, and no demo portrait."""
    if not is_demo_portrait(image):
        require_readable(image, ImageError)
    return str(image)


def check_audio(audio: str | Path) -> Path:
    """Refuse a recording that is missing, empty or unreadable."""
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


def default_output(image: str | Path, audio: str | Path, folder: Path = Path()) -> Path:
    """`folder`/face_speech.mp4 for face.jpg and speech.wav."""
    return folder / f"{Path(image).stem}_{Path(audio).stem}.mp4"
