"""Runs the translator on a processor by ONNX Runtime, OpenVINO or torch.

The ONNX model is made from the weights in memory, in some 20 ms, so no file of it can be out of
date. ONNX Runtime computes in float32, as torch does. OpenVINO computes in bfloat16 where the
processor has instructions for it, which moves one sample in 7,000 by a level of 255, and single
ones by three.
"""

import importlib.util
import threading
from typing import Any, Final, Literal, Protocol

import numpy as np

from talkinghead.errors import InputError
from talkinghead.models.translator import Translator, TranslatorSize
from talkinghead.models.translator_graph import translator_model
from talkinghead.types import Array

Runtime = Literal["auto", "torch", "onnx", "openvino"]

# The package of each runtime, the fastest first.
_PACKAGES: Final = {"openvino": "openvino", "onnx": "onnxruntime", "torch": "torch"}


class MouthTranslator(Protocol):
    """A trained translator, whatever runs it."""

    size: TranslatorSize

    def repair(self, inputs: Array, masks: Array) -> tuple[Array, Array]:
        """The same as `Translator.repair`."""
        ...


def pick_runtime(name: str) -> str:
    """What runs the translator on a processor: `auto` is the fastest that is installed.

    Raises InputError for an unknown name, and for one whose package is not installed.
    """
    if name == "auto":
        return next(runtime for runtime, package in _PACKAGES.items() if _is_installed(package))
    if name not in _PACKAGES:
        raise InputError(f"unknown runtime {name!r}; choose auto, {', '.join(_PACKAGES)}")
    package = _PACKAGES[name]
    if not _is_installed(package):
        raise InputError(
            f"--runtime {name} needs the Python package {package!r}, which is not installed; run: "
            f"pip install {package}"
        )
    return name


def run_translator(net: Translator, runtime: str) -> MouthTranslator:
    """The network on a runtime, as `pick_runtime` returns it; torch returns the network itself."""
    if runtime == "torch":
        return net
    tensors = {name: value.float().cpu().numpy() for name, value in net.state_dict().items()}
    model = translator_model(net.size, tensors)
    return (OnnxTranslator if runtime == "onnx" else OpenVinoTranslator)(net.size, model)


class OnnxTranslator:
    """A translator on ONNX Runtime. Each call uses the thread that it comes from, and no other."""

    def __init__(self, size: TranslatorSize, model: bytes) -> None:
        """Take the bytes of `translator_model`."""
        import onnxruntime

        self.size = size
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )

    def repair(self, inputs: Array, masks: Array) -> tuple[Array, Array]:
        """The same as `Translator.repair`."""
        feed = {"inputs": inputs[None], "blend_masks": masks[None]}
        flow, change = self._session.run(None, feed)
        return flow, change


class OpenVinoTranslator:
    """A translator on OpenVINO. Each call uses the thread that it comes from, and no other."""

    def __init__(self, size: TranslatorSize, model: bytes) -> None:
        """Take the bytes of `translator_model`."""
        import openvino

        self.size = size
        core = openvino.Core()
        bfloat16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        self._model = core.compile_model(
            core.read_model(model, b""),
            "CPU",
            {
                "INFERENCE_NUM_THREADS": 1,
                "ENABLE_CPU_PINNING": False,
                "INFERENCE_PRECISION_HINT": "bf16" if bfloat16 else "f32",
            },
        )
        self._requests = threading.local()  # a request serves one thread at a time

    def repair(self, inputs: Array, masks: Array) -> tuple[Array, Array]:
        """The same as `Translator.repair`."""
        request: Any = getattr(self._requests, "request", None)
        if request is None:
            request = self._requests.request = self._model.create_infer_request()
        found = request.infer({"inputs": inputs[None], "blend_masks": masks[None]})
        return np.array(found[0]), np.array(found[1])


def _is_installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None
