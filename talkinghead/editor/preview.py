"""Renders the edited puppet for the page: layers, a pose, the mesh, and a clip that speaks."""

import secrets
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from pydantic import BaseModel

from talkinghead.editor.document import EditedPoints, Pose, PuppetDocument
from talkinghead.editor.validation import validate
from talkinghead.errors import InputError, PuppetError
from talkinghead.media.video_writer import write_video
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.render.contact_sheet import pose_track
from talkinghead.types import Layer, Puppet
from talkinghead.web.previews import downscale, encode_webp
from talkinghead.web.sample_speech import SampleSpeech

if TYPE_CHECKING:
    from talkinghead.pipeline import Animator

LAYER_SIDE: Final = 1280  # pixels of the longer side of a layer
POSE_SIDE: Final = 640  # of a pose, which is rendered again while a point is dragged
CLIP_SIDE: Final = 448  # of a clip
_CLIPS_KEPT: Final = 4


class Superseded(InputError):
    """A newer clip was requested while this one was rendered."""


class PoseMesh(BaseModel):
    """The triangle mesh of one pose."""

    vertices: list[tuple[float, float]]
    triangles: list[tuple[int, int, int]]
    folded: list[int]  # rows of `triangles` that have turned over


class PreviewRenderer:
    """Renders the puppet of a document. Safe to call from several threads."""

    def __init__(
        self,
        document: PuppetDocument,
        make_animator: Callable[[], "Animator"],
        speech: SampleSpeech | None = None,
    ) -> None:
        """Take the function that builds the Animator; it is called once, for the first clip."""
        self._document, self._make_animator = document, make_animator
        self.speech = speech or SampleSpeech()
        self._animator: Animator | None = None
        self._loading, self._rendering = threading.Lock(), threading.Lock()
        self._latest_request = 0
        self._folder = tempfile.TemporaryDirectory(prefix="talkinghead-editor-")
        self._clips: list[Path] = []
        self._reduced: tuple[dict[str, Layer], frozenset[str], dict[str, Layer]] | None = None

    def close(self) -> None:
        """Stop rendering a clip and remove all clips."""
        self._latest_request += 1
        with self._rendering:
            self._folder.cleanup()

    def layer(self, role: str) -> bytes:
        """One layer as a WebP. Raises PuppetError for a layer that the puppet lacks."""
        layers = self._document.snapshot.puppet.layers
        if role not in layers:
            raise PuppetError(f"there is no layer {role!r}")
        return encode_webp(downscale(layers[role].image, LAYER_SIDE))

    def pose(self, points: EditedPoints, pose: Pose, layers: list[str] | None = None) -> bytes:
        """The puppet in one pose of edited landmarks as a WebP; all its layers, or some."""
        puppet = self._document.with_points(points)
        visible = frozenset(puppet.layers if layers is None else layers)
        small = self._reduce(puppet, visible)
        foreground = {role: layer for role, layer in small.layers.items() if role != "background"}
        background = small.layers.get("background")
        renderer = CartoonRenderer(replace(small, layers=foreground))
        landmarks = small.opened if pose == "open" else small.closed
        frame = next(renderer.render_rgba(pose_track(landmarks)))
        return encode_webp(frame, background.image if background else None)

    def _reduce(self, puppet: Puppet, visible: frozenset[str]) -> Puppet:
        """A puppet small enough to follow a dragged point, layers not `visible` cleared."""
        factor = min(1.0, POSE_SIDE / _longer_side(puppet))
        reduced = self._reduced  # read once: other threads replace it
        if reduced is None or reduced[0] is not puppet.layers or reduced[1] != visible:
            layers = {}
            for role, layer in puppet.layers.items():
                image = downscale(layer.image, POSE_SIDE)
                layers[role] = Layer(role, image if role in visible else np.zeros_like(image))
            reduced = self._reduced = (puppet.layers, visible, layers)
        meta = dict(puppet.meta)
        if "border" in meta:
            meta["border"] = (np.asarray(meta["border"]) * factor).tolist()
        return replace(
            puppet,
            layers=reduced[2],
            closed=puppet.closed * factor,
            opened=puppet.opened * factor,
            meta=meta,
        )

    def mesh(self, points: EditedPoints, pose: Pose) -> PoseMesh:
        """Vertices and triangles of one pose, without those that reach far out of the image."""
        puppet = self._document.with_points(points)
        issues, mesh = validate(puppet)
        if mesh is None:
            return PoseMesh(vertices=[], triangles=[], folded=[])
        vertices = mesh.opened if pose == "open" else mesh.closed
        size = np.array(puppet.layers["head"].image.shape[1::-1])
        inside = ((vertices > -size / 2) & (vertices < 1.5 * size)).all(axis=1)
        visible = inside[mesh.triangles].all(axis=1)
        folded = np.zeros(len(mesh.triangles), bool)
        folded[[row for issue in issues if pose in issue.poses for row in issue.triangles]] = True
        return PoseMesh(
            vertices=np.round(vertices, 1).tolist(),
            triangles=mesh.triangles[visible].tolist(),
            folded=np.flatnonzero(folded[visible]).tolist(),
        )

    def load_animator(self) -> "Animator":
        """The Animator, built at the first call, which takes seconds."""
        with self._loading:
            if self._animator is None:
                self._animator = self._make_animator()
            return self._animator

    def render_clip(self, points: EditedPoints, sentence: str | None, style: str | None) -> str:
        """Animate the edited puppet with a sample sentence in a speaking style; the clip's name.

        A newer request stops an older one, which then raises Superseded.
        """
        self._latest_request += 1
        request = self._latest_request
        puppet = self._document.with_points(points, rebuild=True)
        audio = self.speech.first_sentence(sentence)
        style = self.speech.style(style)
        animator = self.load_animator()
        with self._rendering:
            self._check_latest(request)
            subject = animator.cartoon(puppet, size=min(CLIP_SIDE, _longer_side(puppet)))
            clip = animator.animate(subject, audio, speaking_style=style)
            target = Path(self._folder.name) / f"{secrets.token_hex(8)}.mp4"
            write_video(clip, target, progress=lambda done, total: self._check_latest(request))
            self._clips.append(target)
            for old in self._clips[:-_CLIPS_KEPT]:
                old.unlink(missing_ok=True)
            del self._clips[:-_CLIPS_KEPT]
        return target.stem

    def clip(self, name: str) -> Path:
        """The file of a clip. Raises InputError for one that was removed."""
        for file in self._clips:
            if file.stem == name:
                return file
        raise InputError("this clip is no longer there; let the puppet speak again")

    def _check_latest(self, request: int) -> None:
        if request != self._latest_request:
            raise Superseded("a newer clip was requested")


def _longer_side(puppet: Puppet) -> int:
    return max(puppet.layers["head"].image.shape[:2])
