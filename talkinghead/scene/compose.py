"""Compose a scene: actors on the canvas, lines on the timeline."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from PIL import Image, ImageOps

from talkinghead.config import RenderConfig
from talkinghead.errors import TalkingHeadError
from talkinghead.media.image import read_image
from talkinghead.media.loading import load_audio
from talkinghead.pipeline import Animator
from talkinghead.puppet.store import load_puppet
from talkinghead.render.compositor import Compositor, Placement
from talkinghead.sample_rates import FPS
from talkinghead.scene.schedule import SceneSpeaker, ScheduledLine, animate_speakers
from talkinghead.scene.schema import Actor, SceneRecord, field_error
from talkinghead.speech.vad import holds_speech
from talkinghead.types import Array, Clip, FaceTrack, Subject


def compose(
    animator: Animator,
    scene: SceneRecord,
    *,
    size: int | None = None,
    fps: float | None = None,
    transparent: bool = False,
) -> Clip:
    """The clip of a scene.

    `size` is the longer side of the frames in pixels, `fps` their rate; None uses the values of
    the file. With `transparent` and no background in the file, frames are RGBA; otherwise a
    missing background is white.

    Raises InputError, which names the field, for a puppet, photo or recording that cannot be
    used, and for overlapping lines of one actor.
    """
    lines = schedule_lines(scene)
    factor = 1.0 if size is None else size / max(scene.canvas)
    canvas = (max(1, round(scene.canvas[0] * factor)), max(1, round(scene.canvas[1] * factor)))
    speakers, placements = [], []
    for actor in sorted(scene.actors, key=lambda actor: actor.layer):
        subject = _subject(animator, scene, actor, canvas)
        speakers.append(
            SceneSpeaker(
                subject.face,
                subject.frame,
                lines[actor.name],
                actor.motion_config,
                subject.lip_gain,
                *_transferred_motion(animator, scene, actor),
            )
        )
        placements.append(_placement(subject, actor, canvas))
    clear = transparent and scene.background is None
    compositor = Compositor(_background(scene, canvas, clear, animator.notify), placements, clear)
    render_config = RenderConfig(fps=scene.fps if fps is None else fps)
    return animate_speakers(animator, speakers, compositor, render_config, scene.end)


def schedule_lines(scene: SceneRecord) -> dict[str, tuple[ScheduledLine, ...]]:
    """The lines of each actor, by name, with their start times in seconds.

    Raises InputError, which names the field, for a recording that cannot be used, and for lines
    of one actor that overlap by more than a motion frame. Lines of different actors may overlap.
    """
    lines: dict[str, list[tuple[int, ScheduledLine, float]]] = {a.name: [] for a in scene.actors}
    end = 0.0  # of the previous line
    for number, line in enumerate(scene.lines):
        try:
            wave = load_audio(line.audio, track=line.audio_track, holds_speech=holds_speech)
        except TalkingHeadError as error:
            field = f"lines[{number}].audio"
            raise field_error(scene.path, field, f"cannot be used: {error}") from error
        default_start = end + line.pause if number else 0.0
        start = max(0.0, default_start) if line.start is None else line.start
        end = start + wave.seconds
        lines[line.actor].append((number, ScheduledLine(line.audio, start, line.audio_track), end))
    for actor, entries in lines.items():
        ordered = sorted(entries, key=lambda entry: entry[1].start)
        for (first, _, first_end), (second, later, _) in pairwise(ordered):
            overlap = first_end - later.start
            if overlap > 1 / FPS:
                raise field_error(
                    scene.path,
                    f"lines[{second}]",
                    f"overlaps lines[{first}] of the same actor, {actor!r}, by {overlap:.2f} s; "
                    "give it a later 'start' or a longer 'pause'",
                )
    return {
        actor: tuple(scheduled for _, scheduled, _ in entries) for actor, entries in lines.items()
    }


def _subject(
    animator: Animator, scene: SceneRecord, actor: Actor, canvas: tuple[int, int]
) -> Subject:
    """The subject of an actor, at its size on the canvas."""
    target = max(16, round(actor.height * canvas[1]))
    field = f"actors.{actor.name}.{'puppet' if actor.puppet else 'photo'}"
    try:
        if actor.puppet is not None:
            puppet = load_puppet(actor.puppet)
            height, width = puppet.layers["head"].image.shape[:2]
            longer = round(target * max(width, height) / height)
            return animator.cartoon(puppet, size=longer, transparent=True)
        portrait = animator.portrait(str(actor.photo))
        height, width = portrait.image.shape[:2]
        return animator.photo(portrait, size=round(target * max(width, height) / height))
    except TalkingHeadError as error:
        raise field_error(scene.path, field, f"cannot be used: {error}") from error


def _transferred_motion(
    animator: Animator, scene: SceneRecord, actor: Actor
) -> tuple[FaceTrack | None, Array | None]:
    """The pose reference and the speaking style (256,) of an actor; None if it defines none."""
    pose_reference = speaking_style = None
    field = "pose_from"
    try:
        if actor.pose_from is not None:
            pose_reference = animator.pose_reference(actor.pose_from)
        field = "style_from"
        if actor.style_from is not None:
            speaking_style = animator.speaking_style(actor.style_from)
    except TalkingHeadError as error:
        field = f"actors.{actor.name}.{field}"
        raise field_error(scene.path, field, f"cannot be used: {error}") from error
    return pose_reference, speaking_style


def _placement(subject: Subject, actor: Actor, canvas: tuple[int, int]) -> Placement:
    width, height = subject.renderer.size
    x = round(actor.at[0] * canvas[0] - width / 2)
    y = round(actor.at[1] * canvas[1] - height / 2)
    return Placement(subject.renderer, (x, y), actor.mirror)


def _background(
    scene: SceneRecord, size: tuple[int, int], clear: bool, notify: Callable[[str], None] | None
) -> Array:
    """(h, w, 4) uint8 canvas behind all actors."""
    canvas = np.full((size[1], size[0], 4), 0 if clear else 255, np.uint8)
    if isinstance(scene.background, tuple):
        canvas[..., :3] = scene.background
    elif scene.background is not None:
        try:
            picture = Image.fromarray(read_image(scene.background, notify))
            canvas[..., :3] = np.asarray(ImageOps.fit(picture, size))  # cropped to fill it
        except TalkingHeadError as error:
            raise field_error(scene.path, "background", f"cannot be used: {error}") from error
    return canvas
