"""Any file or array becomes the same 16 kHz mono waveform."""

import wave as wavefile
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from talkinghead.errors import AudioError, OutputError
from talkinghead.media.audio import (
    as_recording,
    as_waveform,
    read_audio,
    read_audio_track,
    write_wav,
)
from talkinghead.sample_rates import RATE
from talkinghead.types import Array, Waveform

from .synthetic import Encode, encode_tracks, tone


@pytest.mark.parametrize(
    ("name", "codec", "rate", "layout"),
    [
        ("a.wav", "pcm_u8", 8_000, "mono"),
        ("a.wav", "pcm_s16le", 44_100, "stereo"),
        ("a.wav", "pcm_s24le", 96_000, "5.1"),
        ("a.wav", "pcm_f32le", 22_050, "stereo"),
        ("a.mp3", "libmp3lame", 44_100, "stereo"),
        ("a.m4a", "aac", 48_000, "stereo"),
        ("a.flac", "flac", 16_000, "mono"),
        ("a.ogg", "libopus", 48_000, "mono"),
        ("a.opus", "libopus", 48_000, "stereo"),
        ("a.webm", "libopus", 48_000, "stereo"),
    ],
)
def test_every_format_gives_the_same_waveform(
    encode_sound: Encode, name: str, codec: str, rate: int, layout: str
) -> None:
    path = encode_sound(name, codec, rate, layout)
    before = path.read_bytes()
    wave = read_audio(path)
    assert wave.rate == RATE
    assert wave.samples.dtype == np.float32
    assert wave.seconds == pytest.approx(1.0, abs=0.01)
    middle = wave.samples[4_000:12_000]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.06)  # mp3 is softer
    assert path.read_bytes() == before


def test_a_written_wav_reads_back(tmp_path: Path) -> None:
    wave = Waveform(tone(0.5), RATE)
    write_wav(wave, tmp_path / "new" / "a.wav")
    assert_allclose(read_audio(tmp_path / "new" / "a.wav").samples, wave.samples, atol=2e-4)


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.m4a", "a.flac", "a.webm"])
def test_a_truncated_file_is_refused_in_one_line(encode_sound: Encode, name: str) -> None:
    codec = {"wav": "pcm_s16le", "mp3": "libmp3lame", "m4a": "aac", "flac": "flac"}
    path = encode_sound(name, codec.get(name[2:], "libopus"), 48_000, "stereo", 2.0)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(AudioError, match="truncated") as caught:
        read_audio(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_streamed_wav_without_a_size_is_complete(tmp_path: Path, encode_sound: Encode) -> None:
    path = encode_sound("a.wav", "pcm_s16le", RATE, "mono")
    content = path.read_bytes()
    at = content.index(b"data") + 4
    path.write_bytes(content[:at] + b"\xff\xff\xff\xff" + content[at + 4 :])
    assert read_audio(path).seconds == pytest.approx(1.0)


def test_files_without_audio_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="no such file"):
        read_audio(tmp_path / "missing.wav")
    with pytest.raises(AudioError, match="folder"):
        read_audio(tmp_path)
    (tmp_path / "empty.wav").touch()
    with pytest.raises(AudioError, match="empty"):
        read_audio(tmp_path / "empty.wav")
    (tmp_path / "text.wav").write_text("no sound at all\n" * 50)
    with pytest.raises(AudioError, match="cannot be decoded"):
        read_audio(tmp_path / "text.wav")
    with wavefile.open(str(tmp_path / "zero.wav"), "wb") as zero:
        zero.setparams((1, 2, RATE, 0, "NONE", ""))
    with pytest.raises(AudioError, match="0 samples"):
        read_audio(tmp_path / "zero.wav")


def test_nan_in_a_file_is_refused(encode_sound: Encode) -> None:
    path = encode_sound("a.wav", "pcm_f32le", RATE, "mono")
    content = bytearray(path.read_bytes())
    content[-4_000:-3_996] = np.float32(np.nan).tobytes()
    path.write_bytes(content)
    with pytest.raises(AudioError, match="NaN"):
        read_audio(path)


def test_a_playlist_is_not_followed(tmp_path: Path) -> None:
    write_wav(Waveform(tone(0.5), RATE), tmp_path / "a.wav")
    playlist = tmp_path / "list.m3u8"
    playlist.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.wav\n#EXT-X-ENDLIST\n")
    with pytest.raises(AudioError):
        read_audio(playlist)


@settings(max_examples=20, deadline=None)
@given(
    rate=st.sampled_from([8_000, 11_025, 16_000, 22_050, 44_100, 48_000]), n=st.integers(2, 9000)
)
def test_resampling_keeps_the_duration(rate: int, n: int) -> None:
    wave = as_waveform(np.full(n, 0.1, np.float32), rate)
    assert wave.seconds == pytest.approx(n / rate, abs=1 / RATE)


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.uint8, np.float64])
def test_every_sample_type_gives_the_same_waveform(dtype: type[np.generic]) -> None:
    signal = tone(0.2, level=0.5)
    scales: dict[type[np.generic], int]
    scales = {np.int16: 2**15, np.int32: 2**31, np.uint8: 2**7, np.float64: 1}
    offset = 128 if dtype is np.uint8 else 0
    wave = as_waveform((signal * scales[dtype] + offset).astype(dtype), RATE)
    assert_allclose(wave.samples, signal, atol=0.01)


def test_channels_are_averaged_in_either_order() -> None:
    left, right = tone(0.2), np.zeros(3_200, np.float32)
    stereo = np.stack([left, right])
    assert_allclose(as_waveform(stereo, RATE).samples, left / 2, atol=1e-6)
    assert_allclose(as_waveform(stereo.T, RATE).samples, left / 2, atol=1e-6)


def test_channels_of_opposite_polarity_do_not_cancel(encode_sound: Encode) -> None:
    voice = tone(1.0)
    inverted = np.stack([0.9 * voice, -voice])
    assert_allclose(as_waveform(inverted, RATE).samples, -voice, atol=1e-6)
    assert_allclose(as_waveform(inverted.T, RATE).samples, -voice, atol=1e-6)
    path = encode_sound("a.wav", "pcm_s16le", RATE, "stereo", samples=inverted)
    assert_allclose(read_audio(path).samples, -voice, atol=1e-3)


SILENCE, LOW, HIGH = np.zeros(16_000, np.float32), tone(1.0, level=0.05), tone(1.0, level=0.4)


def level(wave: Waveform) -> float:
    return float(np.abs(wave.samples[4_000:12_000]).max())


def is_loud(wave: Waveform) -> bool:
    """In place of a voice activity detector."""
    return level(wave) > 0.2


@pytest.mark.parametrize(
    ("tracks", "default", "number", "reason"),
    [
        ([SILENCE, HIGH], [1], 2, "the one marked as default"),
        ([HIGH, LOW], [1], 2, "the one marked as default"),
        ([LOW, HIGH], [0], 1, "the one marked as default"),
        ([SILENCE, HIGH], [0], 2, "the first that holds speech"),  # marked, but muted
        ([LOW, HIGH], [], 2, "the first that holds speech"),
        ([LOW, HIGH], [0, 1], 2, "the first that holds speech"),  # all are marked
        ([SILENCE, LOW, HIGH], [], 3, "the first that holds speech"),
        ([SILENCE, LOW], [], 2, "though it holds no speech, as all others"),
        ([SILENCE, SILENCE], [1], 2, "though it is silent, as all others"),
    ],
)
def test_the_default_track_is_read_or_else_the_first_that_holds_speech(
    tmp_path: Path, tracks: list[Array], default: list[int], number: int, reason: str
) -> None:
    path, notes = encode_tracks(tmp_path / "a.mka", tracks, default=default), list[str]()
    wave, track = read_audio_track(path, None, notes.append, is_loud)
    assert track == number
    assert level(wave) == pytest.approx(np.abs(tracks[number - 1]).max(), abs=0.02)
    assert notes == [
        f"{path}: has {len(tracks)} audio tracks; number {number} is used, {reason}; choose "
        "another with --audio-track N"
    ]


def test_without_a_detector_the_first_track_that_is_not_silent_is_read(tmp_path: Path) -> None:
    path = encode_tracks(tmp_path / "a.mka", [SILENCE, LOW, HIGH])
    assert read_audio_track(path)[1] == 2


def test_a_track_is_chosen_by_its_number_without_a_note(tmp_path: Path) -> None:
    path = encode_tracks(tmp_path / "a.m4a", [LOW, HIGH], default=[0])
    notes: list[str] = []
    assert level(read_audio(path, track=2, notify=notes.append)) == pytest.approx(0.4, abs=0.02)
    assert notes == []
    for number in (0, 3, -1):
        with pytest.raises(AudioError, match=rf"no audio track {number}; it has 2 audio tracks"):
            read_audio(path, track=number)


def test_a_track_that_does_not_decode_is_passed_over(tmp_path: Path) -> None:
    path = encode_tracks(tmp_path / "a.m4a", [HIGH, LOW])
    content = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(container.streams.audio[0]) if p.size]
        places = [(p.pos, p.size) for p in packets]
    for position, size in places:
        content[position : position + size] = b"\xff" * size
    path.write_bytes(content)
    assert read_audio_track(path)[1] == 2


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(0),
        np.zeros((2, 3, 4)),
        np.array([0.1, np.nan]),
        np.array([True, False]),
        [[1.0], [2.0, 3.0]],
        None,
        "text",
        np.array([1, 2], np.int64),
    ],
)
def test_arrays_that_are_not_audio_are_refused(samples: Array) -> None:
    for convert in (as_waveform, as_recording):
        with pytest.raises(AudioError) as caught:
            convert(samples, RATE)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("rate", ["44100", None, 0, -1, 44_100.5, float("nan"), 1e12, np.zeros(2)])
def test_rates_that_are_none_are_refused(rate: Any) -> None:
    with pytest.raises(AudioError, match="sample rate must"):
        as_waveform(np.zeros(100, np.float32), rate)


def test_a_recording_keeps_its_rate_and_two_channels() -> None:
    stereo = np.stack([tone(0.2, 44_100), tone(0.2, 44_100, level=0.6)])
    for samples in (stereo, stereo.T):
        recording = as_recording(samples, 44_100)
        assert recording.rate == 44_100
        assert_allclose(recording.samples, stereo)
    assert as_recording(stereo[0], 44_100).samples.shape == (1, 8_820)
    assert as_recording(np.zeros((100, 6)), 44_100).samples.shape == (1, 100)
    assert np.abs(as_recording(stereo * 4, 44_100).samples).max() == pytest.approx(1.0)


def test_an_unwritable_place_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_wav(Waveform(tone(0.1), RATE), tmp_path / "file" / "a.wav")
    with pytest.raises(OutputError, match="folder"):
        write_wav(Waveform(tone(0.1), RATE), tmp_path)
