"""Live faces over HTTP and WebSockets: what programs and pages get."""

import io
import json
import struct
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import requests
from PIL import Image
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from talkinghead.pipeline import Animator
from talkinghead.requests.live import LiveRequest
from talkinghead.sample_rates import FPS
from talkinghead.web import live
from talkinghead.web.live import LiveFaces
from talkinghead.web.live_routes import create_live_app
from tests.web.serving import served


@pytest.fixture
def faces(animator: Animator) -> Iterator[LiveFaces]:
    made = LiveFaces(lambda: animator)
    yield made
    made.close()


@pytest.fixture
def address(faces: LiveFaces) -> Iterator[str]:
    with served(create_live_app(faces)) as port:
        yield f"127.0.0.1:{port}"


@pytest.fixture
def face(faces: LiveFaces) -> str:
    return faces.open(LiveRequest(subject="wilk", size=64)).id


def receive(socket: Any) -> tuple[int, np.ndarray, bytes]:
    """Index, samples and JPEG of the next frame."""
    data = socket.recv(timeout=30)
    assert isinstance(data, bytes)
    index, size = struct.unpack_from("<II", data)
    return index, np.frombuffer(data[8 : 8 + size], "<i2"), data[8 + size :]


def test_frames_and_their_audio_arrive_in_order_and_say_what_was_sent(address, face):
    tone = (8000 * np.sin(np.arange(12_000) * 0.2)).astype("<i2")
    with connect(f"ws://{address}/api/live/{face}") as socket:
        about = json.loads(socket.recv(timeout=30))
        assert about["size"] == [64, 64]
        socket.send(json.dumps({"rate": 24_000}))
        socket.send(tone.tobytes())
        socket.send(json.dumps({"complete": True}))
        frames = [receive(socket) for _ in range(2 * FPS)]
    indices = [index for index, _, _ in frames]
    assert indices == list(range(indices[0], indices[0] + len(indices)))
    audio = np.concatenate([samples for _, samples, _ in frames])
    heard = np.flatnonzero(audio)
    assert np.abs(audio[heard[0] :][: tone.size - 1] - tone[1:]).max() <= 2  # its first is 0
    pictures = [Image.open(io.BytesIO(jpeg)) for _, _, jpeg in frames if jpeg]
    assert pictures
    assert pictures[-1].size == (64, 64)


def test_a_stop_silences_what_was_not_played(address, face):
    with connect(f"ws://{address}/api/live/{face}") as socket:
        socket.recv(timeout=30)
        socket.send(np.full(5 * 24_000, 5000, "<i2").tobytes())
        while not receive(socket)[1].any():
            pass
        socket.send(json.dumps({"stop": True}))
        sounds = [receive(socket)[1].any() for _ in range(25)]
    assert not any(sounds[-15:])


def test_ten_viewers_see_the_same_and_the_next_is_refused(address, face, monkeypatch):
    monkeypatch.setattr(live, "MAX_VIEWERS", 3)
    url = f"ws://{address}/api/live/{face}"
    with connect(url) as a, connect(url) as b, connect(url) as c:
        for socket in (a, b, c):
            socket.recv(timeout=30)
        seen = [
            {index: jpeg for index, _, jpeg in (receive(s) for _ in range(20))} for s in (a, b, c)
        ]
        common = set(seen[0]) & set(seen[1]) & set(seen[2])
        assert common
        assert all(seen[0][index] == seen[1][index] == seen[2][index] for index in common)
        with connect(url) as refused:
            assert "3 watch already" in json.loads(refused.recv(timeout=30))["error"]
    with connect(url) as again:  # a lost connection can be opened again
        assert json.loads(again.recv(timeout=30))["id"] == face


def test_what_is_no_order_is_answered_and_the_face_goes_on(address, face):
    with connect(f"ws://{address}/api/live/{face}") as socket:
        socket.recv(timeout=30)
        for message in ("hello", "[1]", '{"rate": 3}', '{"say": 4}', '{"say": "..."}'):
            socket.send(message)
        errors = []
        while len(errors) < 5:
            data = socket.recv(timeout=30)
            if isinstance(data, str):
                errors.append(json.loads(data)["error"])
        assert "rate: must be" in errors[2]
        receive(socket)


def test_another_site_s_page_and_an_unknown_face_are_refused(address, face):
    with pytest.raises((InvalidStatus, ConnectionClosed)):
        connect(f"ws://{address}/api/live/{face}", origin="http://elsewhere.example").recv()
    with connect(f"ws://{address}/api/live/nobody") as socket:
        assert "no such live face" in json.loads(socket.recv(timeout=30))["error"]
    assert (
        requests.get(f"http://{address}/api/live/nobody/video.mjpeg", timeout=30).status_code == 404
    )


def test_other_programs_read_mjpeg(address, face):
    url = f"http://{address}/api/live/{face}/video.mjpeg"
    with requests.get(url, stream=True, timeout=30) as response:
        assert response.headers["content-type"].startswith("multipart/x-mixed-replace")
        data = response.raw.read(6000)
    start = data.index(b"\xff\xd8")
    assert Image.open(io.BytesIO(data[start:])).size == (64, 64)


def test_other_programs_read_webm_with_sound_in_step(address, face, faces, tmp_path: Path):
    session = faces.find(face)
    path = tmp_path / "live.webm"
    with requests.get(
        f"http://{address}/api/live/{face}/video.webm", stream=True, timeout=10
    ) as got:
        session.push_audio(np.full(24_000, 0.3, np.float32), 24_000, complete=True)
        with path.open("wb") as out:
            until = time.monotonic() + 4
            for part in got.iter_content(1000):
                out.write(part)
                if session.session.played >= 24_000 and time.monotonic() > until:
                    break
    with closing(av.open(str(path))) as container:
        kinds = {stream.type for stream in container.streams}
        times = {"video": [], "audio": []}
        for packet in container.demux():
            if packet.pts is not None:
                times[packet.stream.type].append(float(packet.pts * packet.time_base))
    assert kinds == {"video", "audio"}
    assert abs(times["video"][-1] - times["audio"][-1]) < 0.7  # a slow machine drops frames
    assert np.diff(times["audio"]).max() < 0.03  # and no sound


def test_an_abandoned_face_makes_room_for_another(faces, monkeypatch):
    monkeypatch.setattr(live, "MAX_SESSIONS", 1)
    first = faces.open(LiveRequest(subject="wilk", size=64)).id
    with pytest.raises(live.TooManyFaces, match="close one"):
        faces.open(LiveRequest(subject="wilk", size=64))
    monkeypatch.setattr(live, "ABANDONED", 0.0)
    second = faces.open(LiveRequest(subject="wilk", size=64)).id
    assert faces.find(second)
    with pytest.raises(live.NotFound):
        faces.find(first)
