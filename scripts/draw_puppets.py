"""Draw the puppets: run each puppets/<name>/draw.py, write its SVG, layers and points.

    python scripts/draw_puppets.py [NAME ...]

Needs the development package resvg-py. A puppet's drawing code gives the SVG and the
points; the folder's puppet.yaml is written by hand and says what the files are.
"""

import argparse
import io
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import resvg_py
from PIL import Image

PUPPETS = Path(__file__).resolve().parent.parent / "puppets"
SVG = "http://www.w3.org/2000/svg"


def render(svg: str) -> Image.Image:
    """An SVG as an RGBA picture."""
    return Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg)))).convert("RGBA")


def layers(svg: str) -> dict[str, Image.Image]:
    """Each top-level group of the SVG by its id, rendered alone."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(svg)
    pictures = {}
    for chosen in root.findall(f"{{{SVG}}}g"):
        alone = ElementTree.Element(root.tag, root.attrib)
        alone.extend([*root.findall(f"{{{SVG}}}defs"), chosen])
        pictures[chosen.attrib["id"]] = render(ElementTree.tostring(alone, "unicode"))
    return pictures


def draw(folder: Path) -> None:
    """Write the SVG, the layers and the points of one puppet."""
    before = set(sys.modules)
    sys.path[:0] = [str(folder), str(PUPPETS)]
    try:
        from draw import draw as drawing  # the folder's own draw.py

        svg, closed, opened = drawing()
    finally:
        del sys.path[:2]
        for name in set(sys.modules) - before:
            if str(folder) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]
    (folder / f"{folder.name}.svg").write_text(svg)
    for role, picture in layers(svg).items():
        if role == "background":
            picture.convert("RGB").save(folder / f"{role}.jpg", quality=90)
        else:
            picture.save(folder / f"{role}.png", optimize=True)
    for name, points in (("closed", closed), ("open", opened)):
        np.savetxt(folder / f"{name}.csv", points, fmt="%.1f", delimiter=",")
    size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    print(f"{folder.name}: {size / 1e6:.2f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="puppets to draw; all when left out")
    names = parser.parse_args().names
    for folder in sorted(p.parent for p in PUPPETS.glob("*/draw.py")):
        if not names or folder.name in names:
            draw(folder)


if __name__ == "__main__":
    main()
