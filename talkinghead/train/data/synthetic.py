"""Synthetic speech with exact phone times, by Flite and espeak-ng."""

import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from talkinghead.errors import InputError
from talkinghead.media.audio import read_audio
from talkinghead.speech.espeak import espeak
from talkinghead.speech.phonemes import SILENCE, TimedPhone
from talkinghead.train.data.texts import LANGUAGES, english_text, foreign_text
from talkinghead.types import Waveform

# Without the voice "kal", which says AA in place of AH.
FLITE_VOICES = {"kal16": 105.0, "awb": 125.0, "rms": 100.0, "slt": 170.0}  # mean f0, Hz
FLITE_PHONES = {"pau": SILENCE, "ax": "AH", "axr": "ER", "ix": "IH", "dx": "D", "el": "L"} | {
    "em": "M",
    "en": "N",
    "hv": "HH",
    "nx": "N",
    "ux": "UW",
}
ACCENTS = (
    *("en-us", "en-us", "en", "en-gb-scotland", "en-029", "en-gb-x-rp"),
    *("en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-us-nyc"),
)
FLITE_DELAY = 0.005  # seconds by which the audio follows the printed times: one vocoder frame
FLITE_SHARE, ACCENTED_SHARE = 0.4, 0.3  # of utterances by Flite, and of espeak's English


@dataclass(frozen=True)
class SyntheticUtterance:
    """One synthetic utterance."""

    name: str
    speaker: str  # synthesiser and voice, as 'flite/slt' or 'espeak/ar+f3'
    wave: Waveform
    phones: list[TimedPhone]
    text: str


def flite_phones(printed: str) -> list[TimedPhone]:
    """Parse the output of `flite -psdur`, 'pau:0.22 s:0.355 ...', where each phone has its end.

    Times start at 0 again with each sentence; the phones returned follow one another.
    """
    timed: list[TimedPhone] = []
    base = last = 0.0
    for item in printed.split():
        name, _, end = item.rpartition(":")
        if base + float(end) < last:
            base = last
        timed.append((FLITE_PHONES.get(name, name.upper()), last, base + float(end)))
        last = base + float(end)
    return timed


def speak_flite(
    text: str, voice: str, *, stretch: float = 1.0, f0_mean: float = 110.0, f0_std: float = 12.0
) -> tuple[Waveform, list[TimedPhone]]:
    """Synthesise text with a Flite voice; returns the audio and its phones.

    `f0_mean` and `f0_std` are in Hz. Raises InputError if Flite is missing or fails.
    """
    binary = shutil.which("flite")
    if binary is None:
        raise InputError(
            "flite is not installed, and it synthesises training speech; apt install flite"
        )
    settings = {
        "duration_stretch": stretch,
        "int_f0_target_mean": f0_mean,
        "int_f0_target_stddev": f0_std,
    }
    options = [part for key, value in settings.items() for part in ("--setf", f"{key}={value:.2f}")]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spoken.wav"
        command = [binary, *options, "-voice", voice, "-psdur", "-t", text, "-o", str(path)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode or not path.exists():
            raise InputError(f"flite did not speak {text!r} in {voice}: {result.stderr.strip()}")
        wave, phones = read_audio(path), flite_phones(result.stdout)
    ends = [0.0, *(min(end + FLITE_DELAY, wave.seconds) for _, _, end in phones)]
    ends[-1] = wave.seconds  # the printed end of the last pause is not that of the audio
    phones = [(phone, ends[at], ends[at + 1]) for at, (phone, _, _) in enumerate(phones)]
    return wave, phones


def synthesize(count: int, seed: int, skip: Collection[str] = ()) -> Iterator[SyntheticUtterance]:
    """`count` utterances of about 3 to 8 seconds, without those whose names are in `skip`.

    Each is a function of the seed and its index, so that skipping changes no other. Raises
    InputError if a synthesiser is missing.
    """
    for index in range(count):
        name = f"synthetic-{seed}-{index:05d}"
        if name not in skip:
            yield _synthesize(name, np.random.default_rng([seed, index]))


def _synthesize(name: str, rng: np.random.Generator) -> SyntheticUtterance:
    kind = rng.random()
    speed, pitch, pitch_range = rng.uniform(-1, 1, size=3)
    if kind < FLITE_SHARE:
        voice = str(rng.choice(list(FLITE_VOICES)))
        text = english_text(rng)
        wave, phones = speak_flite(
            text,
            voice,
            stretch=1.25**speed,
            f0_mean=FLITE_VOICES[voice] * 1.25**pitch,
            f0_std=14 * 2**pitch_range,
        )
        return SyntheticUtterance(name, f"flite/{voice}", wave, phones, text)
    synthesiser = espeak()
    if kind < FLITE_SHARE + ACCENTED_SHARE:
        language = str(rng.choice(ACCENTS))
        text = english_text(rng)
    else:
        language = str(rng.choice(LANGUAGES))
        text = foreign_text(language, rng)
    voice = f"{language}+{rng.choice(synthesiser.variants)}"
    wave, phones = synthesiser.synthesize(
        text,
        voice,
        speed=round(165 * 1.25**speed),
        pitch=round(50 + 30 * pitch),
        pitch_range=round(55 + 35 * pitch_range),
    )
    return SyntheticUtterance(name, f"espeak/{voice}", wave, phones, text)
