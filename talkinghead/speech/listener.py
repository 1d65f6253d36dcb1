"""Hears a stream: what `Animator.listen` says of a recording, as far as it has arrived."""

from typing import Final

import numpy as np

from talkinghead.clock import FPS, FRAME, HOP, RATE, STRIDE
from talkinghead.encoder import Encoder, Follower
from talkinghead.errors import AudioError
from talkinghead.media.limiter import bent
from talkinghead.recent import Recent
from talkinghead.speech.activity import band_levels, energies, smooth, spoken
from talkinghead.speech.content_encoder import ContentEncoder
from talkinghead.speech.level import Level
from talkinghead.speech.mel import FFT, log_mel
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.speech.voice_so_far import EVERY, SOON, STRETCH, VoiceSoFar
from talkinghead.types import Array, Waveform

KEPT: Final = 6 * FPS  # motion frames of which all is remembered
LEAD: Final = 2  # mel frames before new ones that their spectra reach into
BACK: Final = -(-FFT // 2 // HOP)  # mel frames that wait for the sound their spectra reach into


class Listener:
    """One stream. Blocks go in; what was heard, each at its own pace, is read off."""

    def __init__(self, voices: SpeakerEncoder, content: ContentEncoder, ear: Encoder | None):
        self._raw, self._levelled = Recent(STRETCH + FRAME), Recent(STRETCH + FRAME)
        self._band, self._energy = Recent(KEPT * STRIDE), Recent(KEPT)
        self._level, self._voice = Level(), VoiceSoFar(voices)
        self._factor = self._level.factor
        self._ear = None if ear is None else Follower(ear)
        self._encoder, self._follow = content, content.follow()
        self.heard = Recent(KEPT * STRIDE)  # (t, w): what the content branch hears
        self.content = Recent(KEPT * STRIDE)  # (t, d): what is said
        self.ended = False

    @property
    def frames(self) -> int:
        """Motion frames that have arrived; of the last one, a part may be missing."""
        return self._energy.stop

    @property
    def samples(self) -> int:
        """Samples at RATE that have arrived."""
        return self._raw.stop

    @property
    def voice(self) -> Array:
        """(256,) the voice so far; zeros before one is heard."""
        return self._voice.embedding

    def hear(self, block: Array) -> None:
        """Take (FRAME,) float32 samples at RATE, or fewer as the last ones of the sound."""
        if self.ended or self.samples % FRAME:
            raise AudioError("the sound has ended; a stream hears nothing behind its end")
        self._raw.add(block)
        energy = energies(block)
        self._energy.add(energy)
        gain = np.linspace(self._factor, self._level.factor, len(block), dtype=np.float32)
        self._factor = self._level.factor
        self._levelled.add(bent(gain * block))
        self._listen(self.samples // HOP - BACK + 1, energy)
        if self.frames % EVERY == 0 or self.frames == SOON:
            samples = self._levelled.between(self.samples - STRETCH, self.samples)
            self._voice.look(samples, self.activity(self.frames - STRETCH // FRAME, self.frames))

    def end(self) -> None:
        """Nothing more comes: what waited for sound behind it is heard without."""
        self.ended = True
        if self.samples:
            self._listen(-(-self.samples // HOP), np.zeros(0))

    def _listen(self, stop: int, energy: Array) -> None:
        """Hear the mel frames up to `stop` that have not been heard."""
        first = self._band.stop
        if stop <= first and not self.ended:
            return
        begin = max(first - LEAD, 0)
        part = slice(first - begin, stop - begin)
        levelled = self._levelled.between(begin * HOP, self.samples)
        raw = self._raw.between(begin * HOP, self.samples)
        mel = log_mel(Waveform(levelled, RATE))[part]
        band = band_levels(raw)[part]
        self._band.add(band)
        self._level.add(band, energy)
        self.content.add(self._follow(mel, self.voice, self.ended))
        self.heard.add(mel if self._ear is None else self._ear(mel, self.voice, self.ended))

    def activity(self, first: int, stop: int) -> Array:
        """Whether somebody speaks, 0 to 1, in motion frames `first` to `stop`, as now known.

        Of the last 0.4 s it may yet turn out that a word follows.
        """
        begin = max(first - FPS, 0)
        known = min(stop, self.frames)
        gain = self._level.gain
        level = smooth(self._band.between(begin * STRIDE - LEAD, self._band.stop))
        level = level[min(LEAD, begin * STRIDE) :] + gain
        energy = self._energy.between(begin, self.frames) + gain
        return spoken(level, energy, self._level.loudness)[max(first, 0) - begin : known - begin]

    def visemes(self, frame: int) -> Array:
        """(1, 2) how surely lips are shut, and apart, in a motion frame."""
        each = self._encoder.fps // FPS
        begin = max(frame - 1, 0)
        content = self.content.between(begin * each, (frame + 3) * each)
        count = min(frame + 2, self.frames) - begin
        found = self._encoder.visemes(content, count * FRAME)
        return found[frame - begin : frame - begin + 1]
