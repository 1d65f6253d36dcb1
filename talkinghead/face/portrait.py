"""Choose the face of a picture that will speak."""

from collections.abc import Callable

from talkinghead.errors import FaceError
from talkinghead.face.base import Detector, Face
from talkinghead.geometry.mouth import gaps, width
from talkinghead.types import Array, Portrait

GAPE = 0.6  # of the mouth's width: lips further apart leave a trace when they are shut


def find_portrait(
    image: Array,
    detector: Detector,
    *,
    face: int | None = None,
    where: str = "picture",
    notify: Callable[[str], None] | None = None,
) -> Portrait:
    """The picture (h, w, 3) uint8 RGB with the landmarks of one face, and of the others.

    Faces are numbered from 0, from left to right as seen. Without `face` the largest is
    taken, and `notify` is told in one line when there are others, and in one when the mouth is
    open so far that it will not close well. `where` names the picture in messages. Raises
    FaceError when there is no face, or not the one asked for.
    """
    found = _found(image, detector, where)
    ordered = sorted(found, key=_middle)
    if face is None:
        chosen = ordered.index(found[0])
        if len(found) > 1 and notify is not None:
            notify(
                f"{where}: found {len(found)} faces, numbered 0 to {len(found) - 1} from left "
                f"to right; animating the largest, number {chosen}; choose another with --face N"
            )
    elif 0 <= face < len(ordered):
        chosen = face
    else:
        count = "1 face, number 0" if len(found) == 1 else f"{len(found)} faces"
        span = "" if len(found) == 1 else f", numbered 0 to {len(found) - 1} from left to right"
        raise FaceError(f"{where}: there is no face {face}; found {count}{span}")
    try:
        others = tuple(each.points for at, each in enumerate(ordered) if at != chosen)
        portrait = Portrait(image, ordered[chosen].points, others=others)
    except FaceError as problem:
        raise FaceError(f"{where}: {problem}") from problem
    if notify is not None and gaps(portrait.landmarks).max() > GAPE * width(portrait.landmarks):
        notify(
            f"{where}: the mouth is wide open, and will not close without a trace; "
            "a picture with the lips together looks better"
        )
    return portrait


def all_landmarks(image: Array, detector: Detector, *, where: str = "picture") -> list[Array]:
    """The landmarks (68, 3) of every face of a picture, numbered as in `find_portrait`.

    Raises FaceError when there is no face.
    """
    return [face.points for face in sorted(_found(image, detector, where), key=_middle)]


def _found(image: Array, detector: Detector, where: str) -> list[Face]:
    """The faces of a picture, the largest first."""
    found = detector.faces(image)
    if not found:
        raise FaceError(
            f"{where}: found no face; crop the picture to one frontal face "
            "that fills about half of it"
        )
    return found


def _middle(face: Face) -> float:
    left, _, right, _ = face.box
    return (left + right) / 2
