"""A scene's record to a clip: actors on the stage, lines on the clock."""

import numpy as np
from PIL import Image, ImageOps

from talkinghead.config import Output
from talkinghead.errors import TalkingHeadError
from talkinghead.inputs import sound
from talkinghead.media.image import read_image
from talkinghead.pipeline import Animator
from talkinghead.puppet.store import load_puppet
from talkinghead.render.stage import Place, Stage
from talkinghead.scene.fields import wrong
from talkinghead.scene.play import Line, Role, play
from talkinghead.scene.record import Actor, SceneRecord
from talkinghead.types import Array, Clip, FaceTrack, Subject, Waveform


def direct(
    animator: Animator,
    scene: SceneRecord,
    *,
    size: int | None = None,
    fps: float | None = None,
    transparent: bool = False,
) -> Clip:
    """The clip of a scene; `size` is its longer side, None the canvas's.

    With `transparent` and no background in the record frames are RGBA; otherwise nothing is
    white. Raises InputError that names the field for an actor or a sound that cannot be used.
    """
    factor = 1.0 if size is None else size / max(scene.canvas)
    canvas = (max(1, round(scene.canvas[0] * factor)), max(1, round(scene.canvas[1] * factor)))
    spoken = _timed(scene)
    order = sorted(scene.actors, key=lambda actor: actor.layer)
    roles, places = [], []
    for actor in order:
        subject = _subject(animator, scene, actor, canvas)
        lines = tuple(line for name, line in spoken if name == actor.name)
        borrowed = _borrowed(animator, scene, actor)
        roles.append(
            Role(subject.face, subject.frame, lines, actor.style, subject.lip_gain, *borrowed)
        )
        places.append(_place(subject, actor, canvas))
    clear = transparent and scene.background is None
    stage = Stage(_behind(scene, canvas, clear), places, clear)
    output = Output(fps=scene.fps if fps is None else fps)
    return play(animator, roles, stage, output, scene.end)


def _timed(scene: SceneRecord) -> list[tuple[str, Line]]:
    """Lines with the second at which each begins, by actor."""
    spoken, now = [], 0.0
    for number, cued in enumerate(scene.lines):
        try:
            wave: Waveform = sound(cued.audio)
        except TalkingHeadError as error:
            raise wrong(scene.path, f"lines[{number}].audio", f"cannot be used: {error}") from error
        after = now + cued.pause if number else 0.0
        start = max(0.0, after) if cued.start is None else cued.start
        spoken.append((cued.actor, Line(cued.audio, start)))
        now = start + wave.seconds
    return spoken


def _subject(
    animator: Animator, scene: SceneRecord, actor: Actor, canvas: tuple[int, int]
) -> Subject:
    """An actor at its size on the canvas."""
    tall = max(16, round(actor.height * canvas[1]))
    field = f"actors.{actor.name}.{'puppet' if actor.puppet else 'photo'}"
    try:
        if actor.puppet is not None:
            puppet = load_puppet(actor.puppet)
            height, width = puppet.layers["head"].image.shape[:2]
            longer = round(tall * max(width, height) / height)
            return animator.cartoon(puppet, size=longer, transparent=True)
        portrait = animator.portrait(str(actor.photo))
        height, width = portrait.image.shape[:2]
        return animator.photo(portrait, size=round(tall * max(width, height) / height))
    except TalkingHeadError as error:
        raise wrong(scene.path, field, f"cannot be used: {error}") from error


def _borrowed(
    animator: Animator, scene: SceneRecord, actor: Actor
) -> tuple[FaceTrack | None, Array | None]:
    """The motion that an actor borrows, and the voice whose manner it does."""
    field = "pose_from"
    try:
        reference = None if actor.pose_from is None else animator.reference(actor.pose_from)
        field = "style_from"
        return reference, None if actor.style_from is None else animator.manner(actor.style_from)
    except TalkingHeadError as error:
        where = f"actors.{actor.name}.{field}"
        raise wrong(scene.path, where, f"cannot be used: {error}") from error


def _place(subject: Subject, actor: Actor, canvas: tuple[int, int]) -> Place:
    width, height = subject.renderer.size
    x = round(actor.at[0] * canvas[0] - width / 2)
    y = round(actor.at[1] * canvas[1] - height / 2)
    return Place(subject.renderer, (x, y), actor.mirror)


def _behind(scene: SceneRecord, size: tuple[int, int], clear: bool) -> Array:
    """(h, w, 4) uint8 what is behind all actors."""
    canvas = np.full((size[1], size[0], 4), 0 if clear else 255, np.uint8)
    if isinstance(scene.background, tuple):
        canvas[..., :3] = scene.background
    elif scene.background is not None:
        try:
            picture = Image.fromarray(read_image(scene.background))
            canvas[..., :3] = np.asarray(ImageOps.fit(picture, size))  # fills it, cut where needed
        except TalkingHeadError as error:
            raise wrong(scene.path, "background", f"cannot be used: {error}") from error
    return canvas
