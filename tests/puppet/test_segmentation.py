"""Head, body and background of a picture, composited, reproduce the picture."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from talkinghead.puppet.author import PuppetDraft, build_puppet, draft_puppet
from talkinghead.puppet.segmentation import (
    has_transparency,
    plain_background_matte,
    split_layers,
)
from talkinghead.render.compositor import blend_over, premultiply
from talkinghead.types import Array
from tests.puppet.drawing import drawn_face, drawn_points


@pytest.fixture(scope="module")
def draft() -> PuppetDraft:
    return draft_puppet(drawn_face(), drawn_points())


def composite(layers: dict[str, Array]) -> Array:
    picture = np.zeros_like(layers["head"])
    for role in ("background", "body", "head"):
        if role in layers:
            blend_over(picture, premultiply(layers[role]))
    return picture


@pytest.mark.parametrize("background", [None, (200, 220, 210)])
def test_the_composited_layers_are_the_picture(background):
    picture = drawn_face(background)
    layers = build_puppet("dot", draft_puppet(picture, drawn_points())).layers
    result = composite({role: layer.image for role, layer in layers.items()})
    solid = picture[..., 3] == 255
    assert np.abs(result.astype(int) - picture)[solid].max() <= 3


def test_a_cut_out_has_a_body_and_no_background(draft):
    layers = build_puppet("dot", draft).layers
    assert {"head", "body"} < set(layers)
    assert "background" not in layers
    assert layers["body"].image[200, 128, 3] == 255
    assert layers["head"].image[80, 128, 3] == 255
    assert layers["head"].image[255, 128, 3] == 0


def test_a_plain_background_becomes_the_background():
    layers = build_puppet("dot", draft_puppet(drawn_face((200, 220, 210)), drawn_points())).layers
    assert_array_equal(layers["background"].image[100, 128, :3], (200, 220, 210))
    assert layers["head"].image[10, 10, 3] == 0


def test_without_a_matte_the_head_fades_into_the_whole_picture(rng):
    picture = drawn_face((0, 0, 0))
    noise = rng.integers(0, 255, picture.shape, dtype=np.uint8)
    picture = np.where(drawn_face()[..., 3:] > 0, picture, noise)
    picture[..., 3] = 255
    layers = build_puppet("dot", draft_puppet(picture, drawn_points())).layers
    assert_array_equal(layers["background"].image, picture)
    assert layers["head"].image[[0, -1], :, 3].max() == 0
    assert layers["head"].image[100, 128, 3] == 255


def test_only_a_picture_with_transparent_pixels_has_transparency():
    assert has_transparency(drawn_face())
    assert not has_transparency(drawn_face((200, 220, 210)))


def test_the_matte_of_a_plain_background_is_the_figure():
    matte = plain_background_matte(drawn_face((200, 220, 210)), drawn_points())
    figure = drawn_face()[..., 3] > 0
    assert np.abs(matte - figure).mean() < 0.01
    assert matte[figure].min() > 0.5


def test_a_busy_background_has_no_plain_matte(rng):
    noise = rng.integers(0, 255, (256, 256, 3), dtype=np.uint8)
    picture = np.where(drawn_face()[..., 3:] > 0, drawn_face()[..., :3], noise)
    assert plain_background_matte(picture, drawn_points()) is None


def test_a_given_matte_cuts_the_head_out_of_a_busy_background(rng):
    figure = drawn_face()
    noise = rng.integers(0, 255, figure.shape, dtype=np.uint8)
    picture = np.where(figure[..., 3:] > 0, figure, noise)
    picture[..., 3] = 255
    layers = split_layers(picture, drawn_points(), (figure[..., 3] / 255).astype(np.float32))
    assert set(layers) == {"background", "body", "head"}
    assert layers["head"][10, 10, 3] == 0
    assert layers["head"][80, 128, 3] == 255
    difference = np.abs(composite(layers).astype(int) - picture)
    assert difference[figure[..., 3] > 0].max() <= 3
