"""Synthetic speech with true phone times: two synthesisers, many voices and languages."""

import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from talkinghead.errors import InputError
from talkinghead.media.audio import read_audio
from talkinghead.speech.phones import SILENCE, Timed
from talkinghead.train.espeak import espeak
from talkinghead.train.texts import LANGUAGES, english, foreign
from talkinghead.types import Waveform

# The voice "kal" is left out: it has no AH and says, and prints, AA instead.
FLITE_VOICES = {"kal16": 105.0, "awb": 125.0, "rms": 100.0, "slt": 170.0}  # Hz, their pitch
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
FLITE_DELAY = 0.005  # seconds by which its sound follows its times; one frame of its voices
FLITE, ACCENTED = 0.4, 0.3  # shares of utterances by Flite and of English by espeak


@dataclass(frozen=True)
class Spoken:
    """One synthetic utterance."""

    name: str
    voice: str  # as 'flite/slt' or 'espeak/ar+f3': the speaker
    wave: Waveform
    phones: list[Timed]
    text: str


def flite_phones(printed: str) -> list[Timed]:
    """What `flite -psdur` prints, 'pau:0.22 s:0.355 ...' with end times, as phones in time.

    Times that begin anew, as at a new sentence, go on where the last sentence ended.
    """
    timed: list[Timed] = []
    base = last = 0.0
    for item in printed.split():
        name, _, end = item.rpartition(":")
        if base + float(end) < last:
            base = last
        timed.append((FLITE_PHONES.get(name, name.upper()), last, base + float(end)))
        last = base + float(end)
    return timed


def flite(
    text: str, voice: str, *, stretch: float = 1.0, pitch: float = 110.0, lilt: float = 12.0
) -> tuple[Waveform, list[Timed]]:
    """Text in a voice of Flite, and its phones; `pitch` and its deviation `lilt` in Hz.

    Raises InputError when Flite is not installed or does not speak.
    """
    binary = shutil.which("flite")
    if binary is None:
        raise InputError("flite is not installed, and it speaks training voices; apt install flite")
    settings = {
        "duration_stretch": stretch,
        "int_f0_target_mean": pitch,
        "int_f0_target_stddev": lilt,
    }
    options = [part for key, value in settings.items() for part in ("--setf", f"{key}={value:.2f}")]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spoken.wav"
        command = [binary, *options, "-voice", voice, "-psdur", "-t", text, "-o", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not path.exists():
            raise InputError(f"flite did not speak {text!r} in {voice}: {done.stderr.strip()}")
        wave, phones = read_audio(path), flite_phones(done.stdout)
    ends = [0.0, *(min(end + FLITE_DELAY, wave.seconds) for _, _, end in phones)]
    ends[-1] = wave.seconds  # its last pause is cut or drawn out
    phones = [(phone, ends[at], ends[at + 1]) for at, (phone, _, _) in enumerate(phones)]
    return wave, phones


def speak(count: int, seed: int, skip: Collection[str] = ()) -> Iterator[Spoken]:
    """`count` utterances of about 3 to 8 seconds, but for those whose names are in `skip`.

    Each is drawn by itself from the seed and its place, so what is skipped changes no other.
    Raises InputError where a synthesiser is missing.
    """
    for index in range(count):
        name = f"synthetic-{seed}-{index:05d}"
        if name not in skip:
            yield _spoken(name, np.random.default_rng([seed, index]))


def _spoken(name: str, rng: np.random.Generator) -> Spoken:
    family = rng.random()
    speed, pitch, lilt = rng.uniform(-1, 1, size=3)
    if family < FLITE:
        voice = str(rng.choice(list(FLITE_VOICES)))
        text = english(rng)
        wave, phones = flite(
            text,
            voice,
            stretch=1.25**speed,
            pitch=FLITE_VOICES[voice] * 1.25**pitch,
            lilt=14 * 2**lilt,
        )
        return Spoken(name, f"flite/{voice}", wave, phones, text)
    speaker = espeak()
    if family < FLITE + ACCENTED:
        language = str(rng.choice(ACCENTS))
        text = english(rng)
    else:
        language = str(rng.choice(LANGUAGES))
        text = foreign(language, rng)
    voice = f"{language}+{rng.choice(speaker.variants)}"
    wave, phones = speaker.say(
        text,
        voice,
        speed=round(165 * 1.25**speed),
        pitch=round(50 + 30 * pitch),
        lilt=round(55 + 35 * lilt),
    )
    return Spoken(name, f"espeak/{voice}", wave, phones, text)
