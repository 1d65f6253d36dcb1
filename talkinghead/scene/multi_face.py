"""Animate several faces of one picture, each with its own recording."""

from collections.abc import Mapping

import numpy as np

from talkinghead.config import MotionConfig, RenderConfig
from talkinghead.errors import FaceError, InputError
from talkinghead.face.portrait import check_mouth, detect_all_landmarks
from talkinghead.face.segmentation import person_matte
from talkinghead.media.loading import AudioSource, ImageSource, face_errors_at, load_image
from talkinghead.pipeline import Animator
from talkinghead.render.multi_face import MultiFaceRenderer, cropped_faces
from talkinghead.scene.schedule import SceneSpeaker, ScheduledLine, animate_speakers
from talkinghead.subjects import limit_size, neutral_face
from talkinghead.types import Array, Clip, FaceTrack, Portrait


def animate_faces(
    animator: Animator,
    image: ImageSource,
    recordings: Mapping[int, AudioSource],
    motion_config: MotionConfig | None = None,
    render_config: RenderConfig | None = None,
    *,
    audio_track: int | None = None,
    pose_references: Mapping[int, FaceTrack] | None = None,
    speaking_styles: Mapping[int, Array] | None = None,
) -> Clip:
    """A clip of a picture in which several faces speak, numbered from 0 from left to right.

    All recordings start together, and the clip is as long as the longest; a face whose recording
    has ended closes its lips and keeps blinking. Faces without a recording do not move. The seed of
    a face is that of `motion_config` plus its number, so that no two blink together. Head pose and
    eyelids are transferred from `pose_references`; `speaking_styles` are speaker embeddings
    (256,); both by the number of the face. `audio_track` is that of `Animator.animate`, for all.

    Raises InputError without recordings, and FaceError for a number without a face or a face
    that is too small.
    """
    motion_config, render_config = MotionConfig.of(motion_config), RenderConfig.of(render_config)
    if not recordings:
        raise InputError("no face was given a recording; name them as in '0=a.wav 1=b.wav'")
    pixels, where = load_image(image, animator.notify)
    landmarks = detect_all_landmarks(pixels, animator.face_detector, where=where)
    for number in recordings:
        if not 0 <= number < len(landmarks):
            raise FaceError(
                f"{where}: there is no face {number}; found {len(landmarks)}, numbered from 0 "
                "from left to right"
            )
    numbers = sorted(recordings)
    for number in numbers:
        check_mouth(landmarks[number], pixels, f"{where}: face {number}", animator.notify)
    portraits = [_portrait(pixels, landmarks[number], number, where) for number in numbers]
    others = [points for number, points in enumerate(landmarks) if number not in recordings]
    speakers = [
        SceneSpeaker(
            *neutral_face(portrait),
            (ScheduledLine(recordings[number], audio_track=audio_track),),
            motion_config.replace(seed=motion_config.seed + number),
            pose_reference=(pose_references or {}).get(number),
            speaking_style=(speaking_styles or {}).get(number),
        )
        for number, portrait in zip(numbers, portraits, strict=True)
    ]
    make_renderer = cropped_faces if render_config.crop else MultiFaceRenderer
    heads = [portrait.landmarks for portrait in portraits] if render_config.crop else []
    size = limit_size(render_config.size, pixels, heads, where, animator.notify)
    with face_errors_at(size, where):
        renderer = make_renderer(portraits, others, size, animator.models.translator)
    return animate_speakers(animator, speakers, renderer, render_config)


def _portrait(pixels: Array, landmarks: Array, number: int, where: str) -> Portrait:
    try:
        matte = person_matte(pixels, landmarks)
        return Portrait(pixels, np.asarray(landmarks, np.float32), matte)
    except FaceError as error:
        raise FaceError(f"{where}: face {number}: {error}; use a larger picture") from error
