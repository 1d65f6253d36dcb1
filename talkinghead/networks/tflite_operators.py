"""The operations of MediaPipe's networks: from TensorFlow Lite's to ONNX's.

The weights stay as they are, in half precision; the three operations that are MediaPipe's own are
expressed in standard ones.
"""

from typing import Any

import numpy as np
import tflite
from flatbuffers import flexbuffers

from talkinghead.networks.onnx_graph import FLOAT
from talkinghead.networks.tflite_graph import TO_NCHW, TfliteGraph
from talkinghead.types import Array


class TfliteConverter(TfliteGraph):
    """Converts one network: one method for each operation, named as in TensorFlow Lite."""

    def dequantize(self, operator: Any, inputs: list[int], output: int) -> None:
        self.constants[output] = self.weights(inputs[0])  # stays in half precision in the file

    densify = dequantize

    def conv_2d(self, operator: Any, inputs: list[int], output: int) -> None:
        options = self.options(operator, tflite.Conv2DOptions)
        assert (options.DilationHFactor(), options.DilationWFactor()) == (1, 1)
        kernel = self.weights(inputs[1]).transpose(0, 3, 1, 2)
        self.convolve(options, inputs, output, kernel, 1)

    def depthwise_conv_2d(self, operator: Any, inputs: list[int], output: int) -> None:
        options = self.options(operator, tflite.DepthwiseConv2DOptions)
        assert (options.DilationHFactor(), options.DilationWFactor()) == (1, 1)
        kernel = self.weights(inputs[1]).transpose(3, 0, 1, 2)
        self.convolve(options, inputs, output, kernel, self.shape(inputs[0])[3])

    def convolve(
        self, options: Any, inputs: list[int], output: int, kernel: Array, group: int
    ) -> None:
        values = [self.value(inputs[0], "nchw"), self.constant(kernel)]
        if len(inputs) > 2 and inputs[2] >= 0:
            values.append(self.value(inputs[2]))
        attributes = self.pads(options, inputs[0], output, list(kernel.shape[2:]))
        name = self.emit("Conv", values, group=group, **attributes)
        self.set_output(output, "nchw", name, options.FusedActivationFunction())

    def convolution2dtransposebias(self, operator: Any, inputs: list[int], output: int) -> None:
        kernel = self.weights(inputs[1])  # output channels, height, width, input channels
        assert operator.CustomOptionsAsNumpy()[[4, 8]].tolist() == [2, 2]
        assert kernel.shape[1:3] == (2, 2)  # as large as the stride: nothing overlaps
        values = [self.value(inputs[0], "nchw"), self.constant(kernel.transpose(3, 0, 1, 2))]
        name = self.emit("ConvTranspose", [*values, self.value(inputs[2])], strides=[2, 2])
        self.set_output(output, "nchw", name)

    def max_pool_2d(self, operator: Any, inputs: list[int], output: int) -> None:
        self.pool("MaxPool", operator, inputs, output)

    def average_pool_2d(self, operator: Any, inputs: list[int], output: int) -> None:
        self.pool("AveragePool", operator, inputs, output)

    def pool(self, kind: str, operator: Any, inputs: list[int], output: int) -> None:
        options = self.options(operator, tflite.Pool2DOptions)
        kernel = [options.FilterHeight(), options.FilterWidth()]
        attributes = self.pads(options, inputs[0], output, kernel)
        name = self.emit(kind, [self.value(inputs[0], "nchw")], **attributes)
        self.set_output(output, "nchw", name, options.FusedActivationFunction())

    def elementwise(self, kind: str, inputs: list[int], output: int, activation: int = 0) -> None:
        layout = self.choose_layout(inputs)
        name = self.emit(kind, [self.value(i, layout) for i in inputs])
        self.set_output(output, layout, name, activation)

    def add(self, operator: Any, inputs: list[int], output: int) -> None:
        options = self.options(operator, tflite.AddOptions)
        self.elementwise("Add", inputs, output, options.FusedActivationFunction())

    def mul(self, operator: Any, inputs: list[int], output: int) -> None:
        options = self.options(operator, tflite.MulOptions)
        self.elementwise("Mul", inputs, output, options.FusedActivationFunction())

    def prelu(self, operator: Any, inputs: list[int], output: int) -> None:
        self.elementwise("PRelu", inputs, output)

    def relu(self, operator: Any, inputs: list[int], output: int) -> None:
        self.elementwise("Relu", inputs, output)

    def logistic(self, operator: Any, inputs: list[int], output: int) -> None:
        self.elementwise("Sigmoid", inputs, output)

    def hard_swish(self, operator: Any, inputs: list[int], output: int) -> None:
        self.elementwise("HardSwish", inputs, output)

    def pad(self, operator: Any, inputs: list[int], output: int) -> None:
        layout = self.choose_layout(inputs[:1])
        amounts = self.weights(inputs[1]).astype(np.int64)
        if layout == "nchw":
            amounts = amounts[TO_NCHW]
        name = self.emit("Pad", [self.value(inputs[0], layout), self.constant(amounts.T.ravel())])
        self.set_output(output, layout, name)

    def resize_bilinear(self, operator: Any, inputs: list[int], output: int) -> None:
        options = self.options(operator, tflite.ResizeBilinearOptions)
        mode = "asymmetric"
        if options.AlignCorners():
            mode = "align_corners"
        elif options.HalfPixelCenters():
            mode = "half_pixel"
        size = np.array([self.shape(output)[i] for i in TO_NCHW], np.int64)
        values = [self.value(inputs[0], "nchw"), "", "", self.constant(size)]
        name = self.emit("Resize", values, mode="linear", coordinate_transformation_mode=mode)
        self.set_output(output, "nchw", name)

    def depth_to_space(self, operator: Any, inputs: list[int], output: int) -> None:
        options = self.options(operator, tflite.DepthToSpaceOptions)
        source = self.value(inputs[0], "nchw")
        name = self.emit("DepthToSpace", [source], blocksize=options.BlockSize(), mode="DCR")
        self.set_output(output, "nchw", name)

    def reshape(self, operator: Any, inputs: list[int], output: int) -> None:
        shape = self.constant(np.array(self.shape(output), np.int64))
        name = self.emit("Reshape", [self.value(inputs[0]), shape])
        self.set_output(output, "nhwc", name)

    def concatenation(self, operator: Any, inputs: list[int], output: int) -> None:
        options = self.options(operator, tflite.ConcatenationOptions)
        name = self.emit("Concat", [self.value(i) for i in inputs], axis=options.Axis())
        self.set_output(output, "nhwc", name, options.FusedActivationFunction())

    def strided_slice(self, operator: Any, inputs: list[int], output: int) -> None:
        assert self.shape(inputs[0]) == self.shape(output)  # of everything
        self.layouts[output] = self.layouts[inputs[0]]

    def landmarks2transformmatrix(self, operator: Any, inputs: list[int], output: int) -> None:
        """The affine map from a crop around some landmarks, turned upright, to the picture."""
        options = flexbuffers.Loads(bytes(operator.CustomOptionsAsNumpy()))
        assert options["target_rotation_radians"] == 0
        points = self.value(inputs[0])  # (1, 468, 3)
        self.refined.append(options["subset_idxs"])

        def gather(indices: list[int], axis: int, values: str) -> str:
            return self.emit("Gather", [values, self.constant(np.array(indices))], axis=axis)

        ends = [options["left_rotation_idx"], options["right_rotation_idx"]]
        left, right = (gather([0, 1], 2, gather([end], 1, points)) for end in ends)
        across = self.emit("Sub", [right, left])  # (1, 1, 2)
        length = self.emit("ReduceL2", [across], axes=[2], keepdims=1)
        along = self.emit("Div", [across, length])
        # The rows of the rotation that turns `along` upright: (cos, sin), (-sin, cos).
        turned = self.emit("Mul", [gather([1, 0], 2, along), self.numbers(-1, 1)])
        rows = self.emit("Concat", [along, turned], axis=1)  # (1, 2, 2)
        columns = self.emit("Transpose", [rows], perm=[0, 2, 1])
        chosen = gather([0, 1], 2, gather(options["subset_idxs"], 1, points))
        upright = self.emit("MatMul", [chosen, columns])  # (1, n, 2)
        low = self.emit("ReduceMin", [upright], axes=[1], keepdims=1)
        high = self.emit("ReduceMax", [upright], axes=[1], keepdims=1)
        half = self.numbers(0.5)
        middle = self.emit("Mul", [self.emit("Add", [low, high]), half])
        centre = self.emit("MatMul", [middle, rows])  # (1, 1, 2) in the picture
        sides = [options["output_width"], options["output_height"]]
        scales = [options["scale_x"] / sides[0], options["scale_y"] / sides[1]]
        scale = self.emit("Mul", [self.emit("Sub", [high, low]), self.numbers(*scales)])
        linear = self.emit("Mul", [columns, scale])  # (1, 2, 2): columns scaled
        origin = self.emit("MatMul", [self.numbers_row(*sides), self.transposed(linear)])
        shift = self.emit("Sub", [centre, self.emit("Mul", [origin, half])])
        shift = self.emit("Reshape", [shift, self.constant(np.array([1, 2, 1]))])
        zeros = self.constant(np.zeros((1, 2, 1), np.float32))
        top = self.emit("Concat", [linear, zeros, shift], axis=2)  # (1, 2, 4)
        bottom = self.constant(np.eye(4, dtype=np.float32)[None, 2:])
        self.set_output(output, "nhwc", self.emit("Concat", [top, bottom], axis=1))

    def numbers_row(self, *values: float) -> str:
        """A constant float32 (1, 1, n) array."""
        return self.constant(np.array([[values]], np.float32))

    def transposed(self, name: str) -> str:
        """Matrices (1, n, m) transposed."""
        return self.emit("Transpose", [name], perm=[0, 2, 1])

    def two_rows(self, matrix: str) -> str:
        """The first two rows of (1, 4, 4): (1, 2, 4)."""
        return self.emit("Gather", [matrix, self.constant(np.array([0, 1]))], axis=1)

    def transformtensorbilinear(self, operator: Any, inputs: list[int], output: int) -> None:
        """A crop of features, sampled bilinearly at an affine map of pixel centres, else 0."""
        _, height, width, _ = self.shape(output)
        _, rows, columns, _ = self.shape(inputs[0])
        y, x = np.mgrid[:height, :width].reshape(2, -1) + 0.5
        grid = np.stack([x, y, np.zeros_like(x), np.ones_like(x)], axis=1)[None]
        matrix = self.transposed(self.two_rows(self.value(inputs[1])))
        places = self.emit("MatMul", [self.constant(grid.astype(np.float32)), matrix])
        places = self.emit("Sub", [places, self.numbers(0.5, 0.5)])  # (1, n, 2) pixel indices
        last = [columns - 1.0, rows - 1.0]
        normal = self.emit(
            "Sub", [self.emit("Mul", [places, self.numbers(*(2 / x for x in last))]),
                    self.numbers(1, 1)],
        )  # fmt: skip
        shape = self.constant(np.array([1, height, width, 2]))
        sampled = self.emit(
            "GridSample", [self.value(inputs[0], "nchw"), self.emit("Reshape", [normal, shape])],
            mode="bilinear", padding_mode="zeros", align_corners=1,
        )  # fmt: skip
        # Places beyond the centres of the outermost pixels give 0, not a share of them.
        limited = self.emit("Max", [places, self.numbers(0, 0)])
        limited = self.emit("Min", [limited, self.numbers(*last)])
        distance = self.emit("Abs", [self.emit("Sub", [places, limited])])
        outside = self.emit("ReduceMax", [distance], axes=[2], keepdims=1)
        inside = self.emit("Not", [self.emit("Greater", [outside, self.numbers(0)])])
        mask = self.emit("Cast", [inside], to=FLOAT)
        mask = self.emit("Reshape", [mask, self.constant(np.array([1, 1, height, width]))])
        self.set_output(output, "nchw", self.emit("Mul", [sampled, mask]))

    def transformlandmarks(self, operator: Any, inputs: list[int], output: int) -> None:
        """Landmarks (1, n, 2) mapped by an affine map."""
        top = self.two_rows(self.value(inputs[1]))
        linear = self.emit("Gather", [top, self.constant(np.array([0, 1]))], axis=2)
        shift = self.transposed(self.emit("Gather", [top, self.constant(np.array([3]))], axis=2))
        turned = self.emit("MatMul", [self.value(inputs[0]), self.transposed(linear)])
        self.set_output(output, "nhwc", self.emit("Add", [turned, shift]))
