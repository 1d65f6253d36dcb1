"""Speech synthesis in any language with libespeak-ng, which reports when each phone starts."""

import ctypes
import ctypes.util
import threading
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from talkinghead.errors import InputError
from talkinghead.media.audio import as_float32, as_waveform
from talkinghead.speech.ipa import ipa_to_phones
from talkinghead.speech.phonemes import SILENCE, TimedPhone
from talkinghead.types import Array, Waveform

# Constants of espeak-ng/speak_lib.h.
RETRIEVAL, IPA_EVENTS, NO_EXIT = 2, 0x1 | 0x2, 0x8000
RATE, PITCH, RANGE = 1, 3, 4  # of words a minute; 0 to 100; 0 to 100
UTF8 = 1
WORD, PHONEME = 1, 7
PLOSIVES = ("P", "T", "K", "CH")  # voiceless: silent until they burst
SILENCE_LEVEL = 60  # of 32767; espeak's pauses are digital silence
UNUSED_VARIANTS = ("robo", "Uni", "Demonic", "croak", "fast", "Ricishay", "Anxious", "anikaRobot")

Mark = tuple[int, int, str]  # kind of event, sample, IPA


class _Id(ctypes.Union):
    _fields_ = [
        ("number", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("string", ctypes.c_char * 8),
    ]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    ]


def has_espeak() -> bool:
    """Whether libespeak-ng is installed, by the package espeakng-loader or by the system."""
    return bool(find_spec("espeakng_loader") or ctypes.util.find_library("espeak-ng"))


class Espeak:
    """The synthesiser of this process: libespeak-ng keeps its state in globals.

    Threads take turns. Raises InputError if it is not installed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        library, data = _installation()
        self._library = ctypes.CDLL(library)
        self.rate = self._library.espeak_Initialize(
            RETRIEVAL, 0, None if data is None else str(data).encode(), IPA_EVENTS | NO_EXIT
        )
        if self.rate <= 0:
            raise InputError(
                f"{library}: libespeak-ng did not start; install espeakng-loader again"
            )
        self._library.espeak_Info.restype = ctypes.c_char_p
        found = ctypes.c_char_p()
        self._library.espeak_Info(ctypes.byref(found))
        folder = Path((found.value or b"").decode())
        names = sorted(path.name for path in (folder / "voices" / "!v").iterdir())
        self.variants = tuple(name for name in names if not name.startswith(UNUSED_VARIANTS))
        self._pieces: list[Array] = []
        self._marks: list[Mark] = []
        kind = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
        )
        self._callback = kind(self._receive)  # referenced here: ctypes does not
        self._library.espeak_SetSynthCallback(self._callback)

    def has_voice(self, voice: str) -> bool:
        """Whether there is a voice such as 'de', 'en-us' or 'ar+f3'."""
        with self._lock:
            return bool(self._library.espeak_SetVoiceByName(voice.encode()) == 0)

    def _receive(
        self,
        samples: "ctypes._Pointer[ctypes.c_short]",
        count: int,
        events: "ctypes._Pointer[_Event]",
    ) -> int:
        if samples and count:
            self._pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        at = 0
        while events[at].type:
            event = events[at]
            text = event.id.string.decode(errors="ignore") if event.type == PHONEME else ""
            self._marks.append((event.type, event.sample, text))
            at += 1
        return 0

    def synthesize(
        self, text: str, voice: str, *, speed: int = 175, pitch: int = 50, pitch_range: int = 50
    ) -> tuple[Waveform, list[TimedPhone]]:
        """Synthesise text in a voice such as 'ar+f3'; returns the audio at RATE and its phones.

        `speed` is in words per minute (80 to 450), `pitch` and `pitch_range` in 0 to 100. Raises
        InputError for an unknown voice, and for a text of which nothing is spoken.
        """
        samples, marks = self._speak(text, voice, (speed, pitch, pitch_range))
        english = voice.startswith("en")
        timed = timed_phones(marks, samples.size, self.rate, english=english)
        return as_waveform(samples, self.rate), with_closures(timed, samples, self.rate)

    def speak(self, text: str, voice: str) -> Waveform:
        """Synthesise text at the synthesiser's own sample rate. Raises InputError as above."""
        samples, _ = self._speak(text, voice, (175, 50, 50))
        return Waveform(as_float32(samples), self.rate)

    def _speak(
        self, text: str, voice: str, settings: tuple[int, int, int]
    ) -> tuple[Array, list[Mark]]:
        """(n,) int16 at `rate`, and the events."""
        with self._lock:
            if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
                raise InputError(f"libespeak-ng has no voice {voice!r}")
            for parameter, value in zip((RATE, PITCH, RANGE), settings, strict=True):
                self._library.espeak_SetParameter(parameter, value, 0)
            self._pieces, self._marks = [], []
            encoded = text.encode()
            self._library.espeak_Synth(encoded, len(encoded) + 1, 0, 0, 0, UTF8, None, None)
            self._library.espeak_Synchronize()
            if not self._pieces:
                raise InputError(f"libespeak-ng spoke nothing for {text!r} in {voice}")
            return np.concatenate(self._pieces), self._marks


def _installation() -> tuple[str, Path | None]:
    """The library, and its data where they are not at the usual place."""
    if find_spec("espeakng_loader"):
        import espeakng_loader

        return str(espeakng_loader.get_library_path()), Path(espeakng_loader.get_data_path())
    if library := ctypes.util.find_library("espeak-ng"):
        return library, None
    raise InputError("libespeak-ng is not installed; pip install espeakng-loader")


def timed_phones(
    marks: Sequence[Mark], samples: int, rate: int, *, english: bool = False
) -> list[TimedPhone]:
    """espeak's events to timed phones; a phone ends where the next one starts.

    The phones of one event share its time evenly; an event without phones extends the one before.
    Sounds without a similar phone and phones without duration are left out.
    """
    starts: list[tuple[int, list[str | None]]] = []
    for kind, sample, text in marks:
        phones: list[str | None] = ipa_to_phones(text, english) if text else [SILENCE]
        if kind == PHONEME and phones:
            starts.append((sample, phones))
    ends = [sample for sample, _ in starts[1:]] + [samples]
    timed: list[TimedPhone] = []
    for (start, phones), end in zip(starts, ends, strict=True):
        edges = np.linspace(start, end, len(phones) + 1) / rate
        timed += [
            (phone, float(a), float(b))
            for phone, a, b in zip(phones, edges[:-1], edges[1:], strict=True)
            if phone is not None and b > a
        ]
    return timed


def with_closures(timed: Sequence[TimedPhone], samples: Array, rate: int) -> list[TimedPhone]:
    """The same phones, with voiceless plosives starting at their closure.

    espeak's event is the burst; the silence before it would count as part of the sound before,
    with open lips. A pause stays a pause. `samples` are 16-bit.
    """
    closed = list(timed)
    for at in range(1, len(closed)):
        (before, first, last), (phone, start, end) = closed[at - 1 : at + 1]
        if phone in PLOSIVES and before != SILENCE and last == start:
            begin = round(first * rate)
            loud = np.flatnonzero(
                np.abs(samples[begin : round(start * rate)].astype(int)) > SILENCE_LEVEL
            )
            if loud.size:
                closure = (begin + int(loud[-1]) + 1) / rate
                closed[at - 1 : at + 1] = (before, first, closure), (phone, closure, end)
    return closed


def pronounce(word: str) -> list[str]:
    """The phones of a written English word or number, without silences; empty for none."""
    try:
        _, phones = espeak().synthesize(word, "en-us")
    except InputError:  # nothing to speak: punctuation alone
        return []
    return [phone for phone, _, _ in phones if phone != SILENCE]


@cache
def espeak() -> Espeak:
    """The synthesiser, started by the first call."""
    return Espeak()
