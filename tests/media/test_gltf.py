"""A .glb holds the mesh, its named shapes and their animation, as the glTF specification says."""

import json
import struct

import numpy as np
import pytest

from talkinghead.media.gltf import METERS, write_glb

POINTS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, -1]], np.float32)
SHAPES = {"jawOpen": np.array([[0, 0, 0], [0, 0, 0], [0, 0.5, 0]]), "tongueOut": np.zeros((3, 3))}
WEIGHTS = np.array([[0, 0], [1, 0], [0.25, 0]], np.float32)


@pytest.fixture
def path(tmp_path):
    turns = np.repeat(np.eye(3)[None], 3, axis=0)
    moves = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]])
    out = tmp_path / "face.glb"
    write_glb(out, POINTS, np.array([[0, 2, 1]]), SHAPES, WEIGHTS, turns, moves, 25)
    return out


def test_chunks_accessors_and_animation_agree(path):
    data = path.read_bytes()
    magic, version, length = struct.unpack_from("<4sII", data)
    assert (magic, version, length) == (b"glTF", 2, len(data))
    size, kind = struct.unpack_from("<I4s", data, 12)
    assert (kind, size % 4) == (b"JSON", 0)
    document = json.loads(data[20 : 20 + size])
    binary = data[28 + size :]
    assert struct.unpack_from("<I4s", data, 20 + size) == (len(binary), b"BIN\0")

    def values(index):
        accessor = document["accessors"][index]
        view = document["bufferViews"][accessor["bufferView"]]
        start = view["byteOffset"]
        kind = {5126: "<f4", 5125: "<u4"}[accessor["componentType"]]
        found = np.frombuffer(binary[start : start + view["byteLength"]], kind)
        return found.reshape(accessor["count"], -1)

    [mesh] = document["meshes"]
    [primitive] = mesh["primitives"]
    assert mesh["extras"]["targetNames"] == list(SHAPES)
    flipped = POINTS * [1, -1, -1] * METERS
    np.testing.assert_allclose(values(primitive["attributes"]["POSITION"]), flipped, atol=1e-7)
    lowered = values(primitive["targets"][0]["POSITION"])
    np.testing.assert_allclose(lowered[2], [0, -0.5 * METERS, 0], atol=1e-7)
    [animation] = document["animations"]
    by_path = {c["target"]["path"]: animation["samplers"][c["sampler"]]
               for c in animation["channels"]}  # fmt: skip
    np.testing.assert_allclose(values(by_path["weights"]["output"]).ravel(), WEIGHTS.ravel())
    np.testing.assert_allclose(values(by_path["weights"]["input"]).ravel(), [0, 0.04, 0.08])
    np.testing.assert_allclose(values(by_path["rotation"]["output"]), [[0, 0, 0, 1]] * 3)
    moved = values(by_path["translation"]["output"])
    np.testing.assert_allclose(moved[1], [0, -METERS, 0], atol=1e-7)


def test_pygltflib_reads_it(path):
    library = pytest.importorskip("pygltflib", reason="pygltflib is not installed")
    document = library.GLTF2().load(str(path))
    assert document.meshes[0].extras["targetNames"] == list(SHAPES)
    assert document.animations[0].channels[0].target.path == "weights"
