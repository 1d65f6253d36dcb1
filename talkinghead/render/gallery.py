"""Puppets on one page: each at rest, with its mouth open, and blinking."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from talkinghead.landmarks import LOWER_LID, UPPER_LID
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.types import Array, LandmarkTrack, Puppet

TILE = 300  # pixels of a picture's longer side
CAPTION = 34  # pixels of the line above each puppet
_GAP = 6


def still(*poses: Array) -> LandmarkTrack:
    """Poses (68, 2) as a track, a frame each."""
    flat = np.stack(poses)
    depth = np.zeros((*flat.shape[:2], 1))
    return LandmarkTrack(np.concatenate([flat, depth], axis=2), 25)


def blinking(puppet: Puppet) -> Array:
    """(68, 2) the closed face with its eyes shut."""
    points = puppet.closed.copy()
    points[UPPER_LID] = points[LOWER_LID]
    return points


def gallery(puppets: Sequence[Puppet], tile: int = TILE, across: int = 2) -> Array:
    """(h, w, 3) uint8 page; each puppet has three pictures under its name and title.

    Puppets stand in `across` columns; one alone takes the whole width.
    """
    blocks = [_block(puppet, tile) for puppet in puppets]
    across = min(across, len(blocks))
    height = max(block.height for block in blocks)
    width = blocks[0].width
    rows = -(-len(blocks) // across)
    size = (across * (width + _GAP) - _GAP, rows * (height + _GAP) - _GAP)
    page = Image.new("RGB", size, "white")
    for index, block in enumerate(blocks):
        page.paste(block, (index % across * (width + _GAP), index // across * (height + _GAP)))
    return np.asarray(page)


def _block(puppet: Puppet, tile: int) -> Image.Image:
    track = still(puppet.closed, puppet.opened, blinking(puppet))
    renderer = CartoonRenderer(puppet, tile)
    page = Image.new("RGB", (3 * tile + 2 * _GAP, CAPTION + tile), "white")
    for index, frame in enumerate(renderer.render(track)):
        left = index * (tile + _GAP) + (tile - frame.shape[1]) // 2
        page.paste(Image.fromarray(frame), (left, CAPTION + (tile - frame.shape[0]) // 2))
    pen = ImageDraw.Draw(page)
    title = str(puppet.meta.get("title", ""))
    pen.text((4, 6), puppet.name, "black", ImageFont.load_default(20))
    start = 4 + pen.textlength(puppet.name, ImageFont.load_default(20)) + 12
    pen.text((start, 10), title, "#667", ImageFont.load_default(15))
    return page
