"""Reads the frames of a video in any order that a timeline asks for, a bounded number at a time."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from talkinghead.media.video_frames import VideoProperties, decode_video
from talkinghead.media.yuv import YuvFrame
from talkinghead.types import Array

_CHUNK_PIXELS: Final = 40_000_000  # kept at a time while a video is played backwards


class FrameReader:
    """Decodes the frames of a video by their numbers."""

    def __init__(self, properties: VideoProperties, stamps: list[int], seekable: bool) -> None:
        """Take the time stamps of all frames, and whether they are those of the file."""
        self._properties, self._stamps = properties, np.array(stamps, dtype=np.int64)
        self._seekable = seekable
        width, height = properties.stored_size
        self._chunk = int(np.clip(_CHUNK_PIXELS // (width * height), 4, 64))

    def read(self, indices: Array) -> Iterator[YuvFrame]:
        """The frames `indices` (n,), in this order. Each may be changed in place."""
        for run in _runs(indices):
            first, last = int(run[0]), int(run[-1])
            if first < last or len(run) == 1:
                yield from self._forward(first, last + 1)
            elif first == last:
                frame = next(iter(self._forward(first, first + 1)))
                for _ in run:
                    yield frame.copy()
            else:
                for stop in range(first + 1, last, -self._chunk):
                    chunk = list(self._forward(max(last, stop - self._chunk), stop))
                    while chunk:
                        yield chunk.pop()

    def frame(self, index: int) -> YuvFrame:
        """One frame."""
        return next(iter(self._forward(index, index + 1)))

    def _forward(self, start: int, stop: int) -> Iterator[YuvFrame]:
        """The frames from `start` up to `stop`."""
        seek = start > 0 and self._seekable
        with decode_video(self._properties, int(self._stamps[start]) if seek else None) as frames:
            at = -1 if seek else 0
            for frame in frames:
                if seek:
                    at = self._number(frame)
                if start <= at < stop:
                    yield YuvFrame(frame, self._properties.quarter_turns)
                at += 1
                if at >= stop:
                    return

    def _number(self, frame: Any) -> int:
        """The number of a decoded frame, by its time stamp; -1 for one before the first."""
        if frame.pts is None:
            return -1
        return int(np.searchsorted(self._stamps, frame.pts, side="right")) - 1


def _runs(indices: Array) -> Iterator[Array]:
    """Ranges of `indices` that are read in one go: forwards, backwards, or one frame repeated."""
    steps = np.diff(indices)
    start = 0
    while start < len(indices):
        end = start + 1
        if end < len(indices) and steps[start] in (-1, 0, 1):
            end = start + 2
            while end < len(indices) and steps[end - 1] == steps[start]:
                end += 1
        yield indices[start:end]
        start = end
