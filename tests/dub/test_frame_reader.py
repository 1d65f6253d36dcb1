"""Frames of a video are read in any order, also backwards and one of them many times."""

import numpy as np
import pytest

from talkinghead.dub.frame_reader import FrameReader
from talkinghead.media.video_frames import decode_video, read_properties
from talkinghead.media.yuv import YuvFrame
from tests.dub.videos import write_test_video

COUNT = 20


def brightness(frame: YuvFrame) -> float:
    plane = frame.frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, -1)
    return float(rows[:, : plane.width].mean())  # what follows in a row is undefined


@pytest.fixture(scope="module", params=[5, 250])
def video(request, tmp_path_factory):
    frames = [np.full((32, 48, 3), 20 + 10 * i, np.uint8) for i in range(COUNT)]
    path = write_test_video(
        tmp_path_factory.mktemp("video") / "video.mp4", frames, gop=request.param
    )
    properties = read_properties(path)
    with decode_video(properties) as decoded:
        pairs = [(frame.pts, brightness(YuvFrame(frame))) for frame in decoded]
    return properties, [stamp for stamp, _ in pairs], np.array([light for _, light in pairs])


@pytest.mark.parametrize("seekable", [True, False])
@pytest.mark.parametrize(
    "order",
    [range(COUNT), range(COUNT - 1, -1, -1), [*range(COUNT), 19, 18, 17, 0, 1, 2], [7, 3, 3, 3, 4]],
    ids=["forwards", "backwards", "both", "jumps"],
)
def test_frames_come_in_the_order_that_is_asked_for(video, order, seekable):
    properties, stamps, light = video
    reader = FrameReader(properties, stamps, seekable)
    reader._chunk = 4
    indices = np.array(list(order))
    read = [brightness(frame) for frame in reader.read(indices)]
    np.testing.assert_array_equal(read, light[indices])


def test_a_held_frame_is_as_filmed_each_time_also_while_others_are_painted(video):
    properties, stamps, light = video
    reader = FrameReader(properties, stamps, True)
    held = list(reader.read(np.array([19, 19, 19])))  # several are painted at the same time
    held[0].add_rgb((0, 0, 48, 32), np.full((32, 48, 3), -60, np.float32))
    assert brightness(held[0]) < light[19] - 20
    assert [brightness(frame) for frame in held[1:]] == [light[19]] * 2


def test_a_single_frame_is_read_by_its_number(video):
    properties, stamps, light = video
    reader = FrameReader(properties, stamps, True)
    assert [brightness(reader.frame(i)) for i in (13, 2, 19)] == light[[13, 2, 19]].tolist()
