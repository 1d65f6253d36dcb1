"""Sample recordings and stored speaking styles that the pages offer."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import BaseModel

from talkinghead.assets import asset_folder
from talkinghead.errors import InputError, WeightsError
from talkinghead.media.audio import read_audio
from talkinghead.speech.speaking_styles import read_styles, style_files
from talkinghead.types import Waveform

EXAMPLES: Final = asset_folder("examples")
TRANSCRIPTS: Final = {
    "hello_slt": "Hello, my name is Pam.",
    "morning_rms": "Good morning, Bob.",
    "speech_amy": "Hello! My name is Amy.",
    "speech_tom": "Good morning, everyone!",
}


class Sentence(BaseModel):
    """A sample recording."""

    id: str
    text: str


class SampleSpeech:
    """The recordings of a folder, and the stored speaking styles of this machine."""

    def __init__(self, examples: Path = EXAMPLES, ckpt: Path | None = None) -> None:
        """Take the folder of recordings, and that of the weights, which holds styles too."""
        self._examples, self._ckpt = examples, ckpt

    def sentences(self) -> list[Sentence]:
        """Every recording by name, with what is said if that is known."""
        return [
            Sentence(id=file.stem, text=TRANSCRIPTS.get(file.stem, file.stem))
            for file in sorted(self._examples.glob("*.wav"))
        ]

    def recordings(self) -> dict[str, Path]:
        """Name -> wav file."""
        return {file.stem: file for file in sorted(self._examples.glob("*.wav"))}

    def first_sentence(self, name: str | None) -> Waveform:
        """The first sentence of a recording; of the first recording if the name is unknown.

        Raises InputError where there are no recordings.
        """
        recordings = self.recordings()
        if not recordings:
            raise InputError(f"{self._examples}: has no recordings; put a wav file there")
        file = recordings.get(name or "") or next(iter(recordings.values()))
        return cut_first_sentence(read_audio(file))

    def styles(self) -> list[str]:
        """Names of the speaking styles: the user's own first, then the package's."""
        names: list[str] = []
        for path in style_files(self._ckpt):
            with suppress(WeightsError):
                names += read_styles(path)
        return list(dict.fromkeys(names))

    def style(self, name: str | None) -> str | None:
        """Check the name of a speaking style; None or "" means the speaker's own.

        Raises InputError for an unknown name.
        """
        if not name:
            return None
        if name not in self.styles():
            raise InputError(f"there is no style {name!r} any more; choose another one")
        return name


def cut_first_sentence(wave: Waveform) -> Waveform:
    """Cut at the first pause of 0.4 s that follows the first 0.8 s, after 8 s at the latest."""
    pause = round(0.4 * wave.rate)
    loud = np.flatnonzero(np.abs(wave.samples) > 0.01)
    ends = loud[:-1][(np.diff(loud) > pause) & (loud[:-1] > 0.8 * wave.rate)]
    end = ends[0] + pause // 2 if ends.size else wave.samples.size
    return replace(wave, samples=wave.samples[: min(int(end), 8 * wave.rate)])
