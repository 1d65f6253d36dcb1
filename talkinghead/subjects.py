"""Build subjects from photos and puppets: neutral face, placement in the picture, renderer."""

from dataclasses import replace

import numpy as np

from talkinghead.face.segmentation import person_matte
from talkinghead.geometry.align import face_frame
from talkinghead.geometry.mouth import close_mouth
from talkinghead.media.loading import face_errors_at
from talkinghead.models.translator import Translator
from talkinghead.puppet.face_frame import mouth_gain, puppet_face
from talkinghead.render.cartoon import CartoonRenderer, TransparentCartoon
from talkinghead.render.crop import cropped_cartoon, cropped_photo
from talkinghead.render.multi_face import mask_out_neighbours
from talkinghead.render.photo import PhotoRenderer
from talkinghead.types import Array, FaceFrame, FaceShape, Portrait, Puppet, Renderer, Subject


def photo_subject(
    portrait: Portrait,
    *,
    size: int | None = None,
    crop: bool = False,
    translator: Translator | None = None,
    where: str = "picture",
) -> Subject:
    """A portrait whose person is segmented from the background and other faces, which do not move.

    `size` is the longer side of the frames in pixels, None that of the picture; with `crop` only
    a square around the head is rendered, and `size` is its side. The translator, if given,
    refines the mouth. `where` names the picture in messages. Raises FaceError for a face that
    is too small.
    """
    if portrait.matte is None:
        portrait = replace(portrait, matte=person_matte(portrait.image, portrait.landmarks))
    if portrait.other_faces:
        portrait = mask_out_neighbours(portrait)
    make_renderer = cropped_photo if crop else PhotoRenderer
    with face_errors_at(size, where):
        renderer = make_renderer(portrait, size, translator)
    return Subject(*neutral_face(portrait), renderer)


def cartoon_subject(
    puppet: Puppet,
    *,
    background: Array | None = None,
    size: int | None = None,
    crop: bool = False,
    transparent: bool = False,
) -> Subject:
    """A puppet on its own background, on another one (h, w, 3) uint8, or `transparent` on none.

    `size` and `crop` are those of `photo_subject`.
    """
    renderer: Renderer
    if crop:
        renderer = cropped_cartoon(puppet, size, background, transparent)
    else:
        cartoon = CartoonRenderer(puppet, size, background)
        renderer = TransparentCartoon(cartoon) if transparent else cartoon
    return Subject(*puppet_face(puppet), renderer, mouth_gain(puppet))


def neutral_face(portrait: Portrait) -> tuple[FaceShape, FaceFrame]:
    """The face of a portrait with a closed mouth, in face units, and its placement."""
    frame = face_frame(portrait.landmarks)
    return FaceShape(frame.to_face(close_mouth(portrait.landmarks)).astype(np.float32)), frame
