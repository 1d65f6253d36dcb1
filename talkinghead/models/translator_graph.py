"""The translator as an ONNX model: the layers of `models.translator`, from the same weights."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from talkinghead.models.translator import (
    CHANNELS,
    MAX_FLOW,
    MAX_SHADING,
    SLOPE,
    TranslatorSize,
)
from talkinghead.networks.onnx_graph import OnnxGraph
from talkinghead.types import Array

_COLOURS: Final = 255  # the change of colours is of [0, 255], as `Translator.repair` returns it


def translator_model(size: TranslatorSize, tensors: Mapping[str, Array]) -> bytes:
    """The bytes of an ONNX model of the translator with these weights, by their names in torch.

    Inputs "inputs" (1, CHANNELS, s, s) and "blend_masks" (1, 3, s, s); outputs flow (s, s, 2) and
    change (s, s, 3), as `Translator.repair` returns them.
    """
    return _TranslatorGraph(size.side, tensors).build()


class _TranslatorGraph(OnnxGraph):
    def __init__(self, side: int, tensors: Mapping[str, Array]) -> None:
        super().__init__()
        self._side, self._tensors = side, tensors

    def build(self) -> bytes:
        side, half = self._side, self._side // 2
        inputs = self.input("inputs", (1, CHANNELS, side, side))
        masks = self.input("blend_masks", (1, 3, side, side))
        # Pixel unshuffle; SpaceToDepth would order the channels otherwise.
        split = self.reshape(inputs, (1, CHANNELS, half, 2, half, 2))
        split = self.add("Transpose", split, perm=(0, 1, 3, 5, 2, 4))
        fine = self.down(self.reshape(split, (1, 4 * CHANNELS, half, half)), "fine", 1)
        middle = self.down(fine, "middle", 2)
        middle = self.up(self.down(middle, "coarse", 2), middle, "up_middle")
        fine = self.up(middle, fine, "up_fine")
        shading = self.resize(self.add("Tanh", self.conv(middle, "shading_head")), 4, "linear")
        flow = self.resize(self.add("Tanh", self.conv(fine, "flow_head")), 2, "linear")
        color = self.add("DepthToSpace", self.conv(fine, "color_head"), blocksize=2, mode="CRD")
        painted, covered = (self.slice(color, *part) for part in ((0, 3), (3, 4)))
        colour_mask, shading_mask, flow_mask = (self.slice(masks, i, i + 1) for i in range(3))
        opacity = self.add("Mul", colour_mask, self.add("Sigmoid", covered))
        shade = self.add("Mul", self.scaled(shading_mask, MAX_SHADING * _COLOURS), shading)
        paint = self.add("Mul", self.scaled(opacity, _COLOURS), self.add("Tanh", painted))
        flow = self.add("Mul", self.scaled(flow_mask, MAX_FLOW * side), flow)
        outputs = []
        for name, channels in ((flow, 2), (self.add("Add", shade, paint), 3)):
            last = self.add("Transpose", name, perm=(0, 2, 3, 1))
            shape = (side, side, channels)
            outputs.append((self.reshape(last, shape), shape))
        return self.model(outputs)

    def conv(self, value: str, name: str, stride: int = 1) -> str:
        weight, bias = (self._tensors[f"{name}.{part}"] for part in ("weight", "bias"))
        kernel = weight.shape[2:]
        padding = [length // 2 for length in kernel]
        return self.add(
            "Conv", value, self.constant(weight), self.constant(bias),
            kernel_shape=kernel, strides=(stride, stride), pads=padding * 2,
        )  # fmt: skip

    def leaky(self, value: str) -> str:
        return self.add("LeakyRelu", value, alpha=SLOPE)

    def residual(self, value: str, name: str) -> str:
        inner = self.leaky(self.conv(value, f"{name}.conv1"))
        return self.leaky(self.add("Add", value, self.conv(inner, f"{name}.conv2")))

    def down(self, value: str, name: str, stride: int) -> str:
        out = self.leaky(self.conv(value, f"{name}.conv", stride))
        depth = 0
        while f"{name}.blocks.{depth}.conv1.weight" in self._tensors:
            out = self.residual(out, f"{name}.blocks.{depth}")
            depth += 1
        return out

    def up(self, coarse: str, skip: str, name: str) -> str:
        raised = self.resize(self.conv(coarse, f"{name}.reduce"), 2, "nearest")
        merged = self.conv(self.add("Concat", raised, skip, axis=1), f"{name}.merge")
        return self.residual(self.leaky(merged), f"{name}.block")

    def resize(self, value: str, factor: int, mode: str) -> str:
        scales = self.constant(np.array([1, 1, factor, factor], np.float32))
        if mode == "nearest":
            return self.add(
                "Resize", value, "", scales,
                mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor",
            )  # fmt: skip
        return self.add(
            "Resize", value, "", scales, mode=mode, coordinate_transformation_mode="half_pixel"
        )

    def reshape(self, value: str, shape: tuple[int, ...]) -> str:
        return self.add("Reshape", value, self.constant(np.array(shape, np.int64)))

    def slice(self, value: str, first: int, stop: int) -> str:
        """Channels `first` to `stop` of a value."""
        bounds = (self.constant(np.array([bound], np.int64)) for bound in (first, stop, 1))
        return self.add("Slice", value, *bounds)

    def scaled(self, value: str, factor: float) -> str:
        return self.add("Mul", value, self.constant(np.array(factor, np.float32)))
