"""Decides which faces of a video speak: the largest, some by number, or one like a picture."""

from collections.abc import Sequence

import numpy as np

from talkinghead.dub.likeness import SIMILAR, describe_face
from talkinghead.errors import FaceError
from talkinghead.face.detectors.base import Detector, Face
from talkinghead.types import Array


class Cast:
    """The people of a video that are dubbed, found again in every shot.

    By number, faces count from 0 from left to right in the first frame that shows enough of them;
    after a cut a person is the face most like it. Without numbers and picture, the largest face
    of each shot speaks.
    """

    def __init__(
        self, numbers: Sequence[int] = (), like: Array | None = None, where: str = "video"
    ) -> None:
        """Take the numbers of the faces, or a descriptor `like` that of `describe_face`."""
        self._numbers, self._where = tuple(numbers), where
        self.count = max(1, len(self._numbers))
        self._looks: list[Array | None] = [like] * self.count
        self._identified = like is not None
        self.most_faces = 0  # seen at once

    def assign(self, image: Array, detector: Detector, taken: Sequence[bool]) -> list[Array | None]:
        """Landmarks (68, 3) of each person in a frame (h, w, 3) uint8; None: not seen.

        `taken` are the people that are followed already.
        """
        faces = sorted(detector.detect(image), key=_centre_x)
        self.most_faces = max(self.most_faces, len(faces))
        if not faces:
            return [None] * self.count
        if self._identified:
            return self._by_looks(image, faces)
        if not self._numbers:
            return [max(faces, key=lambda face: face.area).points]
        if max(self._numbers) >= len(faces):
            return [None] * self.count
        chosen = [faces[number].points for number in self._numbers]
        self._looks = [describe_face(image, points) for points in chosen]
        self._identified = True
        return list(chosen)

    def check(self) -> None:
        """Raise FaceError if the people were never seen."""
        if self._identified or not self._numbers or not self.most_faces:
            return
        last = max(self._numbers)
        raise FaceError(
            f"{self._where}: there is no face {last}; at most {self.most_faces} "
            f"{'face is' if self.most_faces == 1 else 'faces are'} seen at once, "
            "numbered from 0 from left to right"
        )

    def _by_looks(self, image: Array, faces: list[Face]) -> list[Array | None]:
        """The most similar face of each person, each face given once."""
        descriptors = [describe_face(image, face.points) for face in faces]
        similarity = np.array(
            [[float(looks @ d) for d in descriptors] for looks in self._looks if looks is not None]
        )
        found: list[Array | None] = [None] * self.count
        while similarity.max(initial=-1.0) >= SIMILAR:
            person, face = np.unravel_index(int(similarity.argmax()), similarity.shape)
            found[int(person)] = faces[int(face)].points
            similarity[person, :] = similarity[:, face] = -1
        return found


def _centre_x(face: Face) -> float:
    left, _, right, _ = face.box
    return (left + right) / 2
