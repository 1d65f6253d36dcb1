"""Previews: small pictures, their transparency kept."""

import io
import shutil

import numpy as np
from PIL import Image

from talkinghead.puppet.store import find_puppet
from talkinghead.web import previews
from talkinghead.web.previews import Previews, downscale, encode_webp


def test_large_images_shrink_and_small_ones_stay(rng):
    large = rng.integers(0, 256, (120, 400, 4), np.uint8)
    assert downscale(large, 100).shape == (30, 100, 4)
    assert downscale(large, 400) is large


def test_colours_do_not_bleed_out_of_transparent_pixels():
    image = np.zeros((64, 64, 4), np.uint8)
    image[..., 0] = 255  # red, transparent
    image[:, :32] = (0, 255, 0, 255)
    small = downscale(image, 16)
    assert small[small[..., 3] > 0][:, 0].max() < 16


def test_a_background_shows_through_transparent_pixels():
    clear = np.zeros((8, 8, 4), np.uint8)
    blue = np.full((4, 4, 4), (0, 0, 255, 255), np.uint8)
    shown = np.asarray(Image.open(io.BytesIO(encode_webp(clear, blue))).convert("RGB"))
    assert np.abs(shown.astype(int) - (0, 0, 255)).max() < 12


def test_a_puppet_is_rendered_once_and_again_after_a_change(tmp_path, monkeypatch):
    shutil.copytree(find_puppet("wilk"), tmp_path / "puppets" / "mine")
    monkeypatch.chdir(tmp_path)
    rendered: list[str] = []
    load = previews.load_puppet
    monkeypatch.setattr(previews, "load_puppet", lambda name: rendered.append(name) or load(name))
    pictures = Previews(lambda: None)
    first = pictures.puppet("mine")
    assert pictures.puppet("mine") is first
    record = tmp_path / "puppets" / "mine" / "puppet.yaml"
    record.write_text(record.read_text() + "# edited\n")
    assert pictures.puppet("mine") == first
    assert rendered == ["mine", "mine"]
