"""Containers are opened also if something precedes them."""

import pytest

from talkinghead.media.audio import read_audio

from .synthetic import Encode

ID3_TAG = b"ID3\4\0\0\0\0\1\0" + bytes(128)
CODECS = {
    "a.mp3": "libmp3lame", "a.mp2": "mp2", "a.aac": "aac", "a.ac3": "ac3", "a.flac": "flac",
    "a.wav": "pcm_s16le", "a.m4a": "aac", "a.mka": "aac", "a.ogg": "libopus", "a.aiff": "pcm_s16be",
}  # fmt: skip


@pytest.mark.parametrize("prefix", [ID3_TAG, b"\x9c\x41" * 350], ids=["ID3v2", "other bytes"])
@pytest.mark.parametrize("name", CODECS)
def test_anything_may_precede_the_audio(encode_sound: Encode, name: str, prefix: bytes) -> None:
    path = encode_sound(name, CODECS[name], 48_000, "stereo")
    path.write_bytes(prefix + path.read_bytes())
    assert read_audio(path).seconds == pytest.approx(1.0, abs=0.05)
