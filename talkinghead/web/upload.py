"""Receives forms: limits their size as they arrive, and stores files under names of its own."""

import re
import shutil
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from talkinghead.errors import InputError
from talkinghead.web.errors import MalformedRequest, TooLarge

_MAX_PARTS: Final = 40  # fields of a form; there are about twenty
_MAX_EXCESS: Final = 4  # bytes read of a form that is too large, relative to the limit


@dataclass(frozen=True)
class Form:
    """A received form. Files have names of our own choosing."""

    texts: Mapping[str, str]  # field -> text; empty fields are left out
    files: Mapping[str, Path]  # field -> where its file is stored
    names: Mapping[Path, str]  # stored file -> the name it was uploaded under


async def receive_form(request: Request, max_bytes: int, folder: Path) -> Form:
    """Read a multipart form of at most `max_bytes`, and store its files in `folder`.

    Raises TooLarge, MalformedRequest for what is no such form, InputError for a repeated field.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise MalformedRequest("send a form: multipart/form-data, as 'curl -F' does")
    stream = _limit_size(request, max_bytes)
    try:
        parser = MultiPartParser(
            request.headers, stream, max_files=_MAX_PARTS, max_fields=_MAX_PARTS
        )
        data = await parser.parse()
    except MultiPartException as error:
        raise MalformedRequest(f"the form cannot be read: {error.message}") from error
    try:
        return await _store(data, folder)
    finally:
        await data.close()  # removes the parser's temporary files


async def _limit_size(request: Request, max_bytes: int) -> AsyncGenerator[bytes, None]:
    """The body of a request; an excess is read for a while and discarded.

    Browsers ignore a response that arrives while they are still sending.
    """
    declared = request.headers.get("content-length", "0")
    too_large = declared.isdecimal() and int(declared) > max_bytes
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        too_large = too_large or size > max_bytes
        if size > _MAX_EXCESS * max_bytes:
            break
        if not too_large:
            yield chunk
    if too_large:
        raise TooLarge(
            f"the files are larger than {max_bytes / 1e6:g} MB together; send smaller ones"
        )


async def _store(data: FormData, folder: Path) -> Form:
    """Files are numbered: nothing that was sent becomes part of a path."""
    texts: dict[str, str] = {}
    files: dict[str, Path] = {}
    names: dict[Path, str] = {}
    for field, value in data.multi_items():
        if field in texts or field in files:
            raise InputError(f"{field}: was sent twice")
        if isinstance(value, UploadFile):
            if not value.filename and not value.size:
                continue  # how browsers send a file input without a file
            path = folder / f"file{len(files)}"
            await run_in_threadpool(_copy, value, path)
            files[field], names[path] = path, displayed_name(value.filename or field)
        elif value.strip():
            texts[field] = value.strip()
    return Form(texts, files, names)


def _copy(upload: UploadFile, path: Path) -> None:
    with path.open("wb") as out:
        shutil.copyfileobj(upload.file, out)


def displayed_name(name: str) -> str:
    """The name of a file as messages show it: no folder, printable, at most 80 characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    printable = re.sub(r"[^\w .()+,@-]", "_", last)
    return printable[-80:] or "file"
