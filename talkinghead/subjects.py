"""Build subjects from photos and puppets: neutral face, placement in the picture, renderer."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from talkinghead.config import MAX_DEFAULT_SIDE, FrameSize
from talkinghead.face.segmentation import person_matte
from talkinghead.geometry.align import face_frame
from talkinghead.geometry.mouth import close_mouth
from talkinghead.media.image import Notify
from talkinghead.media.loading import face_errors_at
from talkinghead.models.translator_runtime import MouthTranslator
from talkinghead.puppet.face_frame import mouth_gain, puppet_face
from talkinghead.render.cartoon import CartoonRenderer, TransparentCartoon
from talkinghead.render.crop import cropped_cartoon, cropped_photo, heads_box
from talkinghead.render.multi_face import mask_out_neighbours
from talkinghead.render.photo import PhotoRenderer
from talkinghead.types import Array, FaceFrame, FaceShape, Portrait, Puppet, Renderer, Subject


def photo_subject(
    portrait: Portrait,
    *,
    size: FrameSize = None,
    crop: bool = False,
    translator: MouthTranslator | None = None,
    where: str = "picture",
    notify: Notify | None = None,
) -> Subject:
    """A portrait whose person is segmented from the background and other faces, which do not move.

    `size` is the longer side of the frames in pixels, "full" that of the picture, None the same up
    to MAX_DEFAULT_SIDE, in which case `notify` is told; with `crop` only a square around the head
    is rendered, and `size` is its side. The translator, if given,
    refines the mouth. `where` names the picture in messages. Raises FaceError for a face that
    is too small.
    """
    if portrait.matte is None:
        portrait = replace(portrait, matte=person_matte(portrait.image, portrait.landmarks))
    if portrait.other_faces:
        portrait = mask_out_neighbours(portrait)
    make_renderer = cropped_photo if crop else PhotoRenderer
    pixels = limit_size(size, portrait.image, [portrait.landmarks] if crop else [], where, notify)
    with face_errors_at(pixels, where):
        renderer = make_renderer(portrait, pixels, translator)
    return Subject(*neutral_face(portrait), renderer)


def cartoon_subject(
    puppet: Puppet,
    *,
    background: Array | None = None,
    size: FrameSize = None,
    crop: bool = False,
    transparent: bool = False,
    notify: Notify | None = None,
) -> Subject:
    """A puppet on its own background, on another one (h, w, 3) uint8, or `transparent` on none.

    `size`, `crop` and `notify` are those of `photo_subject`.
    """
    renderer: Renderer
    canvas = puppet.layers["head"].image
    pixels = limit_size(size, canvas, [puppet.closed] if crop else [], puppet.name, notify)
    if crop:
        renderer = cropped_cartoon(puppet, pixels, background, transparent)
    else:
        cartoon = CartoonRenderer(puppet, pixels, background)
        renderer = TransparentCartoon(cartoon) if transparent else cartoon
    return Subject(*puppet_face(puppet), renderer, mouth_gain(puppet))


def limit_size(
    size: FrameSize,
    picture: Array,
    heads: Sequence[Array],
    where: str,
    notify: Notify | None = None,
) -> int | None:
    """The longer side of the frames in pixels; None where nothing is resized.

    `picture` is (h, w, channels). Of `heads`, landmarks (68, 2 or 3) each, only the box around
    them is rendered; without any, the whole picture is.
    """
    if size != "full" and size is not None:
        return size
    height, width = picture.shape[:2]
    full = max(heads_box(heads, (width, height))[2:] if heads else (width, height))
    if size == "full" or full <= MAX_DEFAULT_SIDE:
        return None
    if notify is not None:
        notify(
            f"{where}: the video's longer side is {MAX_DEFAULT_SIDE} pixels, of {full} in the "
            "picture, so that phones can play it; --size full keeps all of them"
        )
    return MAX_DEFAULT_SIDE


def neutral_face(portrait: Portrait) -> tuple[FaceShape, FaceFrame]:
    """The face of a portrait with a closed mouth, in face units, and its placement."""
    frame = face_frame(portrait.landmarks)
    return FaceShape(frame.to_face(close_mouth(portrait.landmarks)).astype(np.float32)), frame
