"""Reads networks of TensorFlow Lite, and collects the ONNX nodes that they become."""

import math
from typing import Any, Final

import numpy as np
import tflite

from talkinghead.networks.onnx_graph import FLOAT, Attribute, OnnxGraph
from talkinghead.types import Array

_DTYPES: Final = {
    tflite.TensorType.FLOAT32: np.float32,
    tflite.TensorType.FLOAT16: np.float16,
    tflite.TensorType.INT32: np.int32,
}
_OPERATORS: Final = {
    code: name for name, code in vars(tflite.BuiltinOperator).items() if type(code) is int
}
TO_NCHW: Final = [0, 3, 1, 2]
TO_NHWC: Final = [0, 2, 3, 1]

Node = tuple[str, list[str], str, dict[str, Attribute]]  # operator, inputs, output, attributes


class TfliteGraph:
    """A network of TensorFlow Lite, and the ONNX nodes that it becomes.

    Pictures are NCHW inside, and NHWC at the input and the outputs.
    """

    def __init__(self, data: bytes) -> None:
        self.model = tflite.Model.GetRootAs(data)
        self.graph = self.model.Subgraphs(0)
        self.nodes: list[Node] = []
        self.initializers: dict[str, Array] = {}
        self._names: dict[tuple[str, tuple[int, ...], bytes], str] = {}  # of the initializers
        self._shapes: dict[int, list[int]] = {}
        self.constants: dict[int, Array] = {}
        self.layouts: dict[int, dict[str, str]] = {}  # tensor -> layout -> name of the value
        self.refined: list[list[int]] = []  # vertices of the face mesh in each crop of it

    def shape(self, index: int) -> list[int]:
        """The shape of a tensor as stored: NHWC."""
        if index not in self._shapes:
            tensor = self.graph.Tensors(index)
            self._shapes[index] = [tensor.Shape(i) for i in range(tensor.ShapeLength())]
        return self._shapes[index]

    def emit(self, kind: str, inputs: list[str], **attributes: Attribute) -> str:
        """Add a node; returns the name of its output."""
        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append((kind, inputs, name, attributes))
        return name

    def constant(self, array: Array) -> str:
        """Add a constant; returns its name, as float32 where it is float16."""
        array = np.ascontiguousarray(array)
        content = (array.dtype.name, array.shape, array.tobytes())
        name = self._names.setdefault(content, f"constant_{len(self.initializers)}")
        self.initializers[name] = array
        if array.dtype == np.float16:
            return self.emit("Cast", [name], to=FLOAT)
        return name

    def numbers(self, *values: float) -> str:
        """A constant float32 vector."""
        return self.constant(np.array(values, np.float32))

    def weights(self, index: int) -> Array:
        """The value of a constant tensor."""
        if index not in self.constants:
            tensor = self.graph.Tensors(index)
            raw = self.model.Buffers(tensor.Buffer()).DataAsNumpy().tobytes()
            values = np.frombuffer(raw, _DTYPES[tensor.Type()])
            sparsity = tensor.Sparsity()
            if sparsity is not None:
                values = densify(values, self.shape(index), sparsity)
            self.constants[index] = values.reshape(self.shape(index))
        return self.constants[index]

    def is_constant(self, index: int) -> bool:
        """Whether a tensor holds weights."""
        return index in self.constants or bool(
            self.model.Buffers(self.graph.Tensors(index).Buffer()).DataLength()
        )

    def value(self, index: int, layout: str = "nhwc") -> str:
        """The name of a tensor in a layout."""
        if self.is_constant(index):
            array = self.weights(index)
            if layout == "nchw" and array.ndim == 4:
                array = array.transpose(TO_NCHW)
            elif layout == "nchw" and array.ndim == 3:
                array = array.transpose(2, 0, 1)
            return self.constant(array)
        known = self.layouts[index]
        if len(self.shape(index)) != 4:
            return next(iter(known.values()))
        if layout not in known:
            [other] = known.values()
            known[layout] = self.emit(
                "Transpose", [other], perm=TO_NCHW if layout == "nchw" else TO_NHWC
            )
        return known[layout]

    def choose_layout(self, indices: list[int]) -> str:
        """The layout in which the pictures among the tensors are at hand."""
        return "nchw" if any("nchw" in self.layouts.get(i, {}) for i in indices) else "nhwc"

    def convert(self) -> bytes:
        """The network as the bytes of an ONNX file, its input named "image"."""
        [start] = self.graph.InputsAsNumpy().tolist()
        self.layouts[start] = {"nhwc": "image"}
        for i in range(self.graph.OperatorsLength()):
            operator = self.graph.Operators(i)
            code = self.model.OperatorCodes(operator.OpcodeIndex())
            kind = _OPERATORS[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
            if kind == "CUSTOM":
                kind = code.CustomCode().decode()
            inputs = operator.InputsAsNumpy().tolist()
            [output] = operator.OutputsAsNumpy().tolist()
            getattr(self, kind.lower())(operator, inputs, output)
        outputs = self.graph.OutputsAsNumpy().tolist()
        results = [(self.value(index), self.shape(index)) for index in outputs]
        if self.refined:
            results = [self.refined_mesh([name for name, _ in results]), results[-1]]
        return self._build(self.shape(start), results)

    def _build(self, input_shape: list[int], results: list[tuple[str, list[int]]]) -> bytes:
        """The ONNX file of what the results need."""
        needed, kept = {name for name, _ in results}, []
        for node in reversed(self.nodes):
            if node[2] in needed:
                needed.update(node[1])
                kept.append(node)
        graph = OnnxGraph()
        names = {"": "", "image": graph.input("image", input_shape)}
        for name, array in self.initializers.items():
            if name in needed:
                names[name] = graph.constant(array)
        for kind, inputs, name, attributes in kept[::-1]:
            names[name] = graph.add(kind, *(names[value] for value in inputs), **attributes)
        return graph.model([(names[name], shape) for name, shape in results])

    def refined_mesh(self, outputs: list[str]) -> tuple[str, list[int]]:
        """The mesh (468, 3) with the x and y of lips and eyes from their own branches."""
        points = self.emit("Reshape", [outputs[0], self.constant(np.array([468, 3]))])
        for vertices, output in zip(self.refined, outputs[1:], strict=False):
            places = np.stack(np.broadcast_arrays(np.array(vertices)[:, None], [[0, 1]]), axis=2)
            flat = self.emit("Reshape", [output, self.constant(np.array([len(vertices), 2]))])
            points = self.emit("ScatterND", [points, self.constant(places), flat])
        return points, [468, 3]

    def set_output(self, output: int, layout: str, name: str, activation: int = 0) -> None:
        """Record the name of a tensor in a layout, after the activation fused to its operation."""
        if activation == 1:
            name = self.emit("Relu", [name])
        elif activation == 3:
            zero, six = (self.constant(np.array(limit, np.float32)) for limit in (0, 6))
            name = self.emit("Clip", [name, zero, six])
        elif activation:
            raise ValueError(f"activation {activation} of TensorFlow Lite is not supported")
        self.layouts[output] = {layout: name}

    def pads(self, options: Any, source: int, output: int, kernel: list[int]) -> dict[str, Any]:
        """Strides and padding of a convolution or pooling, as attributes."""
        strides = [options.StrideH(), options.StrideW()]
        before, after = [0, 0], [0, 0]
        if options.Padding() == tflite.Padding.SAME:
            for axis in range(2):
                size, result = self.shape(source)[1 + axis], self.shape(output)[1 + axis]
                total = max((result - 1) * strides[axis] + kernel[axis] - size, 0)
                before[axis], after[axis] = total // 2, total - total // 2
        return {"kernel_shape": kernel, "strides": strides, "pads": before + after}

    def options(self, operator: Any, kind: Any) -> Any:
        table = operator.BuiltinOptions()
        options = kind()
        options.Init(table.Bytes, table.Pos)
        return options


def densify(values: Array, shape: list[int], sparsity: Any) -> Array:
    """A sparse tensor of TensorFlow Lite as a dense one."""
    order = sparsity.TraversalOrderAsNumpy().tolist()
    blocks = sparsity.BlockMapAsNumpy().tolist() if sparsity.BlockMapLength() else []
    block_sizes = [
        sparsity.DimMetadata(i).DenseSize() for i in range(len(shape), len(shape) + len(blocks))
    ]
    outer = list(shape)
    for axis, size in zip(blocks, block_sizes, strict=True):
        outer[axis] //= size
    expanded = outer + block_sizes
    # The stored values level by level: their segment of the level, and their place so far.
    segments, places = np.zeros(1, np.int64), list[Array]()
    for level in range(len(order)):
        metadata = sparsity.DimMetadata(level)
        if metadata.Format() == tflite.DimensionType.DENSE:
            size = metadata.DenseSize()
            counts = np.full(len(segments), size)
            starts = segments * size
        else:
            bounds = _vector(metadata.ArraySegmentsType(), metadata.ArraySegments())
            starts = bounds[segments]
            counts = bounds[segments + 1] - starts
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        segments = np.repeat(starts, counts) + within
        if metadata.Format() != tflite.DimensionType.DENSE:
            within = _vector(metadata.ArrayIndicesType(), metadata.ArrayIndices())[segments]
        places = [np.repeat(place, counts) for place in places] + [within]
    dense = np.zeros([expanded[axis] for axis in order], values.dtype)
    dense[tuple(places)] = values
    dense = dense.transpose(np.argsort(order))  # outer axes, then the axes of the blocks
    for i, axis in reversed(list(enumerate(blocks))):
        dense = np.moveaxis(dense, len(shape) + i, axis + 1)
        merged = list(dense.shape)
        merged[axis : axis + 2] = [math.prod(merged[axis : axis + 2])]
        dense = dense.reshape(merged)
    return np.ascontiguousarray(dense)


def _vector(kind: int, table: Any) -> Array:
    """A vector of indices, int64, of a sparse tensor."""
    classes = {1: tflite.Int32Vector, 2: tflite.Uint16Vector, 3: tflite.Uint8Vector}
    holder = classes[kind]()
    holder.Init(table.Bytes, table.Pos)
    return np.asarray(holder.ValuesAsNumpy(), np.int64)
