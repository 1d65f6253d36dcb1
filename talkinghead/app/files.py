"""Files named on the command line: looked at before the long work starts."""

import tempfile
from pathlib import Path

from talkinghead.errors import AudioError, ImageError, InputError, OutputError
from talkinghead.media.files import readable
from talkinghead.media.formats import check_rate, format_of, number_in, sound_beside
from talkinghead.media.samples import PORTRAITS
from talkinghead.media.take import older_take


def is_sample(image: str) -> bool:
    """Whether this is the name of a sample portrait, and not a file of that name."""
    return image in PORTRAITS and not Path(image).exists()


def check_inputs(
    image: str | None,
    audio: str,
    video: str | None = None,
    manner: str | None = None,
    ckpt: Path | None = None,
) -> None:
    """Refuse files that are missing, empty or unreadable, and styles that nobody stored."""
    if image is not None:
        check_image(image)
    readable(audio, AudioError)
    if video is not None:
        readable(video, InputError)
    if manner is not None:
        check_manner(manner, ckpt)


def check_image(image: str) -> None:
    """Refuse a picture that is missing, empty or unreadable, and no sample."""
    if not is_sample(image):
        readable(image, ImageError)


def check_manner(manner: str, ckpt: Path | None) -> None:
    """Refuse what is neither a recording nor a style that somebody stored."""
    if Path(manner).exists() and not Path(manner).is_dir():
        readable(manner, AudioError)
        return
    from talkinghead.speech.styles import find_style  # imports torch: not for --help

    find_style(manner, ckpt)


def check_target(target: Path, *inputs: str | Path | None) -> None:
    """Refuse a file that could not be written, or that would replace one of the inputs.

    An input may be None, or a name that is no file's. Nothing is left behind: missing folders
    are made when there is something to put in.
    """
    if target.is_dir():
        raise OutputError(f"{target}: is a folder; name the file to write in it")
    for source in (name for name in inputs if name):
        if target.exists() and Path(source).exists() and target.samefile(source):
            raise OutputError(f"{target}: would replace what is read; choose another name")
    check_folder(target.absolute().parent, target)


def check_picture(target: Path, *inputs: str | Path | None) -> None:
    """As `check_target`, for a picture: its ending must be one that can be written."""
    from talkinghead.media.image import picture_format  # imports numpy: not for --help

    check_target(target, *inputs)
    picture_format(target)


def check_weights(target: Path) -> None:
    """As `check_target`, for weights: they are known again by their ending."""
    check_target(target)
    if target.suffix != ".safetensors":
        raise OutputError(
            f"{target}: unknown suffix {target.suffix!r}; name it {target.stem}.safetensors"
        )


def check_film(target: Path, *inputs: str | Path | None, fps: float = 0) -> None:
    """As `check_target`, for a video: its ending must be one that can be written, at this rate.

    Numbered pictures replace, or remove, those of an older take and its wav, and nothing else.
    """
    check_target(target, *inputs)
    check_rate(target, fps)
    if format_of(target).muxer is not None:
        return
    folder, sound = target.parent.resolve(), sound_beside(target).name
    for source in (name for name in inputs if name):
        path = Path(source).resolve()
        lost = path.name == sound or number_in(target, path.name) is not None
        if path.parent == folder and lost:
            raise OutputError(
                f"{target}: would replace {source}, which is read; choose another folder"
            )
    older_take(target)


def check_folder(folder: Path, named: Path | None = None) -> None:
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


def named_after(image: str, audio: str, folder: Path) -> Path:
    """`folder`/face_speech.mp4 for face.jpg and speech.wav."""
    return folder / f"{Path(image).stem}_{Path(audio).stem}.mp4"
