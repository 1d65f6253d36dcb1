"""Parts of a decoded frame are read in RGB, and changed without touching the rest."""

import av
import cv2
import numpy as np
import pytest

from talkinghead.media.yuv import YuvFrame
from talkinghead.types import Array
from tests.dub.videos import drifting, write_test_video

FORMATS = ["yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuv420p10le", "nv12", "rgb24"]


@pytest.fixture
def picture(rng: np.random.Generator) -> Array:
    """(62, 98, 3) smooth colours, so that halved chroma loses little."""
    small = rng.integers(60, 190, (4, 6, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(small, (98, 62), interpolation=cv2.INTER_CUBIC))


def frame_of(picture: Array, pixel_format: str) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=pixel_format)


def planes_of(frame: YuvFrame) -> list[Array]:
    return [plane.copy() for plane in frame._planes()]


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("pixel_format", FORMATS)
def test_a_box_shows_the_upright_picture_and_changes_only_there(picture, pixel_format, turns):
    frame, upright = YuvFrame(frame_of(picture, pixel_format), turns), np.rot90(picture, turns)
    assert frame.size == upright.shape[1::-1]
    x, y, width, height = box = frame.align((21, 13, 23, 30))
    assert x <= 21
    assert y <= 13
    assert x + width >= 44
    assert y + height >= 43
    whole = (0, 0, *frame.size)
    before, read, original = planes_of(frame), frame.read_rgb(box), frame.read_rgb(whole)
    wanted = upright[y : y + height, x : x + width].astype(int)
    assert np.abs(read - wanted).mean() < 3

    frame.add_rgb(box, np.zeros((height, width, 3), np.float32))
    assert all(map(np.array_equal, before, planes_of(frame)))

    change = np.zeros((height, width, 3), np.float32)
    change[6:14, 4:12] = (30, -10, 5)
    frame.add_rgb(box, change)
    added = frame.read_rgb(box).astype(int) - read
    assert np.abs(added[8:12, 6:10] - (30, -10, 5)).max() <= 4
    assert np.abs(added[20:]).max() == 0
    outside = np.ones(frame.size[::-1], bool)
    outside[y + 2 : y + 18, x : x + 16] = False  # chroma is interpolated between its samples
    assert np.array_equal(frame.read_rgb(whole)[outside], original[outside])


def test_the_range_of_colours_is_kept(picture):
    full, limited = (YuvFrame(frame_of(picture, name)) for name in ("yuvj444p", "yuv444p"))
    whole = (0, 0, 98, 62)
    assert np.abs(full.read_rgb(whole).astype(int) - picture).max() <= 2
    assert np.abs(limited.read_rgb(whole).astype(int) - picture).max() <= 3


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuvj420p", "yuv420p10le"])
def test_a_copy_is_changed_independently(picture, pixel_format):
    frame = YuvFrame(frame_of(picture, pixel_format), 1)
    whole = (0, 0, *frame.size)
    before = frame.read_rgb(whole)
    copies = [frame.copy(), frame.copy()]
    copies[0].add_rgb((0, 0, 20, 20), np.full((20, 20, 3), 40, np.float32))
    assert np.array_equal(frame.read_rgb(whole), before)
    assert np.array_equal(copies[1].read_rgb(whole), before)
    assert not np.array_equal(copies[0].read_rgb(whole), before)


def test_painting_a_decoded_frame_leaves_later_ones_as_they_are(picture, tmp_path):
    path = write_test_video(tmp_path / "video.mp4", drifting(picture, 6))

    def decoded(paint: bool) -> list[Array]:
        out = []
        with av.open(str(path)) as container:
            for raw in container.decode(video=0):
                frame = YuvFrame(raw)
                out.append(planes_of(frame)[0])
                if paint:
                    frame.add_rgb((0, 0, 98, 62), np.full((62, 98, 3), 80, np.float32))
        return out

    assert all(map(np.array_equal, decoded(False), decoded(True)))
