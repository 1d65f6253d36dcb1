"""Several faces of one picture, each with a voice of its own."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from talkinghead.config import Output, Style
from talkinghead.errors import FaceError, InputError
from talkinghead.face.matte import person_matte
from talkinghead.face.portrait import all_landmarks
from talkinghead.inputs import AudioSource, ImageSource, at_size, picture
from talkinghead.pipeline import Animator, at_rest
from talkinghead.render.ensemble import Faces
from talkinghead.render.group import faces_close_up
from talkinghead.scene.play import Line, Role, play
from talkinghead.types import Array, Clip, FaceTrack, Portrait


def speak_together(
    animator: Animator,
    image: ImageSource,
    voices: Mapping[int, AudioSource],
    style: Style | None = None,
    output: Output | None = None,
    *,
    references: Mapping[int, FaceTrack] | None = None,
    manners: Mapping[int, Array] | None = None,
) -> Clip:
    """A picture in which the faces with these numbers, from left to right, say their own sound.

    All begin at once; the clip is as long as the longest sound, and who has said all blinks
    and listens. Faces without a sound stay as they are in the picture. Each has its own chance:
    the style's seed, and its number on top. Head and lids of those in `references` move as they
    do there, and those in `manners` move as people of these voices (256,) do. Raises FaceError
    for a face that is not there.
    """
    style, output = style or Style(), output or Output()
    if not voices:
        raise InputError("no face was given a sound; name them as in '0=a.wav 1=b.wav'")
    pixels, where = picture(image)
    found = all_landmarks(pixels, animator.faces, where=where)
    for number in voices:
        if not 0 <= number < len(found):
            raise FaceError(
                f"{where}: there is no face {number}; found {len(found)}, numbered from 0 from "
                "left to right"
            )
    chosen = sorted(voices)
    portraits = [_portrait(pixels, found[number], number, where) for number in chosen]
    others = [points for number, points in enumerate(found) if number not in voices]
    roles = [
        Role(
            *at_rest(portrait),
            (Line(voices[number]),),
            replace(style, seed=style.seed + number),
            reference=(references or {}).get(number),
            manner=(manners or {}).get(number),
        )
        for number, portrait in zip(chosen, portraits, strict=True)
    ]
    paint = faces_close_up if output.crop else Faces
    with at_size(output.size, where):
        painter = paint(portraits, others, output.size, animator.models.translator)
    return play(animator, roles, painter, output)


def _portrait(pixels: Array, landmarks: Array, number: int, where: str) -> Portrait:
    try:
        matte = person_matte(pixels, landmarks)
        return Portrait(pixels, np.asarray(landmarks, np.float32), matte)
    except FaceError as problem:
        raise FaceError(f"{where}: face {number}: {problem}; use a larger picture") from problem
