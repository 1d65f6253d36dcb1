"""The translator repairs a crop in the same way whatever runs it."""

import numpy as np
import pytest
import torch

from talkinghead.errors import InputError
from talkinghead.models import translator_runtime
from talkinghead.models.translator import CHANNELS, Translator, TranslatorSize
from talkinghead.models.translator_graph import translator_model
from talkinghead.models.translator_runtime import pick_runtime, run_translator
from talkinghead.types import Array


def trained(side: int, base: int) -> Translator:
    """A translator whose weights have the spread of trained ones, heads included."""
    torch.manual_seed(0)
    net = Translator(TranslatorSize(side, base)).eval()
    for head in (net.color_head, net.shading_head, net.flow_head):
        torch.nn.init.normal_(head.weight, std=0.1)
        torch.nn.init.normal_(head.bias, std=0.5)
    return net


def crop(side: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    inputs = rng.random((CHANNELS, side, side), dtype=np.float32) - np.float32(0.5)
    return inputs, rng.random((3, side, side), dtype=np.float32)


@pytest.mark.parametrize(("side", "base"), [(16, 4), (96, 6), (128, 3)])
def test_onnx_runtime_repairs_as_torch_does(side: int, base: int) -> None:
    net = trained(side, base)
    flow, change = net.repair(*crop(side))
    assert np.abs(change).max() > 30  # of 255
    assert np.abs(flow).max() > 0.01 * side  # pixels
    other_flow, other_change = run_translator(net, "onnx").repair(*crop(side))
    assert other_flow.shape == flow.shape == (side, side, 2)
    assert other_change.shape == change.shape == (side, side, 3)
    np.testing.assert_allclose(other_flow, flow, atol=1e-4)
    np.testing.assert_allclose(other_change, change, atol=1e-3)  # of 255


def test_the_model_has_the_weights_that_it_was_given() -> None:
    nets = [trained(16, 4), Translator(TranslatorSize(16, 4)).eval()]
    models = [
        translator_model(
            net.size, {name: value.numpy() for name, value in net.state_dict().items()}
        )
        for net in (*nets, nets[0])
    ]
    assert models[0] == models[2] != models[1]
    untrained = translator_runtime.OnnxTranslator(nets[1].size, models[1])
    assert not any(part.any() for part in untrained.repair(*crop(16)))


def test_openvino_repairs_within_two_levels_of_torch() -> None:
    pytest.importorskip("openvino", reason="the extra 'openvino' is not installed")
    net = trained(96, 6)
    flow, change = net.repair(*crop(96))
    other_flow, other_change = run_translator(net, "openvino").repair(*crop(96))
    np.testing.assert_allclose(other_flow, flow, atol=0.1)
    np.testing.assert_allclose(other_change, change, atol=2)


def test_the_fastest_installed_runtime_is_picked(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = {"openvino", "onnxruntime", "torch"}
    monkeypatch.setattr(translator_runtime, "_is_installed", installed.__contains__)
    picked = []
    for package in ("openvino", "onnxruntime", "none"):
        picked.append(pick_runtime("auto"))
        installed.discard(package)
    assert picked == ["openvino", "onnx", "torch"]


def test_a_runtime_that_is_not_installed_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(translator_runtime, "_is_installed", lambda package: package == "torch")
    with pytest.raises(InputError, match=r"--runtime openvino needs .*pip install openvino"):
        pick_runtime("openvino")
    with pytest.raises(InputError, match="unknown runtime 'tensorrt'; choose auto, openvino"):
        pick_runtime("tensorrt")
