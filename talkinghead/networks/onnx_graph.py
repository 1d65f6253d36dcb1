"""Writes networks as ONNX models, without the `onnx` package, which wants another protobuf.

A model is a protocol buffer of a few messages (onnx.proto of ONNX 1.13: opset 17, IR version 8).
"""

import struct
from collections.abc import Sequence
from typing import Final

import numpy as np

from talkinghead.types import Array

_OPSET: Final = 17
_IR_VERSION: Final = 8
_DATA_TYPES: Final = {"float32": 1, "int64": 7, "float16": 10}  # TensorProto.DataType
FLOAT: Final = 1  # TensorProto.DataType of float32, for Cast
# AttributeProto.AttributeType
_FLOAT, _INT, _STRING, _INTS = 1, 2, 3, 7

Attribute = float | int | str | Sequence[int]


class OnnxGraph:
    """A graph of ONNX operators, built from its inputs to its outputs."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []
        self._inputs: list[bytes] = []
        self._count = 0

    def input(self, name: str, shape: Sequence[int]) -> str:
        """Add a float32 input; returns its name."""
        self._inputs.append(_value_info(name, shape))
        return name

    def constant(self, values: Array) -> str:
        """Add a constant, float16, float32 or int64; returns its name."""
        name = self._new_name("constant")
        data = np.ascontiguousarray(values)
        message = b"".join(_integer(1, length) for length in data.shape)
        message += _integer(2, _DATA_TYPES[data.dtype.name])
        message += _text(8, name) + _block(9, data.tobytes())
        self._constants.append(message)
        return name

    def add(self, operator: str, *inputs: str, **attributes: Attribute) -> str:
        """Add a node with one output; returns the name of that. An input "" is left out."""
        name = self._new_name(operator)
        message = b"".join(_text(1, value) for value in inputs) + _text(2, name)
        message += _text(3, name) + _text(4, operator)
        message += b"".join(_block(5, _attribute(*item)) for item in attributes.items())
        self._nodes.append(message)
        return name

    def model(self, outputs: Sequence[tuple[str, Sequence[int]]]) -> bytes:
        """The model whose outputs are these values, of these shapes, as the bytes of its file."""
        graph = b"".join(_block(1, node) for node in self._nodes) + _text(2, "talkinghead")
        graph += b"".join(_block(5, constant) for constant in self._constants)
        graph += b"".join(_block(11, value) for value in self._inputs)
        graph += b"".join(_block(12, _value_info(name, shape)) for name, shape in outputs)
        opset = _text(1, "") + _integer(2, _OPSET)
        return (
            _integer(1, _IR_VERSION) + _text(2, "talkinghead") + _block(7, graph) + _block(8, opset)
        )

    def _new_name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}_{self._count}"


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1  # negative numbers are in two's complement of 64 bits
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _integer(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _block(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _text(field: int, value: str) -> bytes:
    return _block(field, value.encode())


def _attribute(name: str, value: Attribute) -> bytes:
    out = _text(1, name)
    if isinstance(value, float):
        return out + _varint(2 << 3 | 5) + struct.pack("<f", value) + _integer(20, _FLOAT)
    if isinstance(value, int):
        return out + _integer(3, value) + _integer(20, _INT)
    if isinstance(value, str):
        return out + _text(4, value) + _integer(20, _STRING)
    return out + b"".join(_integer(8, item) for item in value) + _integer(20, _INTS)


def _value_info(name: str, shape: Sequence[int]) -> bytes:
    dimensions = b"".join(_block(1, _integer(1, length)) for length in shape)
    tensor = _integer(1, _DATA_TYPES["float32"]) + _block(2, dimensions)
    return _text(1, name) + _block(2, _block(1, tensor))
