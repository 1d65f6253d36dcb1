"""The motion of a live session goes to rigs, without a picture being rendered for them."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth
from talkinghead.live.broadcast import Broadcast
from talkinghead.live.rig import rig_viewer
from talkinghead.live.session import LiveFrame
from talkinghead.media.blendshape_names import BLENDSHAPES
from talkinghead.motion.blendshapes import apply_blendshapes
from talkinghead.requests.live import LiveRequest
from talkinghead.sample_rates import FPS
from talkinghead.types import FaceShape, FaceTrack

FACE = FaceShape(close_mouth(mean_face()).astype(np.float32))


def test_blendshapes_and_head_pose_of_each_frame_are_sent():
    sent = []
    stream = SimpleNamespace(send=lambda *args: sent.append(args))
    weights = np.zeros((1, 52))
    weights[0, BLENDSHAPES.index("jawOpen")] = 0.5
    track = FaceTrack(apply_blendshapes(weights, FACE), np.full((1, 6), 3.0), FPS)
    view = rig_viewer([cast(Any, stream)], FACE)
    view(cast(Any, SimpleNamespace(track=track, index=7)))
    view(cast(Any, SimpleNamespace(track=None, index=8)))
    [(shapes, pose, frame, fps)] = sent
    assert shapes[BLENDSHAPES.index("jawOpen")] == pytest.approx(0.5, abs=0.01)
    assert (pose.tolist(), frame, fps) == ([3.0] * 6, 7, FPS)


def test_no_picture_is_rendered_for_a_rig_alone():
    rendered: list[bool] = []

    class Session:
        frames_shown = 0

        def is_in_time(self, ahead: float) -> bool:
            return True

        def advance(self, *, render: bool) -> LiveFrame:
            rendered.append(render)
            self.frames_shown += 1
            return LiveFrame(self.frames_shown, 0.0, np.zeros(1, np.float32), None)

    broadcast = Broadcast(cast(Any, Session()))
    seen: list[int] = []
    leave = broadcast.watch(lambda packet: seen.append(packet.index), pictures=False)
    broadcast.wait(0.2)
    leave()
    without = len(rendered)
    assert seen
    assert not any(rendered)
    broadcast.watch(lambda packet: None)
    broadcast.wait(0.2)
    broadcast.close()
    assert any(rendered[without:])


def test_a_rig_needs_an_address():
    with pytest.raises(InputError, match="to rig needs live_link or vmc"):
        LiveRequest(subject="wilk", to="rig")
    with pytest.raises(InputError, match="is no address"):
        LiveRequest(subject="wilk", live_link="host:x")
    assert LiveRequest(subject="wilk", to="rig", vmc="::1").vmc == "::1"
