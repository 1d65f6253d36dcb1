"""What low-rate codecs leave of a sound: to their packets and back, in memory."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import av
import numpy as np
from scipy.signal import correlate, resample_poly

from talkinghead.clock import RATE
from talkinghead.errors import AudioError
from talkinghead.types import Array

TAIL = 4096  # samples of silence behind the sound, which push its end through the codec
LONGEST_DELAY = 3500  # samples at RATE; no codec here delays by more


@dataclass(frozen=True)
class Codec:
    """How FFmpeg is asked for a codec."""

    encoder: str
    decoder: str
    rate: int  # Hz it works at
    sample: str  # FFmpeg's name of its sample format
    bit_rates: tuple[int, int]  # bits per second, the range worth drawing from


CODECS: dict[str, Codec] = {
    "opus": Codec("libopus", "libopus", RATE, "flt", (8_000, 24_000)),
    "mp3": Codec("libmp3lame", "mp3float", RATE, "fltp", (16_000, 32_000)),
    "aac": Codec("aac", "aac", RATE, "fltp", (16_000, 32_000)),
    "mulaw": Codec("pcm_mulaw", "pcm_mulaw", 8_000, "s16", (64_000, 64_000)),
    "alaw": Codec("pcm_alaw", "pcm_alaw", 8_000, "s16", (64_000, 64_000)),
    "amr": Codec("libopencore_amrnb", "amrnb", 8_000, "s16", (4_750, 12_200)),
}
QUICK = {"libopus": "2", "libmp3lame": "7"}  # compression_level: twice as fast, hardly worse
AMR_RATES = (4_750, 5_150, 5_900, 6_700, 7_400, 7_950, 10_200, 12_200)  # its only ones


@cache
def available() -> tuple[str, ...]:
    """The names in CODECS that this build of FFmpeg can write and read."""

    def known(codec: Codec) -> bool:
        try:
            av.codec.Codec(codec.encoder, "w")
            av.codec.Codec(codec.decoder, "r")
        except ValueError:  # PyAV's UnknownCodecError
            return False
        return True

    return tuple(name for name, codec in CODECS.items() if known(codec))


def through_codec(samples: Array, name: str, bit_rate: int) -> Array:
    """(n,) float32 samples at RATE as a codec leaves them: (n,) again, and not delayed.

    `bit_rate` is in bits per second; amr takes the nearest of its own. Raises AudioError
    for a codec that this build of FFmpeg does not have.
    """
    if name not in available():
        raise AudioError(f"codec {name}: not in this build of FFmpeg; there is {available()}")
    if name == "amr":
        bit_rate = min(AMR_RATES, key=lambda known: abs(known - bit_rate))
    late = _delay(name, bit_rate)
    coded = _coded(samples, CODECS[name], bit_rate)[late : late + samples.size]
    return np.pad(coded, (0, samples.size - coded.size))


@cache
def _delay(name: str, bit_rate: int) -> int:
    """Samples at RATE by which a codec is late: where a known sound best matches itself.

    Measured, since neither encoders nor decoders report all of it.
    """
    rng = np.random.default_rng(0)
    probe = np.cumsum(rng.normal(0, 1, RATE // 2))  # most of it low, where every codec listens
    probe = probe - np.convolve(probe, np.ones(80) / 80, mode="same")
    probe = (0.2 * probe / np.abs(probe).max()).astype(np.float32)
    coded = _coded(probe, CODECS[name], bit_rate)
    match = correlate(coded, probe, mode="full")[probe.size - 1 :]
    return int(np.argmax(match[:LONGEST_DELAY]))


def _coded(samples: Array, codec: Codec, bit_rate: int) -> Array:
    """All that comes out of the decoder, at RATE: late, and longer than what went in."""
    padded = np.pad(samples, (0, TAIL))
    slow = RATE // codec.rate
    sound = resample_poly(padded, 1, slow) if slow > 1 else padded
    sound = np.clip(sound, -1, 1)
    pcm = (sound * 32767).astype(np.int16) if codec.sample == "s16" else sound.astype(np.float32)
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
    arrays = [_floats(piece.to_ndarray()) for piece in pieces]
    out = np.concatenate([np.zeros(0, np.float32), *arrays])
    at = pieces[0].sample_rate if pieces else RATE
    return np.asarray(resample_poly(out, RATE, at) if at != RATE else out, dtype=np.float32)


def _floats(decoded: Array) -> Array:
    mono = decoded.reshape(-1)
    return mono / np.float32(32768) if mono.dtype == np.int16 else mono.astype(np.float32)
