"""A viewer of a live session that sends its motion to a rig, as ARKit's blendshapes."""

from collections.abc import Sequence

from talkinghead.live.broadcast import Packet, Viewer
from talkinghead.media.rig_stream import RigStream
from talkinghead.motion.blendshapes import blendshape_weights
from talkinghead.sample_rates import FPS
from talkinghead.types import FaceShape


def rig_viewer(streams: Sequence[RigStream], face: FaceShape) -> Viewer:
    """Sends the motion of every packet, of the neutral `face`, to all streams."""

    def send(packet: Packet) -> None:
        if packet.track is not None:
            weights = blendshape_weights(packet.track, face)[0]
            for stream in streams:
                stream.send(weights, packet.track.pose[0], packet.index, FPS)

    return send
