"""Where live speech comes from and frames go, with stand-ins for devices that are not here."""

import io
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from talkinghead.errors import AudioError, OutputError
from talkinghead.live.outputs import open_camera, send_to_camera, write_raw
from talkinghead.live.sources import open_microphone, push_pcm
from talkinghead.live.speech_queue import FeatureBlocks, SpeechQueue


class Listener:
    """Takes what a Broadcast would take."""

    def __init__(self):
        self.parts, self.complete = [], False
        self.session = SimpleNamespace(queued_seconds=0.0)

    def push_audio(self, samples, rate, *, complete=False):
        self.parts.append(np.asarray(samples))
        self.rate, self.complete = rate, complete

    def is_closed(self):
        return False


def test_pcm_arrives_complete_however_it_is_cut():
    samples = np.arange(-500, 500, dtype="<i2")

    class Cut(io.BytesIO):
        def read1(self, size=-1):
            return super().read(7)  # in the middle of samples

    listener = Listener()
    push_pcm(Cut(samples.tobytes()), 16_000, listener)
    assert (
        np.concatenate([part for part in listener.parts if part.size]).tolist() == samples.tolist()
    )
    assert (listener.rate, listener.complete) == (16_000, True)


def test_without_sounddevice_or_a_microphone_one_line_says_what_to_do():
    def missing(name):
        raise OSError("PortAudio library not found")

    with pytest.raises(AudioError, match="libportaudio2"):
        open_microphone(Listener(), missing)

    class PortAudioError(Exception):
        pass

    def no_device(**options):
        raise PortAudioError("Error querying\ndevice -1")

    module = SimpleNamespace(RawInputStream=no_device, PortAudioError=PortAudioError)
    with pytest.raises(AudioError, match="no microphone can be opened: Error querying device"):
        open_microphone(Listener(), lambda name: module)


def test_the_microphone_s_samples_are_pushed_unless_too_many_wait():
    callbacks = []

    def stream(callback, **options):
        callbacks.append(callback)
        return SimpleNamespace(start=lambda: None)

    module = SimpleNamespace(RawInputStream=stream, PortAudioError=RuntimeError)
    listener = Listener()
    open_microphone(listener, lambda name: module)
    callbacks[0](np.arange(4, dtype="<i2").tobytes(), 4, None, None)
    listener.session.queued_seconds = 3.0
    callbacks[0](np.arange(4, dtype="<i2").tobytes(), 4, None, None)
    assert [part.tolist() for part in listener.parts] == [[0, 1, 2, 3]]


def test_raw_frames_are_written_until_the_reader_leaves():
    frame = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    out = io.BytesIO()
    write_raw(iter([frame, frame]), out)
    assert out.getvalue() == 2 * frame.tobytes()

    class Closed(io.BytesIO):
        def write(self, data):
            raise BrokenPipeError

    write_raw(iter([frame]), Closed())


def test_frames_reach_a_virtual_camera_and_a_missing_one_is_told(monkeypatch):
    sent = []

    class Camera:
        def __init__(self, width, height, fps):
            assert (width, height, fps) == (4, 4, 25)

        def __enter__(self):
            return self

        def __exit__(self, *problem):
            return None

        def send(self, frame):
            sent.append(frame)

    camera = open_camera(4, 4, lambda name: SimpleNamespace(Camera=Camera))
    send_to_camera(iter(np.zeros((3, 4, 4, 3), np.uint8)), camera)
    assert len(sent) == 3

    def no_device(**options):
        raise RuntimeError("v4l2loopback\nnot found")

    with pytest.raises(OutputError, match="no virtual camera here: v4l2loopback not found"):
        open_camera(4, 4, lambda name: SimpleNamespace(Camera=no_device))
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    with pytest.raises(OutputError, match="talkinghead\\[live\\]"):
        open_camera(4, 4)


def test_what_was_cleared_is_not_taken_and_not_counted():
    queue = SpeechQueue(16_000)
    queue.push(np.ones(1000), 16_000)
    assert queue.take().size == 640
    queue.clear()
    assert (queue.size, queue.pushed, queue.take().size) == (0, 640, 0)


@pytest.mark.parametrize("rate", [16_000, 24_000, 48_000])
def test_every_block_gives_a_block_of_features_on_time(rate):
    convert = FeatureBlocks(rate)
    tone = np.sin(2 * np.pi * 300 * np.arange(rate) / rate).astype("f4")
    blocks = [convert(block) for block in tone.reshape(25, -1)]
    assert {block.shape for block in blocks} == {(640,)}
    heard = np.concatenate(blocks)
    expected = np.sin(2 * np.pi * 300 * np.arange(16_000) / 16_000)
    shifts = [
        np.corrcoef(heard[1000:], np.roll(expected, shift)[1000:])[0, 1] for shift in range(80)
    ]
    assert max(shifts) > 0.999  # late by less than 5 ms
