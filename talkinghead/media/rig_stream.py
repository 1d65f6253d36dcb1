"""Sends blendshapes over UDP: Live Link Face's packets, or OSC messages of the VMC protocol."""

import ipaddress
import socket
import struct
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Final, Protocol, Self

import numpy as np

from talkinghead.errors import InputError, OutputError
from talkinghead.media.blendshape_export import live_link_values
from talkinghead.media.blendshape_names import BLENDSHAPES, pascal_case
from talkinghead.types import Array

LIVE_LINK_PORT: Final = 11111  # Unreal Engine's Live Link listens there
VMC_PORT: Final = 39539  # VSeeFace, VMagicMirror and others listen there
PACKET_VERSION: Final = 6  # of Live Link Face
MAX_PACKET: Final = 1400  # bytes: more would be split on the way
_SUBJECT: Final = "talkinghead"


class RigStream(Protocol):
    """Sends one frame after another to a program that animates a character."""

    def send(self, weights: Array, pose: Array, frame: int, fps: float) -> None:
        """Send (52,) weights of BLENDSHAPES and (6,) head pose. Raises OutputError."""
        ...


class _Udp:
    """A socket that sends to one address."""

    def __init__(self, address: tuple[str, int]):
        self._address = address
        try:
            found = socket.getaddrinfo(*address, type=socket.SOCK_DGRAM)[0]
            self._socket = socket.socket(found[0], socket.SOCK_DGRAM)
            self._address = found[4][:2]  # type: ignore[assignment]
        except OSError as error:
            raise OutputError(f"{address[0]}:{address[1]}: {error.strerror or error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _send(self, packet: bytes) -> None:
        try:
            self._socket.sendto(packet, self._address)
        except ConnectionRefusedError:
            pass  # nobody listens yet; a camera does not stop for that either
        except OSError as error:
            host, port = self._address
            raise OutputError(f"{host}:{port}: cannot be sent to ({error.strerror})") from error


class LiveLinkStream(_Udp):
    """Sends what the app Live Link Face sends: to Unreal Engine, and programs that read it."""

    def __init__(self, address: tuple[str, int], subject: str = _SUBJECT):
        """`subject` is the name under which Live Link lists the face."""
        super().__init__(address)
        self._subject, self._device = subject, str(uuid.uuid4()).upper()

    def send(self, weights: Array, pose: Array, frame: int, fps: float) -> None:
        """Send a frame."""
        values = live_link_values(weights[None], pose[None])[0]
        self._send(live_link_packet(values, frame, fps, self._subject, self._device))


def live_link_packet(values: Array, frame: int, fps: float, subject: str, device: str) -> bytes:
    """Version, device, subject, frame, frame rate as a ratio, and the (61,) values; big-endian."""
    return b"".join(
        (
            struct.pack("!B", PACKET_VERSION),
            _text(device),
            _text(subject),
            struct.pack("!ifii", frame, 0.0, round(fps * 1001), 1001)
            if round(fps) != fps
            else struct.pack("!ifii", frame, 0.0, round(fps), 1),
            struct.pack(f"!B{len(values)}f", len(values), *values.tolist()),
        )
    )


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("!i", len(encoded)) + encoded


class VmcStream(_Udp):
    """Sends the VMC protocol to VTuber software: perfect-sync blendshapes, and the head bone."""

    def __init__(self, address: tuple[str, int]):
        """Raises InputError without python-osc."""
        try:
            import pythonosc  # noqa: F401 - found now, not at the first frame
        except ImportError as error:
            raise InputError(
                "python-osc is not installed, and it writes the VMC protocol; "
                "pip install 'talkinghead[osc]'"
            ) from error
        super().__init__(address)

    def send(self, weights: Array, pose: Array, frame: int, fps: float) -> None:
        """Send a frame, in as many packets as it needs."""
        for packet in vmc_packets(weights, pose, frame / fps):
            self._send(packet)


def vmc_packets(weights: Array, pose: Array, seconds: float) -> Iterator[bytes]:
    """Bundles with the head bone, the 52 blendshapes, `Apply`, and the time.

    The head turns about Unity's axes: x right, y up, z forward, left-handed.
    """
    from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
    from pythonosc.osc_message_builder import OscMessageBuilder
    from scipy.spatial.transform import Rotation  # imported late: not for --help

    yaw, pitch, roll = (float(angle) for angle in pose[:3])
    turn = Rotation.from_euler("YXZ", [-yaw, pitch, roll], degrees=True).as_quat()
    messages: list[tuple[str, tuple[str | int | float, ...]]] = [
        ("/VMC/Ext/OK", (1,)),
        ("/VMC/Ext/T", (seconds,)),
        ("/VMC/Ext/Bone/Pos", ("Head", 0.0, 0.0, 0.0, *(float(part) for part in turn))),
    ]
    messages += [
        ("/VMC/Ext/Blend/Val", (pascal_case(name), float(weight)))
        for name, weight in zip(BLENDSHAPES, weights, strict=True)
    ]
    messages.append(("/VMC/Ext/Blend/Apply", ()))
    bundle, size = OscBundleBuilder(IMMEDIATELY), 16
    for address, values in messages:
        builder = OscMessageBuilder(address)
        for value in values:
            builder.add_arg(value)
        message = builder.build()
        if size + 4 + message.size > MAX_PACKET:
            yield bundle.build().dgram
            bundle, size = OscBundleBuilder(IMMEDIATELY), 16
        bundle.add_content(message)
        size += 4 + message.size
    yield bundle.build().dgram


def parse_address(text: str, port: int) -> tuple[str, int]:
    """HOST, HOST:PORT or [IPV6]:PORT as host and port. Raises InputError."""
    host, _, number = text.rpartition(":") if ":" in text else (text, "", "")
    try:
        ipaddress.IPv6Address(text)
        host, number = text, ""
    except ValueError:
        pass
    host = host.removeprefix("[").removesuffix("]")
    if not host or (number and not (number.isdecimal() and 0 < int(number) < 65536)):
        raise InputError(f"{text!r} is no address; give HOST or HOST:PORT, as in 127.0.0.1:{port}")
    return host, int(number or port)


def open_streams(live_link: str | None, vmc: str | None, opened: ExitStack) -> list[RigStream]:
    """What sends to these addresses, until `opened` is closed.

    Raises InputError for what is no address, and for vmc without python-osc.
    """
    streams: list[RigStream] = []
    if live_link is not None:
        address = parse_address(live_link, LIVE_LINK_PORT)
        streams.append(opened.enter_context(LiveLinkStream(address)))
    if vmc is not None:
        streams.append(opened.enter_context(VmcStream(parse_address(vmc, VMC_PORT))))
    return streams


def play(
    streams: list[RigStream],
    weights: Array,
    pose: Array,
    fps: float,
    on_frame: Callable[[int], None] = lambda done: None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Send (t, 52) weights and (t, 6) head poses to all streams, each frame at its time.

    The last frame that is sent is the neutral face, for receivers keep what they got last.
    """
    rows = np.concatenate([weights, np.zeros((1, weights.shape[1]), weights.dtype)])
    poses = np.concatenate([pose, np.zeros((1, pose.shape[1]), pose.dtype)])
    began = clock()
    for frame, (row, turn) in enumerate(zip(rows, poses, strict=True)):
        ahead = began + frame / fps - clock()
        if ahead > 0:
            sleep(ahead)
        for stream in streams:
            stream.send(row, turn, frame, fps)
        on_frame(min(frame + 1, len(weights)))
