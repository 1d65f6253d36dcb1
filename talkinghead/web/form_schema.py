"""The fields of the form: the options of photo, cartoon and dub, without those of files."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from pydantic import BaseModel, Field

from talkinghead.config import ModelConfig
from talkinghead.field_options import Kind, Option, options_by_name, options_of
from talkinghead.media.formats import FORMATS
from talkinghead.requests.animation import CartoonRequest, PhotoRequest
from talkinghead.requests.dub import DubRequest
from talkinghead.validation import FrozenModel

REQUESTS: Final[Mapping[str, type[FrozenModel]]] = {
    "photo": PhotoRequest,
    "cartoon": CartoonRequest,
    "dub": DubRequest,
}  # by command
# Texts of a form must never become paths: options that name files of this machine are left out.
UPLOADS: Final = ("background", "style_from", "face_like")  # but for these, which are uploaded
NAMED: Final = ("voice",)  # and these, of which only names are accepted
# What the service decides for all its videos.
NOT_OFFERED: Final = (*options_by_name(ModelConfig), "no_clobber")
VIDEO_FORMATS: Final = [
    suffix.removeprefix(".") for suffix, kind in FORMATS.items() if kind.muxer is not None
]
# Fields that are no options; `SUBJECTS` say what is animated.
SUBJECTS: Final = ("photo", "puppet", "video")
OWN_FIELDS: Final = (*SUBJECTS, "audio", "format")


class FormField(BaseModel):
    """A field of the form that sets an option."""

    name: str
    group: str = Field(description="heading under which --help lists it")
    kind: Kind
    choices: list[str]
    help: str
    default: Any
    low: float | None
    high: float | None
    commands: list[str]


@cache
def offered_options(command: str) -> Mapping[str, Option]:
    """Name of a field -> option of `photo`, `cartoon` or `dub`, in the order of --help."""
    return {
        option.name: option
        for option in options_of(REQUESTS[command])
        if option.name in (*UPLOADS, *NAMED)
        or not (option.is_path or option.name in (*OWN_FIELDS, *NOT_OFFERED))
    }


def form_fields() -> list[FormField]:
    """The fields that set options, each once with the commands that have it."""
    fields: dict[str, FormField] = {}
    for command in REQUESTS:
        for name, option in offered_options(command).items():
            if name not in fields:
                fields[name] = FormField(
                    name=name,
                    group=option.group,
                    kind="text" if name in NAMED else option.kind,
                    choices=list(option.choices),
                    help=option.help.split(" (default")[0].replace("--", ""),
                    default=option.default,
                    low=option.low,
                    high=option.high,
                    commands=[],
                )
            fields[name].commands.append(command)
    return list(fields.values())


def form_json_schema() -> dict[str, Any]:
    """The JSON schema of the form, for the OpenAPI description of the service."""
    upload_or_name = _json_type("name or file")
    properties: dict[str, Any] = {
        "photo": {**upload_or_name, "description": "an image file, or a name out of `portraits`"},
        "puppet": {"type": "string", "description": "instead of a photo: the name of a puppet"},
        "video": {**_json_type("file"), "description": "instead of a photo: a video to dub"},
        "audio": {
            **upload_or_name,
            "description": "a recording, or a name out of `recordings`; or send `say`",
        },
        "say": {},  # these two are filled below, and stand here because they replace `audio`
        "voice": {},
        "format": {"type": "string", "enum": VIDEO_FORMATS, "default": VIDEO_FORMATS[0]},
    }
    for field in form_fields():
        limits = {"minimum": field.low, "maximum": field.high}
        facts = limits if field.kind in ("number", "integer") else {}
        properties[field.name] = {
            **_json_type(field.kind),
            **({"enum": field.choices} if field.choices else {}),
            "description": field.help,
            **{key: value for key, value in facts.items() if value is not None},
        }
    speech = [{"required": ["audio"]}, {"required": ["say"]}]
    return {"type": "object", "anyOf": speech, "properties": properties}


def _json_type(kind: Kind) -> dict[str, Any]:
    file = {"type": "string", "format": "binary"}
    types: Mapping[str, dict[str, Any]] = {
        "number": {"type": "number"},
        "integer": {"type": "integer"},
        "switch": {"type": "boolean"},
        "file": file,
        "name or file": {"anyOf": [{"type": "string"}, file]},
    }
    return dict(types.get(kind, {"type": "string"}))
