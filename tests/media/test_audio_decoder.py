"""Sound is read as players read it: what does not decode is skipped, counted and noted."""

import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from talkinghead.errors import AudioError
from talkinghead.media.audio import read_audio
from talkinghead.media.audio_decoder import audio_seconds
from talkinghead.media.video_writer import write_video
from talkinghead.sample_rates import RATE
from talkinghead.types import Array, Clip

from .synthetic import Encode, disc_clip, encode_tracks, tone

APE_TAG = (
    b"APETAGEX" + struct.pack("<IIII", 2000, 46, 1, 0x80000000) + bytes(8)
    + struct.pack("<II", 0, 0) + b"Title\0"
    + b"APETAGEX" + struct.pack("<IIII", 2000, 46, 1, 0) + bytes(8)
)  # fmt: skip
TAILS = {
    "4 zeros": bytes(4),
    "200 zeros": bytes(200),
    "50000 zeros": bytes(50_000),
    "an ID3v1 tag": b"TAG" + b"x" * 125,
    "an APE tag": APE_TAG,
    "text": b"<html>not found</html>" * 20,
}
CODECS = {
    "a.mp3": "libmp3lame", "a.mp2": "mp2", "a.aac": "aac", "a.ac3": "ac3", "a.flac": "flac",
    "a.wav": "pcm_s16le", "a.m4a": "aac", "a.mka": "aac", "a.ogg": "libopus", "a.aiff": "pcm_s16be",
}  # fmt: skip


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("name", ["a.mp3", "a.mp2", "a.aac", "a.ac3", "a.flac", "a.wav"])
def test_anything_may_follow_the_last_frame(encode_sound: Encode, name: str, tail: str) -> None:
    path = encode_sound(name, CODECS[name], 48_000, "stereo")
    path.write_bytes(path.read_bytes() + TAILS[tail])
    # AC-3 decoders refuse a last frame that runs on; bare AAC and mp2 begin with a silent frame.
    assert read_audio(path).seconds == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("tail", TAILS)
def test_an_mp3_is_exactly_as_long_with_anything_behind_it(encode_sound: Encode, tail: str) -> None:
    path = encode_sound("a.mp3", "libmp3lame", 44_100, "mono")
    path.write_bytes(path.read_bytes() + TAILS[tail])
    assert read_audio(path).seconds == pytest.approx(1.0, abs=1 / RATE)


def test_what_follows_the_last_frame_is_noted(encode_sound: Encode) -> None:
    path, notes = encode_sound("a.mp3", "libmp3lame", 44_100, "mono"), list[str]()
    read_audio(path, notify=notes.append)
    assert notes == []
    path.write_bytes(path.read_bytes() + bytes(4))
    read_audio(path, notify=notes.append)
    assert notes == [f"{path}: 4 bytes could not be decoded and were skipped"]


def damage(path: Path, first: float, last: float) -> int:
    """Overwrite the packets that start within some seconds; returns how many."""
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(container.streams.audio[0]) if p.size]
        chosen = [(p.pos, p.size) for p in packets if first <= p.pts * p.time_base < last]
    content = bytearray(path.read_bytes())
    for position, size in chosen:
        if path.suffix == ".mka":  # there the position is that of the block, with its header
            position, size = position + 16, size - 16
        noise = np.random.default_rng(position).integers(0, 256, size, dtype=np.uint8)
        content[position : position + size] = noise.tobytes()
    path.write_bytes(content)
    return len(chosen)


def onsets(samples: Array) -> Array:
    """(2,) seconds at which two bursts of a tone begin."""
    loud = np.abs(samples) > 0.1
    return np.array([loud.argmax(), RATE * 2 + loud[RATE * 2 :].argmax()]) / RATE


def bursts(rate: int) -> Array:
    """(1, n) three seconds of noise with a tone from 0.2 to 0.5 and from 2.4 to 2.7 seconds."""
    signal = tone(3, rate)
    seconds = np.arange(signal.size) / rate
    quiet = ~((abs(seconds - 0.35) < 0.15) | (abs(seconds - 2.55) < 0.15))
    signal[quiet] = np.random.default_rng(0).normal(scale=0.01, size=quiet.sum())
    return signal[None]


@pytest.mark.parametrize("name", ["a.m4a", "a.mka"])
def test_a_damaged_packet_is_silent_and_what_follows_stays_in_sync(
    encode_sound: Encode, name: str
) -> None:
    path = encode_sound(name, "aac", 48_000, "mono", samples=bursts(48_000))
    whole = read_audio(path)
    damaged, notes = damage(path, 1.0, 1.1), list[str]()
    assert damaged in (4, 5)
    wave = read_audio(path, notify=notes.append)
    assert wave.seconds == pytest.approx(whole.seconds, abs=0.03)
    np.testing.assert_allclose(onsets(wave.samples), onsets(whole.samples), atol=0.03)
    assert len(notes) == 1
    assert "could not be decoded and are silent" in notes[0]
    assert 0.01 < float(notes[0].removeprefix(f"{path}: ").split()[0]) < 0.2


@pytest.mark.parametrize("name", ["a.m4a", "a.aac", "a.mp3", "a.mp2"])
def test_more_than_the_tolerance_of_damaged_packets_is_refused(
    encode_sound: Encode, name: str
) -> None:
    path = encode_sound(name, CODECS[name], 48_000, "mono", 3.0)
    damage(path, 1.0, 2.0)
    with pytest.raises(AudioError, match=r"damaged, has \d\.\d of \d\.\d seconds"):
        read_audio(path)


def test_packets_that_the_reader_of_bare_aac_leaves_out_are_noted(encode_sound: Encode) -> None:
    path = encode_sound("a.aac", "aac", 48_000, "mono", samples=bursts(48_000))
    damage(path, 1.0, 1.1)
    notes: list[str] = []
    assert read_audio(path, notify=notes.append).seconds == pytest.approx(3.0, abs=0.15)
    assert len(notes) == 1
    assert "could not be decoded" in notes[0]


def test_a_bare_stream_of_which_the_end_is_damaged_is_refused(encode_sound: Encode) -> None:
    path = encode_sound("a.aac", "aac", 48_000, "mono", 3.0)
    damage(path, 2.0, 3.0)
    with pytest.raises(AudioError, match="damaged"):
        read_audio(path)


def test_a_video_of_damaged_audio_is_as_long_as_the_waveform(
    encode_sound: Encode, tmp_path: Path, clip: Callable[..., Clip]
) -> None:
    path = encode_sound("a.m4a", "aac", 48_000, "mono", samples=bursts(48_000))
    damage(path, 1.0, 1.1)
    wave = read_audio(path)
    write_video(replace(clip(3.0), audio=wave, audio_source=path), tmp_path / "out.mp4")
    written = read_audio(tmp_path / "out.mp4")
    assert written.seconds == pytest.approx(wave.seconds, abs=0.001)
    np.testing.assert_allclose(onsets(written.samples), onsets(wave.samples), atol=0.005)


def test_a_file_too_short_for_one_sample_is_counted(encode_sound: Encode) -> None:
    path = encode_sound("a.wav", "pcm_s16le", 48_000, "mono", samples=tone(1, 1)[None])
    with pytest.raises(AudioError, match="contains 1 sample of audio"):
        read_audio(path)


def test_audio_is_counted_until_the_limit(encode_sound: Encode) -> None:
    path = encode_sound("a.flac", "flac", 16_000, "mono", 3.0)
    assert audio_seconds(path, 10) == pytest.approx(3.0, abs=0.01)
    assert 1 < audio_seconds(path, 1) < 2


def test_the_longest_track_counts(tmp_path: Path) -> None:
    path = encode_tracks(tmp_path / "a.mka", [tone(0.5), tone(2.0), tone(1.0)])
    assert audio_seconds(path, 10) == pytest.approx(2.0, abs=0.1)


def test_a_video_without_audio_has_0_seconds(tmp_path: Path) -> None:
    write_video(replace(disc_clip(), audio=None), tmp_path / "a.mkv")
    assert audio_seconds(tmp_path / "a.mkv", 10) == 0


def test_a_file_that_is_not_audio_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("text")
    with pytest.raises(AudioError, match="cannot be decoded"):
        audio_seconds(tmp_path / "a.wav", 10)
