"""Writes a face with blendshapes and their animation as a binary glTF 2.0 file (.glb)."""

import json
import struct
from pathlib import Path
from typing import Any, Final

import numpy as np

from talkinghead.media.atomic_write import atomic_write
from talkinghead.media.synthetic_label import MOTION_COMMENT
from talkinghead.types import Array

_FLOAT, _UNSIGNED_INT = 5126, 5125  # componentType
_ARRAY_BUFFER, _ELEMENT_ARRAY_BUFFER = 34962, 34963  # target
_JSON_CHUNK, _BINARY_CHUNK = 0x4E4F534A, 0x004E4942
_TO_GLTF: Final = np.array([1, -1, -1])  # from x right, y down, z away to y up and z to the viewer
METERS: Final = 0.14  # of a face width, the unit of the points


class _Buffer:
    """Collects arrays as accessors of one buffer."""

    def __init__(self) -> None:
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []
        self.data = bytearray()

    def add(self, array: Array, kind: str, target: int | None = None, limits: bool = False) -> int:
        """Add an array (n,) or (n, components), and return the index of its accessor."""
        self.views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": array.nbytes})
        if target is not None:
            self.views[-1]["target"] = target
        self.data += array.tobytes()
        accessor: dict[str, Any] = {
            "bufferView": len(self.views) - 1,
            "componentType": _FLOAT if array.dtype == np.float32 else _UNSIGNED_INT,
            "count": len(array),
            "type": kind,
        }
        if limits:
            flat = array.reshape(len(array), -1)
            accessor["min"] = flat.min(axis=0).tolist()
            accessor["max"] = flat.max(axis=0).tolist()
        self.accessors.append(accessor)
        return len(self.accessors) - 1


def write_glb(
    path: Path,
    points: Array,
    triangles: Array,
    shapes: dict[str, Array],
    weights: Array,
    rotation: Array,
    translation: Array,
    fps: float,
) -> None:
    """Write a mesh of `points` (n, 3) in face units and `triangles` (m, 3), atomically.

    `shapes` are displacements (n, 3) by name, `weights` (t, len(shapes)) their animation.
    `rotation` (t, 3, 3) and `translation` (t, 3) move the head, in the axes of the points: x right,
    y down, z away. In the file a unit is a meter, y is up and the face looks along z.
    """
    from scipy.spatial.transform import Rotation

    buffer = _Buffer()

    def vectors(values: Array) -> Array:
        return np.ascontiguousarray(values * _TO_GLTF * METERS, dtype=np.float32)

    def position(values: Array) -> int:
        return buffer.add(vectors(values), "VEC3", _ARRAY_BUFFER, limits=True)

    flat = np.ascontiguousarray(triangles.reshape(-1), dtype=np.uint32)
    primitive: dict[str, Any] = {
        "attributes": {"POSITION": position(points)},
        "indices": buffer.add(flat, "SCALAR", _ELEMENT_ARRAY_BUFFER),
        "material": 0,
        "targets": [{"POSITION": position(field)} for field in shapes.values()],
    }
    turns = Rotation.from_matrix(_TO_GLTF[:, None] * rotation * _TO_GLTF).as_quat()
    times = buffer.add(
        np.arange(len(weights), dtype=np.float32) / np.float32(fps), "SCALAR", limits=True
    )
    outputs = {
        "weights": buffer.add(np.ascontiguousarray(weights.reshape(-1), np.float32), "SCALAR"),
        "rotation": buffer.add(np.ascontiguousarray(turns, np.float32), "VEC4"),
        "translation": buffer.add(vectors(translation), "VEC3"),
    }
    document = {
        "asset": {"version": "2.0", "generator": "talkinghead", "copyright": MOTION_COMMENT},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"name": "Head", "mesh": 0}],
        "meshes": [
            {
                "name": "Face",
                "primitives": [primitive],
                "weights": [0.0] * len(shapes),
                "extras": {"targetNames": list(shapes)},
            }
        ],
        "materials": [
            {
                "name": "Skin",
                "doubleSided": True,
                "pbrMetallicRoughness": {
                    "baseColorFactor": [0.8, 0.6, 0.5, 1.0],
                    "metallicFactor": 0.0,
                    "roughnessFactor": 0.8,
                },
            }
        ],
        "animations": [
            {
                "name": "Speech",
                "channels": [
                    {"sampler": at, "target": {"node": 0, "path": name}}
                    for at, name in enumerate(outputs)
                ],
                "samplers": [
                    {"input": times, "output": output, "interpolation": "LINEAR"}
                    for output in outputs.values()
                ],
            }
        ],
        "buffers": [{"byteLength": len(buffer.data)}],
        "bufferViews": buffer.views,
        "accessors": buffer.accessors,
    }
    _write(path, document, bytes(buffer.data))


def _write(path: Path, document: dict[str, Any], data: bytes) -> None:
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    data += b"\0" * (-len(data) % 4)
    length = 12 + 8 + len(text) + 8 + len(data)
    with atomic_write(path) as temporary, temporary.open("wb") as out:
        out.write(struct.pack("<4sII", b"glTF", 2, length))
        out.write(struct.pack("<II", len(text), _JSON_CHUNK) + text)
        out.write(struct.pack("<II", len(data), _BINARY_CHUNK) + data)
