"""MediaPipe graphs, as every room of the face runs them: offline, and silent."""

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from talkinghead.face.quiet import quiet
from talkinghead.types import Array


class Graph:
    """A MediaPipe graph that keeps its log to itself."""

    def __init__(self, build: Callable[[], Any]) -> None:
        with quiet(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from mediapipe.python.solution_base import SolutionBase  # takes 2 s, so only here

            self._solution = build()
            self._process = partial(SolutionBase.process, self._solution)
            self(np.zeros((64, 48, 3), np.uint8))  # its threads log until one picture is through

    def __call__(self, image: Array) -> Any:
        with quiet(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # protobuf's own deprecations
            return self._process({"image": image})

    def close(self) -> None:
        with quiet():
            self._solution.close()
