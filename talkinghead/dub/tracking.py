"""Tracks the faces of a video, shot by shot: which pixels show whom, and where nobody is seen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from talkinghead.dub.cast import Cast
from talkinghead.dub.shots import ShotDetector
from talkinghead.face.detectors.base import Detector, FaceTracker
from talkinghead.geometry.mouth import face_width
from talkinghead.landmarks import COUNT, NOSE_BASE
from talkinghead.media.video_frames import VideoProperties, decode_video
from talkinghead.media.yuv import YuvFrame
from talkinghead.render.parallel import prefetch
from talkinghead.types import Array

_LONG_SIDE: Final = 1280  # pixels: larger pictures are tracked at this size
_WINDOW: Final = 2.6  # face widths: side of the window that follows a face
_WINDOW_PIXELS: Final = 480  # largest side of the window when it is tracked
_DRIFT: Final = 0.35  # face widths by which a face may leave the middle of its window
_GROWTH: Final = 1.35  # factor by which a face may grow or shrink in its window
_RETRY: Final = 5  # frames after which a lost face is looked for again


@dataclass(frozen=True)
class PersonTrack:
    """The landmarks of one person in every frame of a video."""

    points: Array  # (t, 68, 3) float32 in square pixels of the upright picture, NaN where lost
    shots: Array  # (t,) number of the shot of each frame
    stamps: list[int]  # time stamp of each frame, in units of the video's time base
    times: Array  # (t,) seconds from the first frame
    seekable: bool  # whether the time stamps are those of the file


@dataclass
class _Person:
    """One face that is followed through a shot."""

    follower: "WindowTracker | None" = None
    lost: int = 0
    track: list[Array] = field(default_factory=list)


class WindowTracker:
    """Follows a face in a window of the picture, so that small and neighbouring faces work."""

    def __init__(self, detector: Detector, points: Array) -> None:
        """Take the landmarks (68, 3) of the face in pixels of the first frame."""
        self._detector = detector
        self._tracker: FaceTracker | None = None
        self._move_window(points)

    def _move_window(self, points: Array) -> None:
        self.close()
        self._tracker = self._detector.start_tracking()
        self._unit = float(face_width(points[:, :2]))
        self._centre = points[NOSE_BASE, :2].astype(np.float64)
        side = max(_WINDOW * self._unit, 16.0)
        self._scale = min(1.0, _WINDOW_PIXELS / side)
        self._corner = np.round(self._centre - side / 2)
        self._side = round(side)

    def __call__(self, image: Array) -> Array | None:
        """(68, 3) landmarks of the face in the next frame; None: lost."""
        points = self._track(image)
        if points is None:
            return None
        unit = float(face_width(points[:, :2]))
        drift = float(np.linalg.norm(points[NOSE_BASE, :2] - self._centre)) / self._unit
        if drift > _DRIFT or not 1 / _GROWTH < unit / self._unit < _GROWTH:
            self._move_window(points)
            again = self._track(image)
            return points if again is None else again
        return points

    def _track(self, image: Array) -> Array | None:
        assert self._tracker is not None
        x, y = self._corner.astype(int)
        window = np.zeros((self._side, self._side, 3), np.uint8)
        left, top = max(x, 0), max(y, 0)
        right, bottom = min(x + self._side, image.shape[1]), min(y + self._side, image.shape[0])
        if right - left < 8 or bottom - top < 8:
            return None
        window[top - y : bottom - y, left - x : right - x] = image[top:bottom, left:right]
        if self._scale < 1:
            side = round(self._side * self._scale)
            window = cv2.resize(window, (side, side), interpolation=cv2.INTER_AREA)
        points = self._tracker(window)
        if points is None:
            return None
        factor = self._side / window.shape[0]
        return np.asarray(points * factor + (x, y, 0), dtype=np.float32)

    def close(self) -> None:
        """Free the tracker."""
        if self._tracker is not None:
            self._tracker.close()
            self._tracker = None


def tracking_size(properties: VideoProperties) -> tuple[int, int]:
    """Width and height at which a video is tracked: square pixels, no longer than _LONG_SIDE."""
    width, height = properties.size
    wide = width * properties.upright_aspect
    scale = min(1.0, _LONG_SIDE / max(wide, height))
    return max(16, round(wide * scale)), max(16, round(height * scale))


def track_people(
    properties: VideoProperties,
    detector: Detector,
    cast: Cast,
    on_frame: Callable[[int, Array, float, list[Array | None]], None] | None = None,
    seconds: float = np.inf,
) -> list[PersonTrack]:
    """The landmarks of each person of a cast in the frames of a video, up to `seconds`.

    `on_frame` is called with the number of each frame, its picture (h, w, 3) uint8 at the size of
    tracking, the factor from pixels of tracking to those of the result, and the landmarks of each
    person in the former. Raises FaceError as `Cast` does.
    """
    size = tracking_size(properties)
    factor = properties.size[1] / size[1]
    shots, cutter = [], ShotDetector()
    stamps: list[int] = []
    seekable = True
    people = [_Person() for _ in range(cast.count)]
    shot, wait = 0, 0
    pictures = prefetch(_pictures(properties, size))  # decoded while the last one is tracked
    try:
        for index, (stamp, is_own, image) in enumerate(pictures):
            seekable &= is_own
            if stamps and (stamp - stamps[0]) * float(properties.time_base) > seconds:
                break
            if cutter.is_cut(image):
                shot, wait = shot + 1, 0
                for person in people:
                    _forget(person)
            if any(person.follower is None for person in people):
                if wait <= 0:
                    _find(people, cast, detector, image)
                    wait = _RETRY
                wait -= 1
            found = [_follow(person, image) for person in people]
            for person, points in zip(people, found, strict=True):
                person.track.append(_scaled(points, factor))
            if on_frame is not None:
                on_frame(index, image, factor, found)
            shots.append(shot)
            stamps.append(stamp)
    finally:
        pictures.close()
        for person in people:
            _forget(person)
    times = np.array([float((stamp - stamps[0]) * properties.time_base) for stamp in stamps])
    return [
        PersonTrack(np.stack(person.track), np.array(shots), stamps, times, seekable)
        for person in people
    ]


def _pictures(
    properties: VideoProperties, size: tuple[int, int]
) -> Iterator[tuple[int, bool, Array]]:
    """Time stamp, whether it is the file's own, and upright picture (h, w, 3) uint8 of each frame.

    Stamps that are missing or do not rise are replaced.
    """
    with decode_video(properties) as frames:
        step = 1 / properties.frame_rate / properties.time_base
        last: int | None = None
        for frame in frames:
            stamp = frame.pts
            is_own = stamp is not None and (last is None or stamp > last)
            if not is_own:
                stamp = 0 if last is None else last + max(1, round(step))
            last = stamp
            yield stamp, is_own, YuvFrame(frame, properties.quarter_turns).to_rgb(size)


def _find(people: list[_Person], cast: Cast, detector: Detector, image: Array) -> None:
    """Look for the people that are not followed."""
    taken = [person.follower is not None for person in people]
    for person, points in zip(people, cast.assign(image, detector, taken), strict=True):
        if points is not None and person.follower is None:
            person.follower, person.lost = WindowTracker(detector, points), 0


def _follow(person: _Person, image: Array) -> Array | None:
    if person.follower is None:
        return None
    points = person.follower(image)
    person.lost = 0 if points is not None else person.lost + 1
    if person.lost >= _RETRY:
        _forget(person)
    return points


def _forget(person: _Person) -> None:
    if person.follower is not None:
        person.follower.close()
    person.follower, person.lost = None, 0


def _scaled(points: Array | None, factor: float) -> Array:
    if points is None:
        return np.full((COUNT, 3), np.nan, np.float32)
    return np.asarray(points * np.float32(factor))
