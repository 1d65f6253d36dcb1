"""The translator: an untrained one changes nothing, and a trained one only inside the masks."""

import pytest
import torch

from talkinghead.errors import InputError
from talkinghead.models.translator import CHANNELS, Translator, TranslatorOutput, TranslatorSize


@pytest.mark.parametrize(("side", "base"), [(0, 4), (90, 4), (96, 0)])
def test_a_translator_refuses_sizes_it_cannot_halve(side, base):
    with pytest.raises(InputError, match="multiple of 8"):
        TranslatorSize(side, base)


@pytest.fixture
def inputs():
    return torch.rand(2, CHANNELS, 16, 16, generator=torch.Generator().manual_seed(0)) - 0.5


def translator(bias: float) -> Translator:
    torch.manual_seed(0)
    net = Translator(TranslatorSize(side=16, base_channels=4)).eval()
    for head in (net.color_head, net.shading_head, net.flow_head):
        torch.nn.init.constant_(head.bias, bias)
    return net


def test_an_untrained_translator_changes_nothing(inputs):
    output = translator(0)(inputs, torch.ones(2, 3, 16, 16))
    assert not output.flow.any()
    assert not output.change.any()


def test_nothing_changes_where_the_masks_are_0(inputs):
    masks = torch.zeros(2, 3, 16, 16)
    masks[..., :8] = 1
    output = translator(1)(inputs, masks)
    for part in output:
        assert (part[..., :8] != 0).all()
        assert not part[..., 8:].any()


def test_each_mask_limits_one_kind_of_repair(inputs):
    def repaired(mask: int) -> TranslatorOutput:
        masks = torch.zeros(2, 3, 16, 16)
        masks[:, mask] = 1
        return translator(1)(inputs, masks)

    color, shading, flow = (repaired(mask) for mask in range(3))
    assert color.change.any()
    assert not color.flow.any()
    assert shading.change.abs().max() <= 0.5
    assert flow.flow.abs().max() <= 0.06 * 16  # pixels
    assert not flow.change.any()


def test_an_empty_repair_returns_the_crop_and_a_flow_fetches_pixels_from_its_end():
    crop = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    flow, change = torch.zeros(1, 2, 16, 16), torch.zeros(1, 3, 16, 16)
    torch.testing.assert_close(TranslatorOutput(flow, change).apply(crop), crop)
    flow[:, 0] = 2.0  # to the right
    moved = TranslatorOutput(flow, change).apply(crop)
    torch.testing.assert_close(moved[..., :13], crop[..., 2:15], atol=1e-4, rtol=0)
