"""The audio of a video is the recording itself, in sync with the waveform read from it."""

import tracemalloc
import wave as wavefile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from talkinghead.errors import AudioError, InputError
from talkinghead.media.audio import as_waveform, read_audio, write_wav
from talkinghead.media.audio_track import mix_audio
from talkinghead.media.loading import load_audio_cue
from talkinghead.media.video_reader import probe_video, read_video
from talkinghead.media.video_writer import write_video
from talkinghead.types import Array, AudioCue, Clip, Waveform

from .synthetic import Encode, encode_tracks, moving_frames, tone

FPS = 25
SIZE = (32, 32)


def audio_clip(source: Path, fps: float = FPS) -> Clip:
    """A clip of still frames as long as an audio file."""
    wave = read_audio(source)
    count = max(1, round(wave.seconds * fps))
    return Clip(iter(moving_frames(1, SIZE) * count), count, SIZE, fps, wave, source)


def decode_audio(path: Path) -> tuple[Array, int]:
    """(channels, n) samples of a file, up to its declared end, and its sample rate."""
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


def band_noise(
    rng: np.random.Generator, rate: int, seconds: float = 1.3, channels: int = 2
) -> Array:
    """(channels, n) amplitude-modulated noise up to 3 kHz, independent in each channel."""
    samples = round(seconds * rate)
    spectrum = np.fft.rfft(rng.normal(size=(channels, samples)))
    spectrum[:, np.fft.rfftfreq(samples, 1 / rate) > 3_000] = 0
    noise = np.fft.irfft(spectrum, samples)
    swell = 0.6 + 0.4 * np.sin(np.arange(samples) / rate * 9)
    return (0.5 * swell * noise / np.abs(noise).max()).astype(np.float32)


def align_signals(first: Array, second: Array, max_lag: int) -> tuple[int, float]:
    """Lag in samples, at most `max_lag`, of `first` behind `second`, and their correlation."""
    n = min(first.size, second.size) - max_lag
    best = max(
        range(-max_lag, max_lag + 1),
        key=lambda lag: float(first[max_lag + lag : n + lag] @ second[max_lag:n]),
    )
    return best, float(np.corrcoef(first[max_lag + best : n + best], second[max_lag:n])[0, 1])


@pytest.mark.parametrize(
    ("name", "codec"),
    [("in.wav", "pcm_s16le"), ("in.m4a", "aac"), ("in.mp4", "aac"), ("in.mp3", "libmp3lame")],
)
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_stereo_recording_is_kept(
    tmp_path: Path,
    encode_sound: Encode,
    rng: np.random.Generator,
    name: str,
    codec: str,
    suffix: str,
) -> None:
    source = band_noise(rng, 44_100)
    path = encode_sound(name, codec, 44_100, "stereo", samples=source)
    before = path.read_bytes()
    out = tmp_path / f"out{suffix}"
    clip = audio_clip(path)
    write_video(clip, out)

    sound, rate = decode_audio(out)
    assert (len(sound), rate) == (2, 44_100)
    original = decode_audio(path)[0]
    for side in (0, 1):
        lag, correlation = align_signals(sound[side], original[side], 100)
        assert abs(lag) <= 44
        assert correlation > 0.97
        assert align_signals(sound[side], original[1 - side], 100)[1] < 0.3
    assert clip.audio is not None
    lag, correlation = align_signals(read_audio(out).samples, clip.audio.samples, 32)
    assert abs(lag) <= 16
    assert correlation > 0.97
    block = 0 if suffix == ".mp4" else 1024 / 44_100  # only mp4 says where AAC ends
    assert sound.shape[1] / rate == pytest.approx(clip.audio.seconds, abs=0.002 + block)
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
def test_rate_and_channels_are_those_of_the_recording_where_aac_allows(
    tmp_path: Path, encode_sound: Encode, rate: int, layout: str, written: tuple[int, int]
) -> None:
    path = encode_sound("in.wav", "pcm_s16le", rate, layout)
    write_video(audio_clip(path), tmp_path / "a.mp4")
    sound, out_rate = decode_audio(tmp_path / "a.mp4")
    assert (len(sound), out_rate) == written
    assert sound.shape[1] / out_rate == pytest.approx(1.0, abs=0.002)
    middle = sound[:, out_rate // 4 : -out_rate // 4]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.06)


def test_surround_keeps_left_and_right_and_does_not_get_louder(
    tmp_path: Path, encode_sound: Encode
) -> None:
    planes = np.zeros((6, 48_000), np.float32)
    planes[[0, 2, 4]] = tone(1.0, 48_000, level=0.95)  # front left, centre, a left at the back
    path = encode_sound("in.wav", "pcm_s16le", 48_000, "5.1", samples=planes)
    write_video(audio_clip(path), tmp_path / "a.mp4")
    left, right = np.abs(decode_audio(tmp_path / "a.mp4")[0][:, 9_000:-9_000]).max(axis=1)
    assert left == pytest.approx(0.95, abs=0.05)
    assert 0.1 < right < 0.5


@pytest.mark.parametrize("channels", [1, 2])
def test_an_array_keeps_its_rate_and_channels(
    tmp_path: Path, rng: np.random.Generator, channels: int
) -> None:
    samples = band_noise(rng, 44_100, channels=channels)
    wave, cue = load_audio_cue((samples.T, 44_100))
    clip = Clip(iter(moving_frames(1, SIZE) * 33), 33, SIZE, FPS, wave, (cue,))
    write_video(clip, tmp_path / "a.mp4")
    sound, rate = decode_audio(tmp_path / "a.mp4")
    assert (len(sound), rate) == (channels, 44_100)
    assert sound.shape[1] / rate == pytest.approx(wave.seconds, abs=0.002)
    for written, source in zip(sound, samples, strict=True):
        lag, correlation = align_signals(written, source, 100)
        assert abs(lag) <= 44
        assert correlation > 0.97


def test_the_track_that_the_lips_follow_is_written(tmp_path: Path) -> None:
    tracks = [tone(1.0, level=0.05), tone(1.0, level=0.4)]
    path = encode_tracks(tmp_path / "in.mka", tracks, default=[1])
    for source, expected in ((path, 0.4), ((AudioCue(path, track=1),), 0.05)):
        write_video(replace(audio_clip(path), audio_source=source), tmp_path / "a.mp4")
        middle = decode_audio(tmp_path / "a.mp4")[0][:, 4_000:-4_000]
        assert np.abs(middle).max() == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("count", [4, 8, 9, 16])
def test_unnamed_channels_are_mixed_into_both_sides(tmp_path: Path, count: int) -> None:
    pcm = (tone(0.5)[:, None] * np.ones(count) * 32_767).astype("<i2")
    with wavefile.open(str(tmp_path / "in.wav"), "wb") as out:
        out.setparams((count, 2, 16_000, 0, "NONE", ""))
        out.writeframes(pcm.tobytes())
    write_video(audio_clip(tmp_path / "in.wav"), tmp_path / "a.mp4")
    sound, _ = decode_audio(tmp_path / "a.mp4")
    assert np.abs(sound[:, 3_000:5_000]).max(axis=1) == pytest.approx([0.3, 0.3], abs=0.03)


def test_float_recordings_beyond_one_are_scaled_down(
    tmp_path: Path, encode_sound: Encode, rng: np.random.Generator
) -> None:
    loud = band_noise(rng, 22_050) * 30_000
    path = encode_sound("in.wav", "pcm_f32le", 22_050, "stereo", samples=loud)
    write_video(audio_clip(path), tmp_path / "a.mp4")
    assert np.abs(decode_audio(tmp_path / "a.mp4")[0]).max() == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("seconds", [0.4, 2.0])
def test_audio_is_cut_or_padded_to_the_waveform(
    tmp_path: Path, encode_sound: Encode, seconds: float
) -> None:
    path = encode_sound("in.wav", "pcm_s16le", 44_100, "stereo")
    wave = as_waveform(tone(seconds), 16_000)
    write_video(replace(audio_clip(path), audio=wave), tmp_path / "a.mp4")
    sound, rate = decode_audio(tmp_path / "a.mp4")
    assert sound.shape[1] / rate == pytest.approx(seconds, abs=0.002)
    assert np.abs(sound[:, 5_000:15_000]).max() > 0.25
    assert np.abs(sound[:, 46_000:]).max(initial=0) < 0.01


@pytest.mark.parametrize(("seconds", "fps"), [(1.013, 25), (0.7, 29.97), (0.5, 62.5), (0.03, 12.5)])
def test_video_and_recording_have_the_same_length(
    tmp_path: Path, encode_sound: Encode, seconds: float, fps: float
) -> None:
    clip = audio_clip(encode_sound("in.m4a", "aac", 44_100, "stereo", seconds), fps)
    write_video(clip, tmp_path / "a.mp4")
    assert clip.audio is not None
    assert abs(probe_video(tmp_path / "a.mp4").seconds - clip.audio.seconds) <= 1 / fps
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.audio[0]
        assert stream.duration is not None
        assert float(stream.duration * stream.time_base) == pytest.approx(
            clip.audio.seconds, abs=0.002
        )


def test_without_a_source_the_waveform_is_written(tmp_path: Path, encode_sound: Encode) -> None:
    path = encode_sound("in.wav", "pcm_s16le", 44_100, "stereo")
    write_video(replace(audio_clip(path), audio_source=None), tmp_path / "a.mp4")
    sound, rate = decode_audio(tmp_path / "a.mp4")
    assert (len(sound), rate) == (1, 16_000)


def test_a_clip_without_audio_ignores_its_source(tmp_path: Path, encode_sound: Encode) -> None:
    path = encode_sound("in.wav", "pcm_s16le", 44_100, "stereo")
    write_video(replace(audio_clip(path), audio=None), tmp_path / "a.mp4")
    assert not probe_video(tmp_path / "a.mp4").has_audio


def test_a_video_can_replace_the_file_its_audio_comes_from(
    tmp_path: Path, encode_sound: Encode, rng: np.random.Generator
) -> None:
    source = band_noise(rng, 44_100)
    path = tmp_path / "a.mp4"
    write_video(
        audio_clip(encode_sound("in.wav", "pcm_s16le", 44_100, "stereo", samples=source)), path
    )
    second = audio_clip(path)
    write_video(second, path)
    assert len(read_video(path).frames) == second.count
    assert align_signals(decode_audio(path)[0][0], source[0], 100)[1] > 0.95
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.mp4", "in.wav"]


def test_a_missing_source_is_an_error_and_the_older_video_stays(
    tmp_path: Path, encode_sound: Encode
) -> None:
    path = encode_sound("in.wav", "pcm_s16le", 16_000, "mono")
    target = tmp_path / "a.mp4"
    target.write_text("older")
    for content, words in ((b"no sound" * 50, "cannot be decoded"), (None, "no such file")):
        clip = lost_source_clip(path, content)
        with pytest.raises(AudioError, match=words):
            write_video(clip, target)
        assert target.read_text() == "older"
    assert [file.name for file in tmp_path.iterdir()] == ["a.mp4"]


def lost_source_clip(path: Path, content: bytes | None) -> Clip:
    """A clip whose source was overwritten or removed after the waveform was read."""
    wave = as_waveform(tone(0.2), 16_000)
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    return Clip(iter(moving_frames(5, SIZE)), 5, SIZE, FPS, wave, path)


def test_memory_does_not_grow_with_the_recording(tmp_path: Path, encode_sound: Encode) -> None:
    seconds = 40
    path = encode_sound("in.wav", "pcm_s16le", 44_100, "stereo", seconds)
    wave = read_audio(path)
    size = seconds * 44_100 * 2 * 4  # bytes of it as float32

    def frames() -> Iterator[Array]:
        yield from moving_frames(1, SIZE) * seconds

    tracemalloc.start()
    try:
        write_video(Clip(frames(), seconds, SIZE, 1, wave, path), tmp_path / "a.mp4")
        assert tracemalloc.get_traced_memory()[1] < size / 10
    finally:
        tracemalloc.stop()


def test_parts_of_a_mix_start_at_their_sample_and_add_up(rng: np.random.Generator) -> None:
    first, second = (rng.uniform(-0.4, 0.4, (1, n)).astype(np.float32) for n in (9000, 700))
    parts = [(0, iter(np.split(first, 9, axis=1))), (5001, iter([second]))]
    total = np.concatenate(list(mix_audio(parts, 1)), axis=1)
    expected = first.copy()
    expected[:, 5001:5701] += second
    np.testing.assert_allclose(total[:, :9000], expected, atol=1e-6)
    assert not total[:, 9000:].any()


def test_a_video_contains_every_cue_at_its_time(tmp_path: Path) -> None:
    write_wav(Waveform(tone(0.3, 44_100), 44_100), tmp_path / "a.wav")
    cues = (AudioCue(tmp_path / "a.wav", 0.2), AudioCue(Waveform(tone(0.2), 16_000), 0.9))
    silence = Waveform(np.zeros(20_000, np.float32), 16_000)
    frames = moving_frames(1, (32, 32)) * 31
    write_video(Clip(iter(frames), 31, (32, 32), 25, silence, cues), tmp_path / "a.mov")
    sound = np.abs(read_audio(tmp_path / "a.mov").samples)
    loud = np.convolve(sound, np.ones(160) / 160, "same") > 0.05
    edges = np.flatnonzero(np.diff(loud.astype(int))) / 16_000
    np.testing.assert_allclose(edges, [0.2, 0.5, 0.9, 1.1], atol=0.03)


def test_a_cue_cannot_start_before_the_video() -> None:
    with pytest.raises(InputError, match="0 seconds or later"):
        AudioCue("a.wav", -1)
