"""Turns a form into the request that the command line would make of the same options."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from talkinghead.assets import DEMO_PORTRAITS
from talkinghead.errors import AudioError, ImageError, InputError
from talkinghead.field_options import Option
from talkinghead.media.audio_decoder import audio_seconds
from talkinghead.media.video_reader import probe_video
from talkinghead.puppet.store import list_puppets
from talkinghead.requests.animation import CartoonRequest, PhotoRequest
from talkinghead.requests.dub import DubRequest
from talkinghead.requests.files import name_of_speech
from talkinghead.speech.speaking_styles import find_style
from talkinghead.speech.voices import find_voice
from talkinghead.web.form_schema import (
    OWN_FIELDS,
    REQUESTS,
    SUBJECTS,
    UPLOADS,
    VIDEO_FORMATS,
    offered_options,
)
from talkinghead.web.job_queue import Limits
from talkinghead.web.upload import Form

FormRequest = PhotoRequest | CartoonRequest | DubRequest
LETTERS_PER_MINUTE: Final = 900  # of speech, and rather more than people speak
FORMER_NAMES: Final = {"picture": "photo", "sound": "audio"}


def read_form(
    form: Form, folder: Path, recordings: Mapping[str, Path], limits: Limits, ckpt: Path | None
) -> FormRequest:
    """The validated request of a form; its video will be written into `folder`.

    Demo portraits, recordings, puppets and speaking styles are looked up by name: no text
    becomes a path. Raises TalkingHeadError for what cannot be rendered.
    """
    texts = {_field(name): text for name, text in form.texts.items()}
    files = {_field(name): path for name, path in form.files.items()}
    sent = [name for name in SUBJECTS if name in {*texts, *files}]
    if len(sent) > 1:
        raise InputError(f"{' and '.join(sent)} exclude each other; send one of them")
    subject = sent[0] if sent else "photo"
    command = COMMANDS[subject]
    video_format = texts.get("format", VIDEO_FORMATS[0])
    if video_format not in VIDEO_FORMATS:
        raise InputError(
            f"format: {video_format!r} cannot be written; choose {', '.join(VIDEO_FORMATS)}"
        )
    fields: dict[str, Any] = {
        subject: SUBJECT_READERS[subject](texts, files),
        "audio": _audio(texts, files, recordings),
        "output": folder / f"video.{video_format}",
        **_options(texts, files, offered_options(command), ckpt),
    }
    for name in ("audio", "style_from"):
        if name in files:
            _check_duration(files[name], limits)
    if len(texts.get("say", "")) > LETTERS_PER_MINUTE * limits.max_audio:
        raise InputError(f"say: would last longer than {limits.max_audio:g} minutes; shorten it")
    if command == "dub":
        _check_video(files["video"], limits)
    if ckpt is not None:
        fields["ckpt"] = ckpt.absolute()
    request = REQUESTS[command].from_fields(fields, base=folder)
    assert isinstance(request, PhotoRequest | CartoonRequest | DubRequest)
    return request


def video_title(request: FormRequest, names: Mapping[Path, str]) -> str:
    """The name of the downloaded video: face_speech for face.jpg and speech.wav as uploaded."""
    if isinstance(request, DubRequest):
        subject = request.video
    else:
        subject = request.puppet if isinstance(request, CartoonRequest) else request.photo
    paths = (Path(subject), Path(name_of_speech(request.audio, request.say)))
    return "_".join(Path(names.get(path, path)).stem for path in paths)


def _field(name: str) -> str:
    """The current name of a field, in either spelling."""
    return FORMER_NAMES.get(name, name.replace("-", "_"))


def _photo(texts: Mapping[str, str], files: Mapping[str, Path]) -> Path | str:
    if path := files.get("photo"):
        return path
    name = texts.get("photo")
    if name is None:
        raise InputError("no photo and no puppet was sent; send one of them")
    if name not in DEMO_PORTRAITS:
        raise ImageError(f"photo: send a file, or one of the names {', '.join(DEMO_PORTRAITS)}")
    return name


def _video(texts: Mapping[str, str], files: Mapping[str, Path]) -> Path:
    if path := files.get("video"):
        return path
    raise InputError("video: send a file")


def _puppet(texts: Mapping[str, str], files: Mapping[str, Path]) -> str:
    if "puppet" in files:
        raise InputError("puppet: takes a text, not a file")
    name, known = texts["puppet"], list_puppets()
    if name not in known:
        raise InputError(f"unknown puppet {name!r}; known: {', '.join(known)}")
    return name


COMMANDS: Final = {"photo": "photo", "puppet": "cartoon", "video": "dub"}  # by subject
SUBJECT_READERS: Final[Mapping[str, Callable[[Mapping[str, str], Mapping[str, Path]], Any]]] = {
    "photo": _photo,
    "puppet": _puppet,
    "video": _video,
}


def _audio(
    texts: Mapping[str, str], files: Mapping[str, Path], recordings: Mapping[str, Path]
) -> Path | None:
    """The recording; None for a text to say."""
    if path := files.get("audio"):
        return path
    name = texts.get("audio")
    if name is None and "say" in texts:
        return None
    if name is None:
        raise InputError("no audio was sent; send a recording, or a text to say")
    if name not in recordings:
        raise AudioError(f"audio: send a file, or one of the names {', '.join(recordings)}")
    return recordings[name]


def _options(
    texts: Mapping[str, str],
    files: Mapping[str, Path],
    offered: Mapping[str, Option],
    ckpt: Path | None,
) -> dict[str, Path | str]:
    """Values of the options by name. Raises InputError for a field that the page lacks."""
    values: dict[str, Path | str] = {}
    for name in (*texts, *files):
        if name in OWN_FIELDS:
            continue
        if name not in offered:
            known = ", ".join((*OWN_FIELDS, *offered))
            raise InputError(f"there is no field {name!r}; there are: {known}")
        if name in files:
            if name not in UPLOADS:
                raise InputError(f"{name}: takes a text, not a file")
            values[name] = files[name]
        elif offered[name].kind == "name or file":
            CHECKS[name](texts[name], ckpt)
            values[name] = texts[name]
        elif offered[name].is_path:
            raise InputError(f"{name}: send a file")
        else:
            values[name] = texts[name]
    return values


def _check_voice(name: str, ckpt: Path | None) -> None:
    """Refuse a file of this machine in place of the name of a voice."""
    del ckpt
    if name.endswith(".onnx") or "/" in name or "\\" in name:
        raise InputError(f"voice: {name!r} is no name of a voice")
    find_voice(name)


# Options that are names or files: here they are names.
CHECKS: Final[Mapping[str, Callable[[str, Path | None], object]]] = {
    "style_from": find_style,
    "voice": _check_voice,
}


def _check_video(path: Path, limits: Limits) -> None:
    if probe_video(path).seconds > 60 * limits.max_audio:
        raise InputError(f"{path}: is longer than {limits.max_audio:g} minutes; cut it")


def _check_duration(path: Path, limits: Limits) -> None:
    longest = 60 * limits.max_audio
    if audio_seconds(path, longest) > longest:
        raise AudioError(f"{path}: is longer than {limits.max_audio:g} minutes; cut it")
