"""Reads any recording as a 16 kHz mono waveform, and writes wav files."""

import wave as wavefile
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import gcd
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from talkinghead.errors import AudioError
from talkinghead.media.atomic_write import atomic_write
from talkinghead.media.audio_decoder import (
    AudioDecoder,
    audio_stream,
    audio_streams,
    frame_channels,
    is_default,
    resample_frames,
)
from talkinghead.media.container import open_container
from talkinghead.media.loudness import is_silent
from talkinghead.media.synthetic_label import append_wav_comment
from talkinghead.sample_rates import RATE
from talkinghead.types import Array, Recording, Waveform

MIN_RATE: Final = 1000
MAX_RATE: Final = 768_000  # Hz, of arrays
AAC_BLOCK: Final = 2048  # samples at 16 kHz: the longest block, of 8 kHz audio
# Channels cancel (one is the other with inverted polarity) if the power of their mean is below this
# share of the power that the mean of independent channels would have.
CANCELLATION_SHARE: Final = 0.1


def read_audio(
    source: str | Path,
    *,
    track: int | None = None,
    notify: Callable[[str], None] | None = None,
    holds_speech: Callable[[Waveform], bool] | None = None,
) -> Waveform:
    """An audio track of an audio or video file as mono at 16 kHz, channels averaged.

    Without a `track`, numbered from 1, it is chosen as `read_audio_track` does. If channels of
    opposite polarity cancel, the loudest channel is used instead. `notify` is called with a line
    for the user on the choice among several tracks, and on damaged parts that were skipped.
    Raises AudioError when the file has no readable audio or is truncated.
    """
    return read_audio_track(source, track, notify, holds_speech)[0]


def read_audio_track(
    source: str | Path,
    track: int | None = None,
    notify: Callable[[str], None] | None = None,
    holds_speech: Callable[[Waveform], bool] | None = None,
) -> tuple[Waveform, int]:
    """As `read_audio`; also the number of the track, from 1.

    Of several tracks it is the one marked as default, unless that is silent; otherwise the first
    of which `holds_speech` is true (default: the first that is not silent). Screen recorders
    often write a silent track before the voice.
    """
    path = Path(source)
    with open_container(source, AudioError, "audio") as container:
        defaults = [is_default(stream) for stream in audio_streams(container, path)]
    if track is None and len(defaults) > 1:
        choice = _choose_track(path, defaults, holds_speech)
    else:
        choice = _read(path, 1 if track is None else track)
    if notify is not None:
        for note in choice.notes:
            notify(note)
    return choice.wave, choice.track


class _Track(NamedTuple):
    wave: Waveform
    track: int
    notes: tuple[str, ...]  # for the user


def _choose_track(
    path: Path, defaults: Sequence[bool], holds_speech: Callable[[Waveform], bool] | None
) -> _Track:
    """The track to use, by whether each is marked as default. Raises AudioError if none decodes."""
    marked = [number for number, default in enumerate(defaults, start=1) if default]
    default = marked[0] if len(marked) == 1 else None  # where all are marked, none stands out
    order = sorted(range(1, len(defaults) + 1), key=lambda number: number != default)
    fallback: _Track | None = None
    problem: AudioError | None = None
    for number in order:
        try:
            read = _read(path, number)
        except AudioError as error:
            problem = problem or error
            continue
        silent = is_silent(read.wave)
        if number == default and not silent:
            return _with_reason(read, path, len(defaults), "the one marked as default")
        if not silent and (holds_speech is None or holds_speech(read.wave)):
            what = "is not silent" if holds_speech is None else "holds speech"
            return _with_reason(read, path, len(defaults), f"the first that {what}")
        if fallback is None or (is_silent(fallback.wave) and not silent):
            fallback = read
    if fallback is None:
        assert problem is not None
        raise problem
    what = "is silent" if is_silent(fallback.wave) else "holds no speech"
    return _with_reason(fallback, path, len(defaults), f"though it {what}, as all others")


def _with_reason(read: _Track, path: Path, count: int, reason: str) -> _Track:
    note = (
        f"{path}: has {count} audio tracks; number {read.track} is used, {reason}; choose another "
        "with --audio-track N"
    )
    return read._replace(notes=(note, *read.notes))


def _read(path: Path, track: int) -> _Track:
    """One track of a file. Raises AudioError."""
    with open_container(path, AudioError, "audio") as container:
        decoder = _decoder(container, path, track)
        samples, loudest = average_channels(_decode(decoder))
        if not samples.size:
            count = "1 sample" if decoder.samples == 1 else f"{decoder.samples} samples"
            raise AudioError(f"{path}: contains {count} of audio; record it again")
        note, declared = decoder.check(), decoder.declared
        # AAC and mp3 come in blocks; only these containers state where the audio ends.
        padded = "mp4" in container.format.name or container.format.name == "mp3"
    if loudest is not None:
        with open_container(path, AudioError, "audio") as container:
            parts = _decode(_decoder(container, path, track))
            samples = np.concatenate(list(select_channel(parts, loudest)))
    if padded and declared and 0 < samples.size - declared * RATE < 2 * AAC_BLOCK:
        samples = samples[: max(1, round(declared * RATE))]
    return _Track(_validate(samples, str(path)), track, () if note is None else (note,))


def _decoder(container: Any, path: Path, track: int) -> AudioDecoder:
    return AudioDecoder(container, audio_stream(container, path, track), path)


def _decode(decoder: AudioDecoder) -> Iterator[Array]:
    """A track at RATE, in chunks (channels, n)."""
    return (frame_channels(frame) for frame in resample_frames(decoder.frames(), RATE))


def as_waveform(samples: Array, rate: int) -> Waveform:
    """Samples (n,), (n, channels) or (channels, n) at `rate` Hz as a 16 kHz mono waveform.

    Sample types are scaled as in `as_float32`. Raises AudioError for arrays of other shapes or
    types, for values that are not finite, and for a rate outside [MIN_RATE, MAX_RATE].
    """
    planes, rate = _check_samples(samples, rate)
    mono, loudest = average_channels([planes])
    if loudest is not None:
        mono = planes[loudest]
    if rate != RATE:
        from scipy.signal import resample_poly  # slow to import; FFmpeg resamples files

        common = gcd(RATE, rate)
        mono = resample_poly(mono, RATE // common, rate // common)
    return _validate(mono, "the audio")


def as_recording(samples: Array, rate: int) -> Recording:
    """Samples as in `as_waveform` at their own rate, mono or stereo; more channels are averaged.

    Raises AudioError as `as_waveform` does.
    """
    planes, rate = _check_samples(samples, rate)
    if len(planes) > 2:
        planes = planes.mean(axis=0, keepdims=True, dtype=np.float32)
    return Recording(planes / max(1.0, float(np.abs(planes).max())), rate)


def _check_samples(samples: Array, rate: int) -> tuple[Array, int]:
    """The samples as (channels, n) float32, and their rate. Raises AudioError."""
    rate = check_rate(rate)
    try:
        array = np.asarray(samples)
    except (TypeError, ValueError) as error:
        raise AudioError("audio must be an array of numbers, got ragged lists") from error
    if array.ndim in (1, 2) and array.size == 0:
        raise AudioError("the audio is empty (0 samples); record it again")
    if array.ndim not in (1, 2):
        given = type(samples).__name__ if array.ndim == 0 else array.shape
        raise AudioError(f"audio must be an array (n,) or (n, channels), got {given}")
    signal = np.atleast_2d(as_float32(array))
    if not np.isfinite(signal).all():
        raise AudioError("the audio contains NaN or infinite values; export it again")
    return signal if signal.shape[0] <= signal.shape[1] else signal.T, rate


def check_rate(rate: object) -> int:
    """A sample rate in Hz as an int. Raises AudioError outside [MIN_RATE, MAX_RATE]."""
    if not isinstance(rate, int | float | np.integer | np.floating) or rate is True or rate % 1:
        given = repr(rate) if isinstance(rate, str | float) else type(rate).__name__
        raise AudioError(f"the sample rate must be a whole number of Hz, got {given:.40}")
    if not MIN_RATE <= (hertz := int(rate)) <= MAX_RATE:
        raise AudioError(f"the sample rate must lie in [{MIN_RATE}, {MAX_RATE}] Hz, got {hertz}")
    return hertz


def as_float32(samples: Array) -> Array:
    """Samples as float32: integers divided by the range of their type, floats unchanged.

    uint8 is centred at 128, as in 8-bit wav. Raises AudioError for other types, such as int64, in
    which Python stores samples of any range.
    """
    if samples.dtype == np.uint8:
        return (samples.astype(np.float32) - 128) / 128
    if samples.dtype in (np.int8, np.int16, np.int32):
        return np.asarray(samples.astype(np.float32) / -float(np.iinfo(samples.dtype).min))
    if np.issubdtype(samples.dtype, np.floating):
        return samples.astype(np.float32)
    raise AudioError(
        f"audio must be floats in [-1, 1], int16, int32 or uint8, got {samples.dtype}; convert it"
    )


def _validate(samples: Array, where: str) -> Waveform:
    """A waveform of finite samples; a float recording that exceeds [-1, 1] is scaled down."""
    if not np.isfinite(samples).all():
        raise AudioError(f"{where}: contains NaN or infinite values; export it again")
    peak = float(np.abs(samples).max())
    if peak > 1:
        samples = samples / peak
    return Waveform(np.ascontiguousarray(samples, dtype=np.float32), RATE)


def average_channels(parts: Iterable[Array]) -> tuple[Array, int | None]:
    """The float32 mean (m,) over the channels of audio in chunks (channels, n).

    Also the index of the loudest channel if the channels cancel each other, as with a miswired
    cable, so that their mean has lost the signal; otherwise None.
    """
    means, powers = [np.zeros(0, np.float32)], np.zeros(1)
    mean_power = independent_power = 0.0
    for part in parts:
        mean = part.mean(axis=0, dtype=np.float32)
        means.append(mean)
        channel_powers = np.einsum("cn,cn->c", part, part, dtype=np.float64)
        powers = np.pad(powers, (0, max(0, len(channel_powers) - len(powers))))
        powers[: len(channel_powers)] += channel_powers
        mean_power += float(np.einsum("n,n", mean, mean, dtype=np.float64))
        independent_power += float(channel_powers.sum()) / len(channel_powers) ** 2
    cancelled = mean_power < CANCELLATION_SHARE * independent_power
    return np.concatenate(means), int(powers.argmax()) if cancelled else None


def select_channel(parts: Iterable[Array], index: int) -> Iterator[Array]:
    """One channel of each chunk (channels, n); the mean of a chunk that has fewer channels."""
    for part in parts:
        yield part[index] if index < len(part) else part.mean(axis=0, dtype=np.float32)


def write_wav(wave: Waveform, path: str | Path, synthetic: str | None = None) -> None:
    """Write a 16-bit mono wav file, atomically; `synthetic` is a comment. Raises OutputError."""
    pcm = np.clip(np.round(wave.samples * 32767), -32768, 32767).astype("<i2")
    with atomic_write(path) as temporary:
        with wavefile.open(str(temporary), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(wave.rate)
            out.writeframes(pcm.tobytes())
        if synthetic is not None:
            append_wav_comment(temporary, synthetic)
