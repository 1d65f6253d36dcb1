"""Whether music moves the lips, and how well they follow a voice that music goes with.

    python benchmarks/music.py
    python benchmarks/music.py speech.wav --music band.mp3

Music is composed by talkinghead/train/augment/music.py, of seeds that no training drew, unless
recordings of instruments are given. Song is the speech, sung by train/augment/singing.py.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from talkinghead import Animator, MotionConfig, read_audio
from talkinghead.assets import asset_folder
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth, mouth_opening
from talkinghead.sample_rates import FPS, RATE
from talkinghead.speech.f0 import track_f0
from talkinghead.train.augment.music import compose_music
from talkinghead.train.augment.noise import mix_at_snr, speech_level
from talkinghead.train.augment.singing import sing
from talkinghead.train.augment.sounds import SOUNDS
from talkinghead.types import Array, FaceShape, Waveform

FIRST_SEED = 1_000_000  # trainings draw from pairs of small numbers
EDGE = FPS  # motion frames at either end of a passage in which the voice still moves the lips
LEVELS = (0, -6, -12)  # dB of the music over the voice
SNRS = (12, 6, 0)  # dB of the voice over the music


class Lips:
    """The mouth opening of the mean face, in face widths."""

    def __init__(self) -> None:
        self._animator = Animator(refine=False)
        self._face = FaceShape(close_mouth(mean_face()).astype(np.float32))

    def __call__(self, samples: Array) -> Array:
        wave = Waveform(np.clip(samples, -1, 1).astype(np.float32), RATE)
        features = self._animator.extract_features(wave)
        config = MotionConfig(still=True, blink=0)
        return mouth_opening(self._animator.predict_motion(features, self._face, config).points)


def passage_opening(lips: Lips, voice: Array, passage: Array, level: float) -> float:
    """The widest opening in a passage without voice, between two with it."""
    rms = float(np.sqrt(np.mean(passage**2))) + 1e-9
    gain = speech_level(voice) * 10 ** (level / 20) / rms
    opening = lips(np.concatenate([voice, passage * gain, voice]))
    first, last = voice.size * FPS // RATE, (voice.size + passage.size) * FPS // RATE
    return float(opening[first + EDGE : last - EDGE].max())


def agreement(lips: Lips, voice: Array, pieces: Sequence[Array], snr: float) -> list[float]:
    """Correlations of the opening with that of the dry voice, one for each piece."""
    dry = lips(voice)
    return [
        _correlation(dry, lips(mix_at_snr(voice, np.resize(piece, voice.size), snr)))
        for piece in pieces
    ]


def _correlation(first: Array, second: Array) -> float:
    """Pearson's r; 0 where lips do not move at all."""
    if min(first.std(), second.std()) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def main() -> None:
    """Print openings without a voice, and agreements with one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("speech", type=Path, nargs="*", help="recordings (default: examples/)")
    parser.add_argument("--music", type=Path, nargs="*", default=[], help="of instruments only")
    parser.add_argument("--pieces", type=int, default=20, help="of music that is composed")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each piece")
    args = parser.parse_args()
    lips, size = Lips(), int(args.seconds * RATE)
    paths = args.speech or sorted(asset_folder("examples").glob("*.wav"))
    voices = [read_audio(path).samples for path in paths]
    pieces = [read_audio(path).samples for path in args.music] or [
        compose_music(size, np.random.default_rng(FIRST_SEED + seed)) for seed in range(args.pieces)
    ]
    print("widest opening without a voice, face widths (aim: 0.005)")
    for level in LEVELS:
        openings = [
            passage_opening(lips, voices[number % len(voices)], piece, level)
            for number, piece in enumerate(pieces)
        ]
        still = np.mean(np.array(openings) <= 0.005)
        print(
            f"music at {level:3d} dB  median {np.median(openings):.4f}  "
            f"max {max(openings):.4f}  within the aim {still:.0%}"
        )
    alone = [float(lips(piece).max()) for piece in pieces]
    print(f"music alone      median {np.median(alone):.4f}  max {max(alone):.4f}")
    for number, (name, (_, make)) in enumerate(SOUNDS.items()):
        sound = make(size, np.random.default_rng(FIRST_SEED + number))
        print(f"{name:16s} {passage_opening(lips, voices[0], sound, 0):.4f}")
    print("agreement with the lips of the dry voice, r")
    rng = np.random.default_rng(FIRST_SEED)
    songs = [sing(voice, track_f0(Waveform(voice, RATE)), rng) for voice in voices]
    for snr in SNRS:
        spoken, sung = (
            [r for voice in kind for r in agreement(lips, voice, pieces[:4], snr)]
            for kind in (voices, songs)
        )
        print(
            f"voice {snr:2d} dB over music  spoken {np.mean(spoken):.2f} "
            f"(worst {min(spoken):.2f})  sung {np.mean(sung):.2f} (worst {min(sung):.2f})"
        )


if __name__ == "__main__":
    main()
