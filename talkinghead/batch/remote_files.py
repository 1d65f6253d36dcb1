"""Files of jobs on an object store: s3://, gs:// and what else fsspec reaches.

Networks and codecs work on local files. Where the jobs are checked, a placeholder stands for each
remote file; the worker that does the job downloads it, and uploads the video once it is whole.
"""

import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from talkinghead.errors import InputError, OutputError
from talkinghead.field_options import Option, parse_numbered

_SCHEMES: Final = ("s3", "gs", "gcs", "az", "abfs", "file")
_REMOTE: Final = re.compile(rf"({'|'.join(_SCHEMES)})://")
_LOCAL_ONLY: Final = ("scene", "puppet", "ckpt", "credentials")  # several files, or secrets


def is_remote(value: object) -> bool:
    """Whether this names a file on an object store."""
    return isinstance(value, str) and _REMOTE.match(value) is not None


class RemoteFiles:
    """Local paths for remote files, in a folder that the caller removes."""

    def __init__(self, folder: Path, is_worker: bool = False):
        self._folder, self._is_worker = folder, is_worker
        self._local: dict[str, Path] = {}  # by address
        self._count = 0

    def localize(
        self, fields: Mapping[str, Any], options: Mapping[str, Option]
    ) -> tuple[dict[str, Any], str | None]:
        """The fields with local paths in place of addresses, and the address of the output.

        In a worker the files are downloaded, elsewhere they must exist. Raises InputError.
        """
        result, output = dict(fields), None
        for name, value in fields.items():
            option = options.get(name.replace("-", "_"))
            if option is None or not option.is_path or option.name in _LOCAL_ONLY:
                continue
            if option.kind == "output":
                if is_remote(value):
                    output = value
                    result[name] = f"{self._new_folder()}/{value.rpartition('/')[2]}"
            else:
                result[name] = self._with_local_paths(option, value)
        return result, output

    def keep_only(self, fields: Iterable[Any]) -> None:
        """Remove what was downloaded for other values of fields than these."""
        kept = " ".join(map(str, fields))
        for address in [address for address in self._local if address not in kept]:
            shutil.rmtree(self._local.pop(address).parent, ignore_errors=True)

    def upload(self, target: Path, address: str) -> None:
        """Move what was written beside `target` to the folder of an address. Raises OutputError.

        Each file appears there whole or not at all.
        """
        folder = address.rpartition("/")[0]
        system, _ = file_system(address)
        try:
            if "file" in system.protocol:  # object stores have no folders
                system.makedirs(folder, exist_ok=True)
            for path in sorted(target.parent.iterdir()):
                with (
                    system.transaction,
                    path.open("rb") as source,
                    system.open(f"{folder}/{path.name}", "wb") as copy,
                ):
                    shutil.copyfileobj(source, copy, 2**22)
        except Exception as error:  # of the many libraries below fsspec
            raise OutputError(f"{address}: cannot be written ({_reason(error)})") from error
        finally:
            shutil.rmtree(target.parent, ignore_errors=True)

    def _with_local_paths(self, option: Option, value: Any) -> Any:
        if option.flag.numbered and (isinstance(value, list | dict) or "://" in str(value)):
            value = parse_numbered(option, value) or value
        if isinstance(value, dict):
            return {key: self._local_path(item) for key, item in value.items()}
        return self._local_path(value)

    def _local_path(self, value: Any) -> Any:
        """A value, or the local path of an address."""
        if not is_remote(value):
            return value
        if value not in self._local:
            system, path = file_system(value)
            info = _checked(lambda: system.info(path), value)
            if info["type"] != "file" or not info["size"]:
                raise InputError(f"{value}: is empty or a folder; name a file")
            local = self._new_folder() / path.rpartition("/")[2]
            if self._is_worker:
                _checked(lambda: system.get_file(path, str(local)), value)
            else:  # so its digest changes with the file
                local.write_text(f"{value} {system.ukey(path)}")
            self._local[value] = local
        return str(self._local[value])

    def _new_folder(self) -> Path:
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir()
        return folder


def exists(address: str) -> bool:
    """Whether there is such a file. Raises InputError if the store does not answer."""
    system, path = file_system(address)
    return bool(_checked(lambda: system.exists(path), address))


def file_system(address: str) -> tuple[Any, str]:
    """fsspec's file system of an address, and the path in it. Raises InputError."""
    try:
        import fsspec

        system, path = fsspec.core.url_to_fs(address)
    except ImportError as error:
        raise InputError(f"{address}: {error}; pip install 'talkinghead[storage]'") from error
    return system, path


def _checked(call: Callable[[], Any], address: str) -> Any:
    """What a call to a store returns. Raises InputError for a missing file, else OSError."""
    try:
        return call()
    except FileNotFoundError as error:
        raise InputError(f"{address}: no such file; check the address") from error
    except Exception as error:  # of the many libraries below fsspec
        raise OSError(f"{address}: cannot be read ({_reason(error)})") from error


def _reason(error: Exception) -> str:
    """The message of an error in one line."""
    return " ".join(str(error).split()) or type(error).__name__
