"""The sound of a film: the recording itself, in step with the waveform made of it."""

import tracemalloc
import wave as wavefile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from talkinghead.errors import AudioError
from talkinghead.media.audio import as_waveform, read_audio
from talkinghead.media.encode import write_video
from talkinghead.media.video import probe, read_video
from talkinghead.types import Array, Clip

from .making import Encode, moving_frames, tone

FPS = 25
SIZE = (32, 32)


def film(sound: Path, fps: float = FPS) -> Clip:
    """A clip that says what is in `sound`."""
    wave = read_audio(sound)
    count = max(1, round(wave.seconds * fps))
    return Clip(iter(moving_frames(1, SIZE) * count), count, SIZE, fps, wave, sound)


def heard(path: Path) -> tuple[Array, int]:
    """(channels, n) decoded sound of a file, up to where it says it ends, and its rate."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        pieces, rate = [], 0
        for frame in container.decode(stream):
            rate = frame.rate
            resampler = av.AudioResampler(format="fltp", layout=frame.layout, rate=rate)
            pieces += [ready.to_ndarray() for ready in resampler.resample(frame)]
        sound = np.concatenate(pieces, axis=1)
        end = stream.duration and round(stream.duration * stream.time_base * rate)
        return sound[:, :end], rate


def babble(rng: np.random.Generator, rate: int, seconds: float = 1.3, channels: int = 2) -> Array:
    """(channels, n) noise up to 3 kHz that swells and fades, each channel its own."""
    samples = round(seconds * rate)
    spectrum = np.fft.rfft(rng.normal(size=(channels, samples)))
    spectrum[:, np.fft.rfftfreq(samples, 1 / rate) > 3_000] = 0
    noise = np.fft.irfft(spectrum, samples)
    swell = 0.6 + 0.4 * np.sin(np.arange(samples) / rate * 9)
    return (0.5 * swell * noise / np.abs(noise).max()).astype(np.float32)


def likeness(one: Array, other: Array, reach: int) -> tuple[int, float]:
    """By how many samples, `reach` at most, `one` is late, and how alike they then are."""
    n = min(one.size, other.size) - reach
    best = max(
        range(-reach, reach + 1),
        key=lambda late: float(one[reach + late : n + late] @ other[reach:n]),
    )
    return best, float(np.corrcoef(one[reach + best : n + best], other[reach:n])[0, 1])


@pytest.mark.parametrize(
    ("name", "codec"),
    [("in.wav", "pcm_s16le"), ("in.m4a", "aac"), ("in.mp4", "aac"), ("in.mp3", "libmp3lame")],
)
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_stereo_recording_is_heard_as_it_was(
    tmp_path: Path,
    encode_sound: Encode,
    rng: np.random.Generator,
    name: str,
    codec: str,
    suffix: str,
) -> None:
    source = babble(rng, 44_100)
    path = encode_sound(name, codec, 44_100, "stereo", samples=source)
    before = path.read_bytes()
    out = tmp_path / f"out{suffix}"
    made = film(path)
    write_video(made, out)

    sound, rate = heard(out)
    assert (len(sound), rate) == (2, 44_100)
    original = heard(path)[0]
    for side in (0, 1):
        late, alike = likeness(sound[side], original[side], 100)
        assert abs(late) <= 44
        assert alike > 0.97
        assert likeness(sound[side], original[1 - side], 100)[1] < 0.3
    assert made.audio is not None
    late, alike = likeness(read_audio(out).samples, made.audio.samples, 32)
    assert abs(late) <= 16
    assert alike > 0.97
    block = 0 if suffix == ".mp4" else 1024 / 44_100  # only mp4 says where AAC ends
    assert sound.shape[1] / rate == pytest.approx(made.audio.seconds, abs=0.002 + block)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("rate", "layout", "written"),
    [
        (16_000, "mono", (1, 16_000)),
        (44_100, "mono", (1, 44_100)),
        (8_000, "stereo", (2, 8_000)),
        (30_000, "mono", (1, 32_000)),
        (96_000, "stereo", (2, 48_000)),
        (48_000, "5.1", (2, 48_000)),
    ],
)
def test_rate_and_channels_are_those_of_the_recording_as_far_as_aac_goes(
    tmp_path: Path, encode_sound: Encode, rate: int, layout: str, written: tuple[int, int]
) -> None:
    path = encode_sound("in.wav", "pcm_s16le", rate, layout)
    write_video(film(path), tmp_path / "a.mp4")
    sound, out_rate = heard(tmp_path / "a.mp4")
    assert (len(sound), out_rate) == written
    assert sound.shape[1] / out_rate == pytest.approx(1.0, abs=0.002)
    middle = sound[:, out_rate // 4 : -out_rate // 4]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.06)


def test_surround_keeps_its_sides_and_is_not_louder_than_it_was(
    tmp_path: Path, encode_sound: Encode
) -> None:
    planes = np.zeros((6, 48_000), np.float32)
    planes[[0, 2, 4]] = tone(1.0, 48_000, level=0.95)  # front left, centre, a left at the back
    path = encode_sound("in.wav", "pcm_s16le", 48_000, "5.1", samples=planes)
    write_video(film(path), tmp_path / "a.mp4")
    left, right = np.abs(heard(tmp_path / "a.mp4")[0][:, 9_000:-9_000]).max(axis=1)
    assert left == pytest.approx(0.95, abs=0.05)
    assert 0.1 < right < 0.5


@pytest.mark.parametrize("count", [4, 8, 9, 16])
def test_many_nameless_channels_are_heard_on_both_sides(tmp_path: Path, count: int) -> None:
    pcm = (tone(0.5)[:, None] * np.ones(count) * 32_767).astype("<i2")
    with wavefile.open(str(tmp_path / "in.wav"), "wb") as out:
        out.setparams((count, 2, 16_000, 0, "NONE", ""))
        out.writeframes(pcm.tobytes())
    write_video(film(tmp_path / "in.wav"), tmp_path / "a.mp4")
    sound, _ = heard(tmp_path / "a.mp4")
    assert np.abs(sound[:, 3_000:5_000]).max(axis=1) == pytest.approx([0.3, 0.3], abs=0.03)


def test_float_recordings_beyond_one_are_scaled_down(
    tmp_path: Path, encode_sound: Encode, rng: np.random.Generator
) -> None:
    loud = babble(rng, 22_050) * 30_000
    path = encode_sound("in.wav", "pcm_f32le", 22_050, "stereo", samples=loud)
    write_video(film(path), tmp_path / "a.mp4")
    assert np.abs(heard(tmp_path / "a.mp4")[0]).max() == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("seconds", [0.4, 2.0])
def test_the_sound_is_cut_or_padded_to_the_waveform(
    tmp_path: Path, encode_sound: Encode, seconds: float
) -> None:
    path = encode_sound("in.wav", "pcm_s16le", 44_100, "stereo")
    wave = as_waveform(tone(seconds), 16_000)
    write_video(replace(film(path), audio=wave), tmp_path / "a.mp4")
    sound, rate = heard(tmp_path / "a.mp4")
    assert sound.shape[1] / rate == pytest.approx(seconds, abs=0.002)
    assert np.abs(sound[:, 5_000:15_000]).max() > 0.25
    assert np.abs(sound[:, 46_000:]).max(initial=0) < 0.01


@pytest.mark.parametrize(("seconds", "fps"), [(1.013, 25), (0.7, 29.97), (0.5, 62.5), (0.03, 12.5)])
def test_picture_and_recording_last_equally_long(
    tmp_path: Path, encode_sound: Encode, seconds: float, fps: float
) -> None:
    made = film(encode_sound("in.m4a", "aac", 44_100, "stereo", seconds), fps)
    write_video(made, tmp_path / "a.mp4")
    assert made.audio is not None
    assert abs(probe(tmp_path / "a.mp4").seconds - made.audio.seconds) <= 1 / fps
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.audio[0]
        assert stream.duration is not None
        assert float(stream.duration * stream.time_base) == pytest.approx(
            made.audio.seconds, abs=0.002
        )


def test_without_a_recording_the_waveform_is_heard(tmp_path: Path, encode_sound: Encode) -> None:
    path = encode_sound("in.wav", "pcm_s16le", 44_100, "stereo")
    write_video(replace(film(path), sound=None), tmp_path / "a.mp4")
    sound, rate = heard(tmp_path / "a.mp4")
    assert (len(sound), rate) == (1, 16_000)


def test_a_silent_film_stays_silent_whatever_it_came_from(
    tmp_path: Path, encode_sound: Encode
) -> None:
    path = encode_sound("in.wav", "pcm_s16le", 44_100, "stereo")
    write_video(replace(film(path), audio=None), tmp_path / "a.mp4")
    assert not probe(tmp_path / "a.mp4").has_audio


def test_a_film_can_take_the_place_of_the_one_it_takes_the_sound_of(
    tmp_path: Path, encode_sound: Encode, rng: np.random.Generator
) -> None:
    source = babble(rng, 44_100)
    path = tmp_path / "a.mp4"
    write_video(film(encode_sound("in.wav", "pcm_s16le", 44_100, "stereo", samples=source)), path)
    again = film(path)
    write_video(again, path)
    assert len(read_video(path).frames) == again.count
    assert likeness(heard(path)[0][0], source[0], 100)[1] > 0.95
    assert sorted(found.name for found in tmp_path.iterdir()) == ["a.mp4", "in.wav"]


def test_a_recording_that_is_gone_is_said_and_the_older_film_stays(
    tmp_path: Path, encode_sound: Encode
) -> None:
    path = encode_sound("in.wav", "pcm_s16le", 16_000, "mono")
    target = tmp_path / "a.mp4"
    target.write_text("older")
    for content, words in ((b"no sound" * 50, "cannot be decoded"), (None, "no such file")):
        made = film_of_lost(path, content)
        with pytest.raises(AudioError, match=words):
            write_video(made, target)
        assert target.read_text() == "older"
    assert [found.name for found in tmp_path.iterdir()] == ["a.mp4"]


def film_of_lost(path: Path, content: bytes | None) -> Clip:
    """A clip whose recording was overwritten or removed after it was heard."""
    wave = as_waveform(tone(0.2), 16_000)
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    return Clip(iter(moving_frames(5, SIZE)), 5, SIZE, FPS, wave, path)


def test_a_long_recording_is_never_held_whole(tmp_path: Path, encode_sound: Encode) -> None:
    seconds = 40
    path = encode_sound("in.wav", "pcm_s16le", 44_100, "stereo", seconds)
    wave = read_audio(path)
    whole = seconds * 44_100 * 2 * 4  # bytes of it as float32

    def frames() -> Iterator[Array]:
        yield from moving_frames(1, SIZE) * seconds

    tracemalloc.start()
    try:
        write_video(Clip(frames(), seconds, SIZE, 1, wave, path), tmp_path / "a.mp4")
        assert tracemalloc.get_traced_memory()[1] < whole / 10
    finally:
        tracemalloc.stop()
