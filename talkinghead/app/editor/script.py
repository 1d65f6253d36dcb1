"""What a puppet on the desk can say, and in whose manner."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from talkinghead.app.editor.desk import Refused
from talkinghead.errors import WeightsError
from talkinghead.home import home
from talkinghead.media.audio import read_audio
from talkinghead.speech.styles import read_styles, style_files
from talkinghead.types import Waveform

EXAMPLES: Final = home("examples")
SENTENCES: Final = {
    "hello_slt": "Hello, my name is Pam.",
    "morning_rms": "Good morning, Bob.",
}


class Script:
    """The recordings of a folder, and the stored styles that fit the weights there are."""

    def __init__(self, examples: Path = EXAMPLES, ckpt: Path | None = None) -> None:
        """Take the folder of recordings, and that of the weights, beside which styles lie."""
        self._examples, self._ckpt = examples, ckpt

    def sentences(self) -> list[dict[str, str]]:
        """What can be said."""
        return [
            {"id": file.stem, "text": SENTENCES.get(file.stem, file.stem)}
            for file in sorted(self._examples.glob("*.wav"))
        ]

    def sound(self, name: object) -> Waveform:
        """A sentence by its name; the first one instead of one that is not there."""
        known = [sentence["id"] for sentence in self.sentences()]
        if not known:
            raise Refused(f"there is no recording in {self._examples}")
        file = self._examples / f"{name if name in known else known[0]}.wav"
        return first_sentence(read_audio(file))

    def styles(self) -> list[str]:
        """In whose manner: the user's own styles, then the package's."""
        found: list[str] = []
        for path in style_files(self._ckpt):
            with suppress(WeightsError):
                found += read_styles(path)
        return list(dict.fromkeys(found))

    def style(self, name: object) -> str | None:
        """A style by its name; nothing is the voice's own. Raises Refused for an unknown one."""
        if not name:
            return None
        if name not in self.styles():
            raise Refused(f"there is no style {name!r} any more; choose another one")
        return str(name)


def first_sentence(wave: Waveform) -> Waveform:
    """The sound up to its first pause of 0.4 s after the first 0.8 s, at most 8 s of it."""
    hush = round(0.4 * wave.rate)
    loud = np.flatnonzero(np.abs(wave.samples) > 0.01)
    stops = loud[:-1][(np.diff(loud) > hush) & (loud[:-1] > 0.8 * wave.rate)]
    end = stops[0] + hush // 2 if stops.size else wave.samples.size
    return replace(wave, samples=wave.samples[: min(int(end), 8 * wave.rate)])
