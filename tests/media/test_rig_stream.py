"""Frames arrive over UDP as other people's readers read them, each at its time."""

import socket

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.media.blendshape_names import BLENDSHAPES
from talkinghead.media.rig_stream import (
    MAX_PACKET,
    LiveLinkStream,
    VmcStream,
    parse_address,
    play,
    vmc_packets,
)


@pytest.fixture
def receiver():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        opened.settimeout(5)
        yield opened


@pytest.fixture
def frame(rng):
    return rng.uniform(0, 1, 52).astype(np.float32), np.array([20.0, -10, 5, 0, 0, 0])


@pytest.mark.parametrize(("fps", "rate"), [(60, (60, 1)), (30000 / 1001, (30000, 1001))])
def test_live_link_s_packet_is_read_by_pylivelinkface(receiver, frame, fps, rate):
    reader = pytest.importorskip("pylivelinkface", reason="pylivelinkface is not installed")
    weights, pose = frame
    with LiveLinkStream(receiver.getsockname(), "Rosa") as stream:
        stream.send(weights, pose, 7, fps)
    found, face = reader.PyLiveLinkFace.decode(receiver.recv(9000))
    assert found
    assert (face.name, face._version, face._frames) == ("Rosa", 6, 7)
    assert (face.fps, face._denominator) == rate
    values = [face.get_blendshape(shape) for shape in reader.FaceBlendShape]
    names = [shape.name for shape in reader.FaceBlendShape]
    assert [name[0].lower() + name[1:] for name in names[:52]] == list(BLENDSHAPES)
    np.testing.assert_allclose(values[:52], weights)
    np.testing.assert_allclose(np.array(values[52:55]) * 180, [20, 10, 5], rtol=1e-5)


def test_vmc_s_packets_are_read_by_python_osc_and_fit_into_one_frame_of_ethernet(frame):
    packet = pytest.importorskip("pythonosc.osc_packet", reason="python-osc is not installed")
    weights, pose = frame
    packets = list(vmc_packets(weights, pose, 1.5))
    assert max(map(len, packets)) <= MAX_PACKET
    messages = [m.message for data in packets for m in packet.OscPacket(data).messages]
    assert [m.address for m in messages[:3]] == ["/VMC/Ext/OK", "/VMC/Ext/T", "/VMC/Ext/Bone/Pos"]
    assert messages[1].params == [1.5]
    assert messages[-1].address == "/VMC/Ext/Blend/Apply"
    shapes = dict(m.params for m in messages[3:-1])
    assert len(shapes) == 52
    assert shapes["JawOpen"] == pytest.approx(weights[BLENDSHAPES.index("jawOpen")])
    bone, *place_and_turn = messages[2].params
    assert (bone, place_and_turn[:3]) == ("Head", [0, 0, 0])
    x, y, z, w = place_and_turn[3:]
    assert np.linalg.norm([x, y, z, w]) == pytest.approx(1)
    # Nose to the subject's left, raised, and the head tilted to the subject's left.
    assert (y < 0, x < 0, z > 0, w > 0.9) == (True, True, True, True)


def test_without_python_osc_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pythonosc", None)
    with pytest.raises(InputError, match=r"pip install 'talkinghead\[osc\]'"):
        VmcStream(("127.0.0.1", 39539))


def test_frames_are_sent_at_their_times_and_the_face_is_neutral_in_the_end():
    now, sent = [10.0], []

    class Recorder:
        def send(self, weights, pose, frame, fps):
            sent.append((now[0], frame, float(weights.sum()), float(pose.sum())))

    def sleep(seconds):
        now[0] += seconds

    weights, pose = np.ones((3, 52), np.float32), np.ones((3, 6))
    done: list[int] = []
    play([Recorder()], weights, pose, 4.0, done.append, clock=lambda: now[0], sleep=sleep)
    assert sent == [(10, 0, 52, 6), (10.25, 1, 52, 6), (10.5, 2, 52, 6), (10.75, 3, 0, 0)]
    assert done[-1] == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [("127.0.0.1", ("127.0.0.1", 9)), ("studio:80", ("studio", 80)), ("::1", ("::1", 9)),
     ("[::1]:80", ("::1", 80))],
)  # fmt: skip
def test_an_address_has_a_host_and_maybe_a_port(text, expected):
    assert parse_address(text, 9) == expected


@pytest.mark.parametrize("text", ["", ":80", "host:", "host:x", "host:99999", "host:0"])
def test_what_is_no_address_is_refused(text):
    if text == "host:":
        assert parse_address(text, 9) == ("host", 9)
        return
    with pytest.raises(InputError, match="is no address; give HOST or HOST:PORT"):
        parse_address(text, 9)
