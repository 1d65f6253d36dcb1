"""Forms as they come in over the network: measured while they arrive, files put where we say."""

import re
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path, PurePosixPath
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from talkinghead.app.page.order import Form
from talkinghead.errors import InputError

_PARTS: Final = 40  # fields of a form; there are about twenty
_PATIENCE: Final = 4  # times the largest form: who sends more is cut off


class NoForm(InputError):
    """A request that is no form."""


class TooLarge(InputError):
    """More bytes than a request may have."""


async def received(request: Request, largest: int) -> FormData:
    """A multipart form of at most `largest` bytes. Close it: its files lie on the disk.

    Raises TooLarge, and NoForm for what is no such form.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise NoForm("send a form: multipart/form-data, as 'curl -F' does")
    parts = _measured(request, largest)
    try:
        parser = MultiPartParser(request.headers, parts, max_files=_PARTS, max_fields=_PARTS)
        return await parser.parse()
    except MultiPartException as error:
        raise NoForm(f"the form cannot be read: {error.message}") from error


async def _measured(request: Request, largest: int) -> AsyncGenerator[bytes, None]:
    """The bytes of a request; what is too much is read on for a while, and thrown away.

    Browsers do not hear an answer that comes while they are still sending.
    """
    declared = request.headers.get("content-length", "0")
    too_large = declared.isdecimal() and int(declared) > largest
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        too_large = too_large or size > largest
        if size > _PATIENCE * largest:
            break
        if not too_large:
            yield chunk
    if too_large:
        most = f"{largest / 1e6:g} MB"
        raise TooLarge(f"the files are larger than {most} together; send smaller ones")


async def unpacked(data: FormData, folder: Path) -> tuple[Form, dict[Path, str]]:
    """The form with its files in `folder`, and what each file was called.

    Files are stored under numbers: nothing that was sent is part of a path.
    """
    texts: dict[str, str] = {}
    files: dict[str, Path] = {}
    names: dict[Path, str] = {}
    for field, value in data.multi_items():
        if field in texts or field in files:
            raise InputError(f"{field}: was sent twice")
        if isinstance(value, UploadFile):
            if not value.filename and not value.size:
                continue  # how browsers send a file that was not chosen
            path = folder / f"file{len(files)}"
            await run_in_threadpool(_copy, value, path)
            files[field], names[path] = path, shown(value.filename or field)
        elif value.strip():
            texts[field] = value.strip()
    return Form(texts, files), names


def _copy(upload: UploadFile, path: Path) -> None:
    with path.open("wb") as out:
        shutil.copyfileobj(upload.file, out)


def shown(name: str) -> str:
    """A file's name as messages show it: no folder, nothing that does not print, not long."""
    last = PurePosixPath(name.replace("\\", "/")).name
    printable = re.sub(r"[^\w .()+,@-]", "_", last)
    return printable[-80:] or "file"
