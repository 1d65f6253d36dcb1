"""Show one live face, as a request says: on a page, on stdout, in a window, or as a camera."""

import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Final

from talkinghead.live.broadcast import Broadcast, Packet
from talkinghead.live.outputs import (
    open_camera,
    require_window,
    send_to_camera,
    show_window,
    write_raw,
)
from talkinghead.live.rig import rig_viewer
from talkinghead.live.session import LiveSession
from talkinghead.live.sources import open_microphone, push_pcm
from talkinghead.live.video_streams import packets, raw_frames
from talkinghead.media.rig_stream import open_streams
from talkinghead.progress import Progress
from talkinghead.requests.live import LiveRequest
from talkinghead.requests.run import load_animator
from talkinghead.sample_rates import FPS
from talkinghead.speech.synthesis import note_on_voice, synthesize_speech
from talkinghead.speech.voices import find_voice
from talkinghead.web.live import SAMPLE_RATE, LiveFaces
from talkinghead.web.live_routes import create_live_app
from talkinghead.web.server import HOST, open_socket, run_server

NAME: Final = "live"  # of the one face
AFTERWARDS: Final = FPS  # frames that are shown after the last word


def show_live(
    request: LiveRequest, progress: Progress, *, port: int | None = None, browser: bool = True
) -> None:
    """Show the face until Ctrl-C, or until its speech ends where there is no page.

    Raises InputError for a port that is in use, OutputError and AudioError for devices that are
    missing, and what loading the subject raises.
    """
    with ExitStack() as opened:
        listener = None
        if request.to == "page":
            listener = opened.enter_context(open_socket(port))
        if request.to == "window":
            require_window()
        animator = load_animator(request.models, progress)
        progress.stage("preparing the face")
        subject = request.load_subject(animator)
        session = LiveSession(
            animator, subject, request.motion_config,
            look_ahead=request.look_ahead / 1000, sample_rate=SAMPLE_RATE,
        )  # fmt: skip
        if request.to == "camera":
            camera = opened.enter_context(open_camera(*session.size))
        broadcast = Broadcast(session)
        opened.callback(broadcast.close)
        streams = open_streams(request.live_link, request.vmc, opened)
        if streams:
            viewer = rig_viewer(streams, session.face)
            opened.callback(broadcast.watch(viewer, pictures=False))
        _start_source(request, broadcast, progress, opened)
        progress.stop()
        if listener is not None:
            faces = LiveFaces(lambda: animator)
            faces.add(broadcast, NAME)
            address = f"http://{HOST}:{listener.getsockname()[1]}/"
            progress.note(f"for OBS and players: {address}api/live/{NAME}/video.webm, or .mjpeg")
            progress.note("the page is at the address below; stop with Ctrl-C")
            progress.print_output(address)
            run_server(create_live_app(faces), listener, address, browser=browser)
            return
        if request.to == "rig":
            with suppress(KeyboardInterrupt):
                _wait_until_said(broadcast, request)
            return
        frames = raw_frames(_until_said(packets(broadcast), broadcast, request))
        with suppress(KeyboardInterrupt):
            if request.to == "stdout":
                write_raw(frames, sys.stdout.buffer)
            elif request.to == "window":
                show_window(frames)
            else:
                send_to_camera(frames, camera)


def _start_source(
    request: LiveRequest,
    broadcast: Broadcast,
    progress: Progress,
    opened: ExitStack,
) -> None:
    """Let speech arrive from where the request says, once somebody watches."""

    def wait_for_viewer() -> None:
        while not broadcast.viewers and not broadcast.wait(0.05):
            pass

    if request.microphone:
        opened.enter_context(open_microphone(broadcast))
    elif request.say is not None:
        note = note_on_voice(find_voice(request.voice))
        if note is not None:
            progress.note(note)
        wave = synthesize_speech(request.say, request.voice)

        def speak() -> None:
            wait_for_viewer()
            broadcast.push_audio(wave.samples, wave.rate, complete=True)

        threading.Thread(target=speak, daemon=True).start()
    elif request.pcm is not None:
        rate = request.pcm

        def read() -> None:
            wait_for_viewer()
            push_pcm(sys.stdin.buffer, rate, broadcast)

        threading.Thread(target=read, daemon=True).start()


def _wait_until_said(broadcast: Broadcast, request: LiveRequest) -> None:
    """Wait until a while after the speech of the request, if that has an end."""
    ends = request.say is not None or request.pcm is not None
    session = broadcast.session
    while not (ends and session.is_complete and session.pushed == session.played):
        if broadcast.wait(0.1):
            return
    broadcast.wait(AFTERWARDS)


def _until_said(
    source: Iterator[Packet], broadcast: Broadcast, request: LiveRequest
) -> Iterator[Packet]:
    """Packets until a while after the speech of the request, if that has an end."""
    ends = request.say is not None or request.pcm is not None
    afterwards = 0
    for packet in source:
        yield packet
        session = broadcast.session
        said = ends and session.is_complete and session.pushed == session.played
        afterwards = afterwards + 1 if said else 0
        if afterwards > AFTERWARDS:
            return
