"""Draws the puppets: runs puppets/<name>/draw.py, writes SVG, layers, landmarks and contact sheet.

    python scripts/draw_puppets.py [NAME ...]

Needs the development package resvg-py. The drawing code returns the SVG and the landmarks; the
record puppet.yaml, which names the files, is written by hand.
"""

import argparse
import io
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import resvg_py
import yaml
from PIL import Image, ImageDraw

from talkinghead.landmarks import CONTOURS, LOWER_LID, UPPER_LID
from talkinghead.puppet.store import load_puppet
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.types import LandmarkTrack, Puppet

ROOT = Path(__file__).resolve().parent.parent
PUPPETS = ROOT / "puppets"
TILE = 300  # pixels of a tile of the contact sheet for docs/
MAX_BYTES = 150_000  # of the contact sheet
INSIDE_MOUTH = ("mouth", "jaw", "teeth", "tusks")
SVG = "http://www.w3.org/2000/svg"


def render_svg(svg: str) -> Image.Image:
    """Render an SVG to RGBA."""
    return Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg)))).convert("RGBA")


def render_layers(svg: str) -> dict[str, Image.Image]:
    """Each top-level group of the SVG, rendered separately, by its id."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(svg)
    pictures = {}
    for group in root.findall(f"{{{SVG}}}g"):
        document = ElementTree.Element(root.tag, root.attrib)
        document.extend([*root.findall(f"{{{SVG}}}defs"), group])
        pictures[group.attrib["id"]] = render_svg(ElementTree.tostring(document, "unicode"))
    return pictures


def save_layer(picture: Image.Image, file: Path) -> None:
    """Write a layer in the format of its file name."""
    if file.suffix == ".jpg":
        picture.convert("RGB").save(file, quality=90)
    elif file.suffix == ".webp":
        picture.save(file, quality=88, alpha_quality=90, method=6)
    else:
        picture.save(file, optimize=True)


def draw_puppet(folder: Path) -> None:
    """Write the SVG, the layers and the landmarks of one puppet."""
    before = set(sys.modules)
    sys.path[:0] = [str(folder), str(PUPPETS)]
    try:
        from draw import draw  # of the folder

        svg, closed, opened = draw()
    finally:
        del sys.path[:2]
        for name in set(sys.modules) - before:
            if str(folder) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]
    (folder / f"{folder.name}.svg").write_text(svg)
    files = yaml.safe_load((folder / "puppet.yaml").read_text())["layers"]
    for role, picture in render_layers(svg).items():
        save_layer(picture, folder / files[role])
    for name, points in (("closed", closed), ("open", opened)):
        np.savetxt(folder / f"{name}.csv", points, fmt="%.1f", delimiter=",")
    size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    print(f"{folder.name}: {size / 1e6:.2f} MB")


def puppet_sheet(puppet: Puppet) -> Image.Image:
    """A contact sheet: the layers, then the puppet closed, open and blinking, and its landmarks."""
    blink = puppet.closed.copy()
    blink[UPPER_LID] = blink[LOWER_LID]
    poses = np.stack([puppet.closed, puppet.opened, blink, puppet.opened])
    track = LandmarkTrack(np.concatenate([poses, np.zeros((4, 68, 1))], axis=2), 25)
    frames = [Image.fromarray(frame) for frame in CartoonRenderer(puppet).render(track)]
    pen = ImageDraw.Draw(frames[3])
    for row, closes in CONTOURS.values():
        line = [tuple(puppet.opened[i]) for i in (*row, *row[: int(closes)])]
        pen.line(line, fill="#00e5ff", width=5)
        for x, y in line:
            pen.ellipse((x - 7, y - 7, x + 7, y + 7), fill="white", outline="#00506a", width=2)
    rows = [("background",), ("body",), ("head", "pupils"), (*INSIDE_MOUTH, "eyelids")]
    tiles = []
    for roles in rows:
        tile = Image.new("RGBA", frames[0].size, "#dfe4ea")
        for role in roles:
            if role in puppet.layers:
                tile.alpha_composite(Image.fromarray(puppet.layers[role].image))
        tiles.append(tile.convert("RGB"))
    page = Image.new("RGB", (4 * TILE, 2 * TILE))
    for i, tile in enumerate(tiles + frames):
        small = tile.resize((TILE, TILE), Image.Resampling.LANCZOS)
        page.paste(small, (i % 4 * TILE, i // 4 * TILE))
    return page


def compress(page: Image.Image) -> bytes:
    """A JPEG of the page, at the best quality with less than MAX_BYTES."""
    data = b""
    for quality in (84, 78, 72, 66):
        file = io.BytesIO()
        page.save(file, "JPEG", quality=quality, optimize=True)
        data = file.getvalue()
        if len(data) < MAX_BYTES:
            break
    return data


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="puppets to draw (default: all)")
    names = parser.parse_args().names
    for folder in sorted(p.parent for p in PUPPETS.glob("*/draw.py")):
        if not names or folder.name in names:
            draw_puppet(folder)
            page = puppet_sheet(load_puppet(folder))
            (ROOT / "docs" / f"puppet-{folder.name}.jpg").write_bytes(compress(page))


if __name__ == "__main__":
    main()
