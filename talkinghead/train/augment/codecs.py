"""Low-rate speech codecs: encodes and decodes samples in memory, without delay."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import av
import numpy as np
from scipy.signal import correlate, resample_poly

from talkinghead.errors import AudioError
from talkinghead.sample_rates import RATE
from talkinghead.types import Array

TAIL = 4096  # samples of silence appended, which flush the last samples out of the codec
MAX_DELAY = 3500  # samples at RATE, beyond that of any codec here


@dataclass(frozen=True)
class Codec:
    """A codec as FFmpeg names it."""

    encoder: str
    decoder: str
    rate: int  # Hz, its sampling rate
    sample: str  # FFmpeg's sample format
    bit_rates: tuple[int, int]  # bits per second, range for augmentation


CODECS: dict[str, Codec] = {
    "opus": Codec("libopus", "libopus", RATE, "flt", (8_000, 24_000)),
    "mp3": Codec("libmp3lame", "mp3float", RATE, "fltp", (16_000, 32_000)),
    "aac": Codec("aac", "aac", RATE, "fltp", (16_000, 32_000)),
    "mulaw": Codec("pcm_mulaw", "pcm_mulaw", 8_000, "s16", (64_000, 64_000)),
    "alaw": Codec("pcm_alaw", "pcm_alaw", 8_000, "s16", (64_000, 64_000)),
    "amr": Codec("libopencore_amrnb", "amrnb", 8_000, "s16", (4_750, 12_200)),
}
QUICK = {
    "libopus": "2",
    "libmp3lame": "7",
}  # compression_level: twice as fast, at about the same quality
AMR_RATES = (
    4_750,
    5_150,
    5_900,
    6_700,
    7_400,
    7_950,
    10_200,
    12_200,
)  # bits per second, the only ones of AMR


@cache
def available_codecs() -> tuple[str, ...]:
    """The names in CODECS that this build of FFmpeg can encode and decode."""

    def is_available(codec: Codec) -> bool:
        try:
            av.codec.Codec(codec.encoder, "w")
            av.codec.Codec(codec.decoder, "r")
        except ValueError:  # PyAV's UnknownCodecError
            return False
        return True

    return tuple(name for name, codec in CODECS.items() if is_available(codec))


def apply_codec(samples: Array, name: str, bit_rate: int) -> Array:
    """(n,) float32 samples at RATE, encoded and decoded: (n,), undelayed.

    `bit_rate` is in bits per second; AMR uses the nearest of AMR_RATES. Raises AudioError for a
    codec that this build of FFmpeg does not have.
    """
    if name not in available_codecs():
        raise AudioError(
            f"codec {name}: not in this build of FFmpeg; there is {available_codecs()}"
        )
    if name == "amr":
        bit_rate = min(AMR_RATES, key=lambda rate: abs(rate - bit_rate))
    delay = _delay(name, bit_rate)
    decoded = _encode_decode(samples, CODECS[name], bit_rate)[delay : delay + samples.size]
    return np.pad(decoded, (0, samples.size - decoded.size))


@cache
def _delay(name: str, bit_rate: int) -> int:
    """The delay of a codec in samples at RATE, by cross-correlation of a known signal.

    Measured, since neither encoders nor decoders report all of it.
    """
    rng = np.random.default_rng(0)
    probe = np.cumsum(
        rng.normal(0, 1, RATE // 2)
    )  # mostly low frequencies, which every codec keeps
    probe = probe - np.convolve(probe, np.ones(80) / 80, mode="same")
    probe = (0.2 * probe / np.abs(probe).max()).astype(np.float32)
    decoded = _encode_decode(probe, CODECS[name], bit_rate)
    match = correlate(decoded, probe, mode="full")[probe.size - 1 :]
    return int(np.argmax(match[:MAX_DELAY]))


def _encode_decode(samples: Array, codec: Codec, bit_rate: int) -> Array:
    """The output of the decoder at RATE, delayed and longer than the input."""
    padded = np.pad(samples, (0, TAIL))
    factor = RATE // codec.rate
    resampled = resample_poly(padded, 1, factor) if factor > 1 else padded
    resampled = np.clip(resampled, -1, 1)
    is_int16 = codec.sample == "s16"
    pcm = (resampled * 32767).astype(np.int16) if is_int16 else resampled.astype(np.float32)
    encoder = av.CodecContext.create(codec.encoder, "w")
    encoder.sample_rate, encoder.layout, encoder.format = codec.rate, "mono", codec.sample
    encoder.bit_rate, encoder.time_base = bit_rate, Fraction(1, codec.rate)
    if codec.encoder in QUICK:
        encoder.options = {"compression_level": QUICK[codec.encoder]}
    encoder.open()
    decoder = av.CodecContext.create(codec.decoder, "r")
    decoder.sample_rate, decoder.layout = codec.rate, "mono"
    if encoder.extradata:
        decoder.extradata = encoder.extradata
    size = encoder.frame_size or pcm.size  # 0: any number of samples
    pieces = []
    for start in range(0, pcm.size, size):
        piece = np.pad(pcm[start : start + size], (0, max(0, start + size - pcm.size)))
        frame = av.AudioFrame.from_ndarray(piece[None], format=codec.sample, layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = codec.rate, start, encoder.time_base
        pieces += [out for packet in encoder.encode(frame) for out in decoder.decode(packet)]
    pieces += [out for packet in encoder.encode(None) for out in decoder.decode(packet)]
    pieces += decoder.decode(None)
    arrays = [_to_float(piece.to_ndarray()) for piece in pieces]
    out = np.concatenate([np.zeros(0, np.float32), *arrays])
    rate = pieces[0].sample_rate if pieces else RATE
    return np.asarray(resample_poly(out, RATE, rate) if rate != RATE else out, dtype=np.float32)


def _to_float(decoded: Array) -> Array:
    mono = decoded.reshape(-1)
    return mono / np.float32(32768) if mono.dtype == np.int16 else mono.astype(np.float32)
