"""Live frames as bytes: complete sound, pictures at their times, no gap where one is missing."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from talkinghead.live.broadcast import Packet
from talkinghead.live.session import LiveFrame
from talkinghead.live.video_streams import mjpeg, raw_frames, webm
from talkinghead.sample_rates import FPS

RATE = 24_000


def packets(count: int, dropped: tuple[int, ...] = ()) -> list[Packet]:
    """Frames that become brighter, with a tone."""
    tone = 0.5 * np.sin(np.arange(count * RATE // FPS) * 0.1)
    made = []
    for index, audio in enumerate(np.split(tone.astype("f4"), count)):
        picture = np.full((64, 48, 3), 40 + 3 * index, np.uint8)
        image = None if index in dropped else picture
        made.append(Packet(LiveFrame(index, index / FPS, audio, image), image))
    return made


def test_a_dropped_frame_shows_the_one_before():
    frames = list(raw_frames(iter(packets(6, dropped=(0, 3)))))
    assert [int(frame[0, 0, 0]) for frame in frames] == [43, 46, 46, 52, 55]


def test_each_part_of_mjpeg_is_a_picture_with_its_length():
    parts = list(mjpeg(iter(packets(4, dropped=(2,)))))
    assert len(parts) == 3
    for part in parts:
        head, _, body = part.partition(b"\r\n\r\n")
        length = int(head.rpartition(b" ")[2])
        assert Image.open(io.BytesIO(body[:length])).size == (48, 64)


def test_webm_has_all_sound_and_each_picture_at_its_time():
    data = list(webm(iter(packets(30, dropped=(7, 8))), RATE))
    assert len(data) > 5  # it leaves while it is made
    times: dict[str, list[float]] = {"video": [], "audio": []}
    with av.open(io.BytesIO(b"".join(data))) as container:
        for packet in container.demux():
            if packet.pts is not None:
                time = float(packet.pts * (packet.time_base or Fraction(1)))
                times[packet.stream.type].append(time)
    expected = [index / FPS for index in range(30) if index not in (7, 8)]
    assert times["video"][:25] == pytest.approx(expected[:25], abs=0.002)
    assert np.diff(times["audio"]) == pytest.approx(0.02, abs=0.002)
    assert times["audio"][-1] > 1
