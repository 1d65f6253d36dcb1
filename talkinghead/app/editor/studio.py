"""What the page looks at: layers, a pose, the triangles, and a clip that speaks."""

import io
import secrets
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
from PIL import Image

from talkinghead.app.checking import inspect
from talkinghead.app.editor.desk import Desk, Refused
from talkinghead.config import Output, Style
from talkinghead.errors import InputError
from talkinghead.media.audio import read_audio
from talkinghead.media.encode import write_video
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.types import Array, LandmarkTrack, Layer, Puppet, Waveform

if TYPE_CHECKING:
    from talkinghead.pipeline import Animator

EXAMPLES: Final = Path(__file__).resolve().parents[3] / "examples"
SHOWN: Final = 1280  # pixels of the longer side of what the page is sent
CLIP: Final = 448  # and of a clip
SENTENCES: Final = {
    "hello_slt": "Hello, my name is Pam.",
    "morning_rms": "Good morning, Bob.",
}
_KEPT: Final = 4  # clips that lie ready


class Superseded(InputError):
    """A newer clip was asked for while this one was made."""


class Studio:
    """Renders the puppet on a desk for the page."""

    def __init__(
        self, desk: Desk, animator: Callable[[], "Animator"], examples: Path = EXAMPLES
    ) -> None:
        """Take what makes the Animator; it is called once, when a clip is first asked for."""
        self._desk, self._make, self._animator = desk, animator, None
        self._examples = examples
        self._loading, self._rendering = threading.Lock(), threading.Lock()
        self._turn = 0
        self._shelf = tempfile.TemporaryDirectory(prefix="talkinghead-editor-")
        self._clips: list[Path] = []

    _animator: "Animator | None"

    def close(self) -> None:
        """Give up a clip in the making and remove all that lie ready."""
        self._turn += 1
        with self._rendering:
            self._shelf.cleanup()

    def sentences(self) -> list[dict[str, str]]:
        """What can be said: the recordings of the examples."""
        return [
            {"id": file.stem, "text": SENTENCES.get(file.stem, file.stem)}
            for file in sorted(self._examples.glob("*.wav"))
        ]

    def layer(self, role: str) -> bytes:
        """One layer as a WebP. Raises Refused for a role the puppet does not have."""
        if role not in self._desk.puppet.layers:
            raise Refused(f"there is no layer {role!r}")
        return _webp(_shown(self._desk.puppet.layers[role].image))

    def pose(self, data: dict[str, Any]) -> bytes:
        """The puppet in one pose of the page's points as a WebP, of the layers in `layers`."""
        puppet = self._desk.tried(data)
        points = puppet.opened if data.get("pose") == "open" else puppet.closed
        wanted = data.get("layers")
        shown = set(puppet.layers) if not isinstance(wanted, list) else set(wanted)
        clear = Layer("clear", np.zeros_like(puppet.layers["head"].image))
        layers = {role: layer if role in shown else clear for role, layer in puppet.layers.items()}
        renderer = CartoonRenderer(replace(puppet, layers=layers), min(SHOWN, _longest(puppet)))
        return _webp(next(renderer.render_rgba(_still(points))), background=_behind(layers))

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
        """Render the page's points saying a sentence; the name of the clip.

        A newer request makes an older one give up: raises Superseded.
        """
        self._turn += 1
        mine = self._turn
        puppet = self._desk.tried(data, redraw=True)
        sound = self._sentence(data.get("sentence"))
        animator = self.warm()
        with self._rendering:
            self._check_turn(mine)
            subject = animator.cartoon(puppet, size=min(CLIP, _longest(puppet)))
            clip = animator.animate(subject, sound, Style(), Output())
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

    def _sentence(self, name: object) -> Waveform:
        known = [sentence["id"] for sentence in self.sentences()]
        if not known:
            raise Refused(f"there is no recording in {self._examples}")
        file = self._examples / f"{name if name in known else known[0]}.wav"
        return first_sentence(read_audio(file))


def first_sentence(wave: Waveform) -> Waveform:
    """The sound up to its first pause of 0.4 s after the first 0.8 s, at most 8 s of it."""
    hush = round(0.4 * wave.rate)
    loud = np.flatnonzero(np.abs(wave.samples) > 0.01)
    stops = loud[:-1][(np.diff(loud) > hush) & (loud[:-1] > 0.8 * wave.rate)]
    end = stops[0] + hush // 2 if stops.size else wave.samples.size
    return replace(wave, samples=wave.samples[: min(int(end), 8 * wave.rate)])


def _still(points: Array) -> LandmarkTrack:
    return LandmarkTrack(np.concatenate([points, np.zeros((len(points), 1))], axis=1)[None], 25)


def _longest(puppet: Puppet) -> int:
    return max(puppet.layers["head"].image.shape[:2])


def _behind(layers: dict[str, Layer]) -> Array | None:
    return layers["background"].image if "background" in layers else None


def _shown(image: Array) -> Array:
    scale = SHOWN / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def _webp(image: Array, background: Array | None = None) -> bytes:
    """(h, w, 4) uint8 as a file for the page, over a background of any size if there is one."""
    picture = Image.fromarray(image)
    if background is not None:
        below = Image.fromarray(background).resize(picture.size, Image.Resampling.BILINEAR)
        picture = Image.alpha_composite(below, picture)
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=88, method=0)
    return out.getvalue()
