"""Puts blendshapes on the shape keys of a head, in Blender 3 or later.

    blender head.blend --python blender_shape_keys.py -- face.csv

FILE is a CSV of Live Link Face or a JSON of Audio2Face, as 'talkinghead blendshapes' writes them.
Every mesh gets keyframes whose shape keys have ARKit's names in any spelling: jawOpen, JawOpen,
jaw_open; eyeBlinkLeft, eyeBlink_L. Frames are converted to the frame rate of the scene.
"""

import csv
import json
import re
import sys
from pathlib import Path

import bpy


def read_frames(path: Path) -> tuple[list[str], list[float], list[list[float]]]:
    """Names of the shapes, seconds of the frames, and a row of weights for each frame."""
    if path.suffix.lower() == ".json":
        content = json.loads(path.read_text(encoding="utf-8"))
        seconds = [at / content["exportFps"] for at in range(content["numFrames"])]
        return content["facsNames"], seconds, content["weightMat"]
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    frames = [re.split("[:.]", row[0]) for row in rows]  # HH:MM:SS:FF.mmm
    each = 1 + max(int(parts[3]) for parts in frames)  # frames a second, if there is a whole one
    if int(frames[-1][2]) == int(frames[0][2]):
        each = 60
    clock = [
        int(h) * 3600 + int(m) * 60 + int(s) + (int(f) + int(part) / 1000) / each
        for h, m, s, f, part in frames
    ]
    names, weights = header[2:54], [[float(value) for value in row[2:54]] for row in rows]
    return names, [second - clock[0] for second in clock], weights


def plain(name: str) -> str:
    """A name in small letters without separators, its side as one letter: eyeblinkl."""
    small = re.sub(r"[^a-z0-9]", "", name.lower())
    return re.sub("(left|right)$", lambda side: side[0][0], small)


def animate(path: Path) -> int:
    """Insert the keyframes, and return how many shape keys got some."""
    names, seconds, weights = read_frames(path)
    scene = bpy.context.scene
    fps = scene.render.fps / scene.render.fps_base
    columns = {plain(name): [row[at] for row in weights] for at, name in enumerate(names)}
    animated = 0
    for mesh in bpy.data.meshes:
        for key in mesh.shape_keys.key_blocks if mesh.shape_keys else ():
            values = columns.get(plain(key.name))
            if values is None:
                continue
            animated += 1
            for second, value in zip(seconds, values, strict=True):
                key.value = value
                key.keyframe_insert("value", frame=scene.frame_start + second * fps)
    scene.frame_end = max(scene.frame_end, scene.frame_start + round(seconds[-1] * fps))
    return animated


if __name__ == "__main__":
    if "--" not in sys.argv or len(sys.argv) < sys.argv.index("--") + 2:
        sys.exit("name a file: blender head.blend --python blender_shape_keys.py -- face.csv")
    count = animate(Path(sys.argv[sys.argv.index("--") + 1]))
    print(f"{count} shape keys animated")
    if not count:
        sys.exit("no mesh has a shape key with one of ARKit's names, such as jawOpen")
