"""The one door for weights: safetensors in, a filled module in eval mode out, strictly."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as in_bytes
from torch import nn

from talkinghead.errors import OutputError, WeightsError
from talkinghead.home import home

M = TypeVar("M", bound=nn.Module)
S = TypeVar("S")

FOLDER = home("ckpt")


def _card_of(path: Path) -> Path:
    return path.with_suffix(".json")


def _no_card(path: Path, why: str) -> WeightsError:
    if path.suffix != ".safetensors":
        return WeightsError(f"{path}: is no safetensors file; name one")
    return WeightsError(
        f"{_card_of(path)}: the card of {path.name} {why}; put it back beside the weights"
    )


def read_card(path: Path) -> dict[str, Any]:
    """The JSON card beside `path`: sizes, checksum, data, licences, figures."""
    card = _card_of(path)
    if not path.is_file():
        raise WeightsError(
            f"{path}: no such weights; the repository carries them in ckpt/, "
            "or make them with 'talkinghead train'"
        )
    try:
        found = json.loads(card.read_text())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _no_card(path, f"cannot be read ({reason})") from error
    if not isinstance(found, dict) or not {"size", "sha256"} <= found.keys():
        raise _no_card(path, "lacks 'size' or 'sha256'")
    return found


def read(path: Path) -> dict[str, torch.Tensor]:
    """The tensors in `path`; a checksum that is not the card's is an error."""
    card = read_card(path)
    if hashlib.sha256(path.read_bytes()).hexdigest() != card["sha256"]:
        raise WeightsError(f"{path}: the file is not the one its card describes; fetch it again")
    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise WeightsError(f"{path}: is no safetensors file ({reason}); fetch it again") from error


def write(tensors: dict[str, torch.Tensor], path: Path, card: dict[str, Any]) -> None:
    """Tensors as safetensors, and beside them the card, which gets their checksum.

    Raises OutputError.
    """
    packed = in_bytes({name: value.contiguous() for name, value in tensors.items()})
    said = json.dumps({"sha256": hashlib.sha256(packed).hexdigest(), **card}, indent=2) + "\n"
    partial, told = path.with_suffix(".partial"), path.with_suffix(".json.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(packed)
        told.write_text(said)
        partial.replace(path)  # one right after the other: a file without its card is refused
        told.replace(_card_of(path))
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(f"{path}: cannot be written ({reason}); check the disk") from error
    finally:
        partial.unlink(missing_ok=True)
        told.unlink(missing_ok=True)


def load(net: M, path: Path, device: str = "cpu") -> M:
    """Fill `net` from `path`; a wrong checksum, missing or unexpected weights are errors."""
    state = {name: value.float() for name, value in read(path).items()}
    try:
        net.load_state_dict(state, strict=True)
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise WeightsError(f"{path}: the weights do not fit the network ({reason})") from error
    return net.to(device).eval()


def build(kind: Callable[[S], M], size: Callable[..., S], path: Path, device: str = "cpu") -> M:
    """The network in `path`, of the `size` that its card says, filled.

    Raises WeightsError for what `load` refuses, and for a card of a network of another shape.
    """
    try:
        shape = size(**read_card(path)["size"])
    except (TypeError, ValueError) as error:
        raise WeightsError(
            f"{path}: the weights are of a network of another shape ({error}); "
            "take those of this version of talkinghead, or train them again"
        ) from error
    return load(kind(shape), path, device)


def save(net: nn.Module, path: Path, card: dict[str, Any]) -> None:
    """Write the weights as fp16 safetensors and the card with sizes and checksum beside them."""
    state = {
        name: value.detach().cpu().to(torch.float16 if value.is_floating_point() else value.dtype)
        for name, value in net.state_dict().items()
    }
    write(state, path, card)
