"""Phone times of real speech, by pocketsphinx: recognised, or aligned with a known text."""

from collections.abc import Sequence

import numpy as np
from pocketsphinx import Decoder, get_model_path

from talkinghead.clock import RATE
from talkinghead.speech.phones import PHONES, SILENCE, Timed
from talkinghead.types import Array, Waveform

PAD = 0.3  # seconds of silence around the sound, which the search needs to begin and end in
TICK = 0.01  # seconds a frame of pocketsphinx


class PhoneLabeller:
    """English phones in time. The acoustic model comes inside the pocketsphinx package.

    Forced alignment puts 0.85-0.91 of the frames right, recognition with the large
    vocabulary fewer, since it must guess the words.
    """

    def __init__(self) -> None:
        shared = {
            "hmm": get_model_path("en-us/en-us"),
            "dict": get_model_path("en-us/cmudict-en-us.dict"),
            "loglevel": "FATAL",
            "bestpath": False,  # its lattice search fails on short texts
        }
        self._recogniser = Decoder(lm=get_model_path("en-us/en-us.lm.bin"), **shared)
        self._aligner = Decoder(lm=None, **shared)

    def recognise(self, wave: Waveform) -> tuple[str, list[Timed]]:
        """The words that pocketsphinx hears, and their phones; no phones where it hears none."""
        _feed(self._recogniser, _padded(wave))
        hypothesis = self._recogniser.hyp()
        text = hypothesis.hypstr if hypothesis else ""
        return text, self.align(wave, text.split()) if text else []

    def align(self, wave: Waveform, words: Sequence[str]) -> list[Timed]:
        """The phones of known words, in time; none where the words do not fit the sound.

        Words that the dictionary does not hold make the text unknown: none again.
        """
        known = [word.lower() for word in words]
        if not known or any(self._aligner.lookup_word(word) is None for word in known):
            return []
        sound = _padded(wave)
        self._aligner.set_align_text(" ".join(known))
        _feed(self._aligner, sound)
        if self._aligner.hyp() is None:
            return []
        self._aligner.set_alignment()
        _feed(self._aligner, sound)
        timed = [
            (phone.name, phone.start * TICK - PAD, (phone.start + phone.duration) * TICK - PAD)
            for word in self._aligner.get_alignment()
            for phone in word
        ]
        return [(name if name in PHONES else SILENCE, a, b) for name, a, b in timed if b > 0]


def _padded(wave: Waveform) -> Array:
    """16-bit samples with silence, faintly noisy as microphones are, at both ends."""
    edge = int(PAD * RATE)
    sound = np.pad(wave.samples, edge)
    hiss = np.random.default_rng(0).normal(0, 2e-4, sound.size)
    return np.clip((sound + hiss) * 32767, -32768, 32767).astype(np.int16)


def _feed(decoder: Decoder, sound: Array) -> None:
    decoder.start_utt()
    decoder.process_raw(sound.tobytes(), no_search=False, full_utt=True)
    decoder.end_utt()
