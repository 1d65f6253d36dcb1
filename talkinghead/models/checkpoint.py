"""Weights on disk: a safetensors file and its model card (JSON), read and written strictly.

The card holds the network's size, the file's SHA-256, the log-mel constants that the weights
depend on, and where the weights come from: data, licences, training, metrics.
"""

import hashlib
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as pack
from torch import nn

from talkinghead.assets import asset_folder
from talkinghead.errors import OutputError, WeightsError
from talkinghead.models.legacy import FORMAT, upgrade_card, upgrade_tensors
from talkinghead.models.mel import MEL_CONFIG

M = TypeVar("M", bound=nn.Module)
S = TypeVar("S")

FOLDER = asset_folder("ckpt")


def _card_path(path: Path) -> Path:
    return path.with_suffix(".json")


def _card_error(path: Path, reason: str) -> WeightsError:
    if path.suffix != ".safetensors":
        return WeightsError(f"{path}: is no safetensors file; name one")
    return WeightsError(
        f"{_card_path(path)}: the card of {path.name} {reason}; put it back beside the weights"
    )


def _stored_card(path: Path) -> dict[str, Any]:
    """The card as it is on disk, of any format that can be read."""
    card_path = _card_path(path)
    if not path.is_file():
        raise WeightsError(
            f"{path}: no such weights; the repository carries them in ckpt/, "
            "or make them with 'talkinghead train'"
        )
    try:
        card = json.loads(card_path.read_text())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _card_error(path, f"cannot be read ({reason})") from error
    if not isinstance(card, dict) or not {"size", "sha256"} <= card.keys():
        raise _card_error(path, "lacks 'size' or 'sha256'")
    version = card.get("format", 1)
    if version not in range(1, FORMAT + 1):
        raise WeightsError(
            f"{card_path}: has format {version!r}, and this version reads up to {FORMAT}; "
            "update talkinghead, or take the weights of this version"
        )
    mel = card.get("mel", dict(MEL_CONFIG))  # format 1 does not name them
    if mel != MEL_CONFIG:
        stored = mel if isinstance(mel, dict) else {}
        differing = sorted(name for name in MEL_CONFIG if stored.get(name) != MEL_CONFIG[name])
        raise WeightsError(
            f"{card_path}: the weights were trained on another log-mel "
            f"({', '.join(differing) or 'more constants'}); take those of this version of "
            "talkinghead, or train them again"
        )
    return card


def read_card(path: Path) -> dict[str, Any]:
    """The model card beside the weights `path`, in today's format.

    Raises WeightsError where weights or card are missing or damaged, for a format of a later
    version, and for weights that were trained on another log-mel.
    """
    return upgrade_card(_stored_card(path))


def identity(path: Path) -> str:
    """The SHA-256 by which other cards refer to these weights.

    It stays what it was when weights are converted to another format.
    """
    card = read_card(path)
    return str(card.get("original_sha256", card["sha256"]))


def read_tensors(path: Path) -> dict[str, torch.Tensor]:
    """The tensors in `path`, under today's names. Raises WeightsError for a wrong checksum."""
    card = _stored_card(path)
    if hashlib.sha256(path.read_bytes()).hexdigest() != card["sha256"]:
        raise WeightsError(f"{path}: the file is not the one its card describes; fetch it again")
    try:
        tensors = load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise WeightsError(f"{path}: is no safetensors file ({reason}); fetch it again") from error
    return upgrade_tensors(card, tensors)


def _without_infinities(value: Any) -> Any:
    """A value for JSON, which has neither infinity nor NaN: null in their place."""
    if isinstance(value, dict):
        return {key: _without_infinities(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_infinities(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_tensors(tensors: dict[str, torch.Tensor], path: Path, card: dict[str, Any]) -> None:
    """Write tensors as safetensors and the card beside them; format and checksum are added.

    Raises OutputError.
    """
    packed = pack({name: value.contiguous() for name, value in tensors.items()})
    stamp = {"format": FORMAT, "sha256": hashlib.sha256(packed).hexdigest()}
    text = json.dumps(_without_infinities({**stamp, **card}), indent=2, allow_nan=False) + "\n"
    partial, partial_card = path.with_suffix(".partial"), path.with_suffix(".json.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(packed)
        partial_card.write_text(text)
        partial.replace(path)  # one right after the other: a file without its card is refused
        partial_card.replace(_card_path(path))
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(f"{path}: cannot be written ({reason}); check the disk") from error
    finally:
        partial.unlink(missing_ok=True)
        partial_card.unlink(missing_ok=True)


def load(net: M, path: Path, device: str = "cpu") -> M:
    """Fill `net` from `path` and set it to eval mode.

    Raises WeightsError for a wrong checksum, and for missing or unexpected tensors.
    """
    state = {name: value.float() for name, value in read_tensors(path).items()}
    try:
        net.load_state_dict(state, strict=True)
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise WeightsError(
            f"{path}: the weights do not fit the network ({reason}); take those of this version "
            "of talkinghead, or train them again"
        ) from error
    return net.to(device).eval()


def build(network: Callable[[S], M], size: Callable[..., S], path: Path, device: str = "cpu") -> M:
    """The network in `path`, built to the `size` in its card and filled.

    Raises WeightsError for what `load` refuses, and for a card of another kind of network.
    """
    try:
        hyperparameters = size(**read_card(path)["size"])
    except (TypeError, ValueError) as error:
        raise WeightsError(
            f"{path}: the weights are of a network of another shape ({error}); "
            "take those of this version of talkinghead, or train them again"
        ) from error
    return load(network(hyperparameters), path, device)


def save(net: nn.Module, path: Path, card: dict[str, Any]) -> None:
    """Write the weights as fp16 safetensors; the card also gets checksum and log-mel constants."""
    state = {
        name: value.detach().cpu().to(torch.float16 if value.is_floating_point() else value.dtype)
        for name, value in net.state_dict().items()
    }
    write_tensors(state, path, {"mel": dict(MEL_CONFIG), **card})
