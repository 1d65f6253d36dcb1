"""What a video keeps is read from its file."""

from fractions import Fraction

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.media.video_frames import decode_video, read_properties
from tests.dub.videos import write_test_video


def grey(count: int, size: tuple[int, int] = (48, 32)) -> list[np.ndarray]:
    return [np.full((size[1], size[0], 3), 20 + 8 * i, np.uint8) for i in range(count)]


def test_rotation_and_aspect_say_how_large_the_picture_is(tmp_path):
    plain = read_properties(write_test_video(tmp_path / "a.mp4", grey(3)))
    assert (plain.size, plain.quarter_turns, plain.upright_aspect) == ((48, 32), 0, 1)
    assert (plain.frame_rate, plain.has_audio) == (25, False)
    phone = write_test_video(tmp_path / "b.mp4", grey(3), rotation=-90, aspect=Fraction(4, 3))
    properties = read_properties(phone)
    assert properties.stored_size == (48, 32)
    assert properties.size == (32, 48)
    assert properties.quarter_turns in (1, 3)
    assert properties.upright_aspect == pytest.approx(3 / 4)


def test_decoding_can_begin_at_a_time_stamp(tmp_path):
    path = write_test_video(tmp_path / "video.mp4", grey(20), gop=5)
    properties = read_properties(path)
    with decode_video(properties) as frames:
        stamps = [frame.pts for frame in frames]
    with decode_video(properties, stamps[12]) as frames:
        assert next(iter(frames)).pts == stamps[10]  # the last key frame up to it


def test_what_is_no_video_is_refused_in_a_line(tmp_path, voice_file):
    with pytest.raises(InputError, match="no video stream"):
        read_properties(voice_file)
    empty = tmp_path / "x.mp4"
    empty.write_bytes(b"no video")
    with pytest.raises(InputError, match=r"x\.mp4"):
        read_properties(empty)
