"""Every network is converted to one that ONNX Runtime runs, of the shapes that are expected."""

import numpy as np
import onnxruntime
import pytest

from talkinghead.networks.tflite_operators import TfliteConverter
from talkinghead.networks.wheels import network_bytes

SHAPES = {
    "face_mesh": (192, [(468, 3), (1, 1, 1, 1)]),
    "face_boxes": (128, [(1, 896, 16), (1, 896, 1)]),
    "small_face_boxes": (192, [(1, 2304, 16), (1, 2304, 1)]),
    "person": (256, [(1, 256, 256, 1)]),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_network_is_converted(name: str) -> None:
    side, shapes = SHAPES[name]
    session = onnxruntime.InferenceSession(
        TfliteConverter(network_bytes(name)).convert(), providers=["CPUExecutionProvider"]
    )
    outputs = session.run(None, {"image": np.full((1, side, side, 3), 0.5, np.float32)})
    assert [output.shape for output in outputs] == shapes
    assert all(np.isfinite(output).all() for output in outputs)
