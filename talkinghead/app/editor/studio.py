"""What the page looks at: layers, a pose, the triangles, and a clip that speaks."""

import secrets
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from talkinghead.app.checking import inspect
from talkinghead.app.editor.desk import Desk, Refused
from talkinghead.app.editor.pictures import reduced, webp
from talkinghead.app.editor.script import Script
from talkinghead.errors import InputError
from talkinghead.media.encode import write_video
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.render.gallery import still
from talkinghead.types import Layer, Puppet

if TYPE_CHECKING:
    from talkinghead.pipeline import Animator

SHOWN: Final = 1280  # pixels of the longer side of a layer as the page is sent it
POSED: Final = 640  # of a pose, which is painted anew while a point is dragged
CLIP: Final = 448  # of a clip
_KEPT: Final = 4  # clips that lie ready


class Superseded(InputError):
    """A newer clip was asked for while this one was made."""


class Studio:
    """Renders the puppet on a desk for the page."""

    def __init__(
        self, desk: Desk, animator: Callable[[], "Animator"], script: Script | None = None
    ) -> None:
        """Take what makes the Animator; it is called once, when a clip is first asked for."""
        self._desk, self._make, self._animator = desk, animator, None
        self.script = script or Script()
        self._loading, self._rendering = threading.Lock(), threading.Lock()
        self._turn = 0
        self._shelf = tempfile.TemporaryDirectory(prefix="talkinghead-editor-")
        self._clips: list[Path] = []
        self._small: tuple[dict[str, Layer], frozenset[str], dict[str, Layer]] | None = None

    _animator: "Animator | None"

    def close(self) -> None:
        """Give up a clip in the making and remove all that lie ready."""
        self._turn += 1
        with self._rendering:
            self._shelf.cleanup()

    def layer(self, role: str) -> bytes:
        """One layer as a WebP. Raises Refused for a role the puppet does not have."""
        layers = self._desk.reading.puppet.layers
        if role not in layers:
            raise Refused(f"there is no layer {role!r}")
        return webp(reduced(layers[role].image, SHOWN))

    def pose(self, data: dict[str, Any]) -> bytes:
        """The puppet in one pose of the page's points as a WebP, of the layers in `layers`."""
        puppet = self._desk.tried(data)
        wanted = data.get("layers")
        shown = puppet.layers.keys() if not isinstance(wanted, list) else set(map(str, wanted))
        small = self._reduced(puppet, frozenset(shown))
        points = small.opened if data.get("pose") == "open" else small.closed
        above = {role: layer for role, layer in small.layers.items() if role != "background"}
        behind = small.layers.get("background")
        frame = next(CartoonRenderer(replace(small, layers=above)).render_rgba(still(points)))
        return webp(frame, behind.image if behind else None)

    def _reduced(self, puppet: Puppet, shown: frozenset[str]) -> Puppet:
        """A puppet small enough to be painted while a point is dragged, some layers left clear."""
        factor = min(1.0, POSED / _longest(puppet))
        small = self._small  # taken once: other threads replace it
        if small is None or small[0] is not puppet.layers or small[1] != shown:
            layers = {}
            for role, layer in puppet.layers.items():
                image = reduced(layer.image, POSED)
                layers[role] = Layer(role, image if role in shown else np.zeros_like(image))
            small = self._small = (puppet.layers, shown, layers)
        meta = dict(puppet.meta)
        if "border" in meta:
            meta["border"] = (np.asarray(meta["border"]) * factor).tolist()
        return replace(
            puppet,
            layers=small[2],
            closed=puppet.closed * factor,
            opened=puppet.opened * factor,
            meta=meta,
        )

    def mesh(self, data: dict[str, Any]) -> dict[str, Any]:
        """Corners (x, y) and triangles of one pose, and which of them have folded over."""
        puppet = self._desk.tried(data)
        pose = "open" if data.get("pose") == "open" else "closed"
        found, mesh = inspect(puppet)
        if mesh is None:
            return {"vertices": [], "triangles": [], "folded": []}
        vertices = mesh.opened if pose == "open" else mesh.closed
        size = np.array(puppet.layers["head"].image.shape[1::-1])
        near = ((vertices > -size / 2) & (vertices < 1.5 * size)).all(axis=1)
        seen = near[mesh.triangles].all(axis=1)  # not those that reach far out of the picture
        over = np.zeros(len(mesh.triangles), bool)
        over[[row for fault in found if pose in fault.poses for row in fault.triangles]] = True
        return {
            "vertices": np.round(vertices, 1).tolist(),
            "triangles": mesh.triangles[seen].tolist(),
            "folded": np.flatnonzero(over[seen]).tolist(),
        }

    def warm(self) -> "Animator":
        """The Animator, built at the first call; seconds."""
        with self._loading:
            if self._animator is None:
                self._animator = self._make()
            return self._animator

    def speak(self, data: dict[str, Any]) -> str:
        """Render the page's points saying a sentence in a `style`; the name of the clip.

        A newer request makes an older one give up: raises Superseded.
        """
        self._turn += 1
        mine = self._turn
        puppet = self._desk.tried(data, redraw=True)
        sound = self.script.sound(data.get("sentence"))
        style = self.script.style(data.get("style"))
        animator = self.warm()
        with self._rendering:
            self._check_turn(mine)
            subject = animator.cartoon(puppet, size=min(CLIP, _longest(puppet)))
            clip = animator.animate(subject, sound, manner=style)
            target = Path(self._shelf.name) / f"{secrets.token_hex(8)}.mp4"
            write_video(clip, target, progress=lambda done, total: self._check_turn(mine))
            self._clips.append(target)
            for old in self._clips[:-_KEPT]:
                old.unlink(missing_ok=True)
            del self._clips[:-_KEPT]
        return target.stem

    def clip(self, name: str) -> Path:
        """The file of a clip. Raises Refused for one that is not there any more."""
        for file in self._clips:
            if file.stem == name:
                return file
        raise Refused("this clip is no longer there; let the puppet speak again")

    def _check_turn(self, mine: int) -> None:
        if mine != self._turn:
            raise Superseded("a newer clip was asked for")


def _longest(puppet: Puppet) -> int:
    return max(puppet.layers["head"].image.shape[:2])
