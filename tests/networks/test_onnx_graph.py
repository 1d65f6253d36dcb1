"""What is written is a model that ONNX Runtime runs."""

import numpy as np
import onnxruntime
import pytest

from talkinghead.networks.onnx_graph import FLOAT, OnnxGraph


def test_a_graph_with_every_kind_of_attribute_runs():
    graph = OnnxGraph()
    image = graph.input("image", [1, 2, 3])
    half = graph.constant(np.array([[1.5, -2, 4]], np.float16))
    total = graph.add("Add", image, graph.add("Cast", half, to=FLOAT))
    turned = graph.add("Transpose", total, perm=[0, 2, 1])
    leaky = graph.add("LeakyRelu", turned, alpha=0.25)
    model = graph.model([(leaky, [1, 3, 2])])
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    values = np.arange(-3, 3, dtype=np.float32).reshape(1, 2, 3)
    expected = (values + np.array([1.5, -2, 4], np.float32)).transpose(0, 2, 1)
    expected = np.where(expected < 0, expected / 4, expected)
    assert session.run(None, {"image": values})[0] == pytest.approx(expected)


def test_negative_integers_and_left_out_inputs_are_written():
    graph = OnnxGraph()
    image = graph.input("image", [1, 1, 2, 2])
    size = graph.constant(np.array([1, 1, 4, 4], np.int64))
    resized = graph.add("Resize", image, "", "", size, mode="nearest")
    last = graph.add("Softmax", resized, axis=-1)
    session = onnxruntime.InferenceSession(
        graph.model([(last, [1, 1, 4, 4])]), providers=["CPUExecutionProvider"]
    )
    [result] = session.run(None, {"image": np.zeros((1, 1, 2, 2), np.float32)})
    assert result == pytest.approx(np.full((1, 1, 4, 4), 0.25))
