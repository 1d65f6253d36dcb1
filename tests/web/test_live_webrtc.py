"""A live face over WebRTC, with aiortc on both sides."""

import asyncio
import json
from collections.abc import Iterator

import numpy as np
import pytest
import requests

pytest.importorskip("aiortc", reason="aiortc is not installed: pip install aiortc")

import aiortc

from talkinghead.pipeline import Animator
from talkinghead.requests.live import LiveRequest
from talkinghead.web import live
from talkinghead.web.live import LiveFaces
from talkinghead.web.live_routes import create_live_app
from tests.web.serving import served


@pytest.fixture
def address(animator: Animator) -> Iterator[str]:
    faces = LiveFaces(lambda: animator)
    face = faces.open(LiveRequest(subject="wilk", size=64))
    assert face.webrtc
    with served(create_live_app(faces)) as port:
        yield f"http://127.0.0.1:{port}/api/live/{face.id}/offer"
    faces.close()


async def watch(address: str, seconds: float) -> tuple[list, list]:
    """Times of the pictures, and times and levels of the sound, after saying something."""
    peer = aiortc.RTCPeerConnection()
    peer.addTransceiver("video", direction="recvonly")
    peer.addTransceiver("audio", direction="recvonly")
    orders = peer.createDataChannel("orders")
    pictures, sounds, reading = [], [], []

    async def read(track):
        while True:
            frame = await track.recv()
            if track.kind == "video":
                pictures.append((frame.time, frame.to_ndarray(format="rgb24").shape))
            else:
                sounds.append((frame.time, np.abs(frame.to_ndarray()).max()))

    peer.on("track", lambda track: reading.append(asyncio.ensure_future(read(track))))
    orders.on("open", lambda: orders.send(json.dumps({"say": "Hello"})))
    await peer.setLocalDescription(await peer.createOffer())
    offer = {"type": peer.localDescription.type, "sdp": peer.localDescription.sdp}
    answer = await asyncio.to_thread(lambda: requests.post(address, json=offer, timeout=30).json())
    await peer.setRemoteDescription(aiortc.RTCSessionDescription(**answer))
    for _ in range(300):
        await asyncio.sleep(0.1)
        loud = [time for time, level in sounds if level > 500]
        if pictures and loud and sounds[-1][0] > loud[0] + seconds:
            break
    for task in reading:
        task.cancel()
    await peer.close()
    return pictures, sounds


@pytest.mark.filterwarnings("default")
def test_picture_and_what_is_said_arrive(address, monkeypatch, voice):
    monkeypatch.setattr(live, "synthesize_speech", lambda text: voice)
    pictures, sounds = asyncio.run(watch(address, 0.5))
    assert pictures[-1][1] == (64, 64, 3)
    assert any(level > 500 for _, level in sounds)
    assert np.diff([time for time, _ in sounds]).max() < 0.1


@pytest.mark.parametrize("sdp", ["", "v=0", "hello"])
def test_what_is_no_offer_is_refused(address, sdp):
    response = requests.post(address, json={"type": "offer", "sdp": sdp}, timeout=30)
    assert response.status_code == 422
    assert "cannot be answered" in response.json()["error"]
