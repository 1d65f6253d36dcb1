"""Extract speech features from a stream: loudness, voice activity, encoder features, speaker.

`StreamingFeatures` computes the features of `Animator.extract_features`, with the same functions,
from the audio that has arrived. Loudness and speaker embedding, which a recording defines as a
whole, are estimated from the past only.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from talkinghead.errors import AudioError
from talkinghead.media.loudness import SILENCE_LEVEL, loud_level, soft_clip, speech_gain
from talkinghead.models.conv_encoder import SUBSAMPLING, ConvEncoder, StreamingEncoder
from talkinghead.models.mel import FFT_SIZE, log_mel
from talkinghead.models.voice_detector import StreamingVoiceDetector, VoiceDetector
from talkinghead.sample_rates import FPS, FRAME_SAMPLES, HOP, MEL_FPS, RATE, STRIDE
from talkinghead.speech.content_encoder import ContentEncoder
from talkinghead.speech.speaker_encoder import EMBEDDING_SIZE, MIN_SAMPLES, SpeakerEncoder
from talkinghead.speech.vad import (
    LevelStatistics,
    activity_from_levels,
    frame_energy,
    level_statistics,
    smooth_level,
    speech_band_level,
    voice_gate,
)
from talkinghead.streaming.ring_buffer import RingBuffer
from talkinghead.types import Array, Waveform

HISTORY: Final = 6 * FPS  # motion frames for which features are stored
# Motion frames of zeros after which all features stay as they are: the networks see less than 3 s.
STEADY: Final = 4 * FPS
MEL_CONTEXT: Final = 2  # preceding mel frames that the spectra of new ones overlap
MEL_DELAY: Final = -(-FFT_SIZE // 2 // HOP)  # mel frames that a spectrum reaches ahead

LOUDNESS_WINDOW: Final = 8  # seconds of speech over which loudness is measured
SPEECH_RANGE: Final = 12.0  # dB from noise floor to speech: less means no speech
DEFAULT_LEVEL: Final = -32.0  # dB: assumed levels before the first speech
PRIOR_SECONDS: Final = 0.2  # of speech at gain 0, assumed before the first speech
GAIN_RISE, GAIN_FALL = 2.0, 0.4  # seconds: time constants of the gain; peaks are soft-clipped

EMBED_EVERY: Final = FPS  # motion frames between speaker embeddings
EMBED_FIRST: Final = -(-MIN_SAMPLES // FRAME_SAMPLES)  # motion frames before the first one
EMBED_SAMPLES: Final = 8 * RATE // 5  # per embedding: the window of resemblyzer, 1.6 s
EMBED_SPEECH: Final = 0.5  # share of these samples that must be speech
EMBED_COUNT: Final = 60  # embeddings in the mean; older ones fade, as the speaker may change


class StreamingFeatures:
    """Speech features of one stream: push blocks of audio, read the completed features."""

    def __init__(
        self,
        speaker_encoder: SpeakerEncoder,
        content_encoder: ContentEncoder,
        audio_encoder: ConvEncoder | None,
        voice_detector: VoiceDetector | None = None,
    ):
        """`audio_encoder` is that of the content branch; None for a branch on log-mel.

        Without a `voice_detector` every sound is a voice.
        """
        self._raw = RingBuffer(EMBED_SAMPLES + FRAME_SAMPLES)
        self._levelled = RingBuffer(EMBED_SAMPLES + FRAME_SAMPLES)
        self._band, self._energy = RingBuffer(HISTORY * STRIDE), RingBuffer(HISTORY)
        self._loudness = StreamingLoudness()
        self._speaker = RunningSpeakerEmbedding(speaker_encoder)
        self._factor = self._loudness.factor
        self._encode = None if audio_encoder is None else StreamingEncoder(audio_encoder)
        self._content_encoder, self._encode_content = content_encoder, content_encoder.open_stream()
        self._detect = None if voice_detector is None else StreamingVoiceDetector(voice_detector)
        self._voice = RingBuffer(HISTORY * STRIDE)  # (u,): probabilities of a voice
        self.encoder_features = RingBuffer(HISTORY * STRIDE)  # (t, w): input of the content branch
        self.content = RingBuffer(HISTORY * STRIDE)  # (t, d): the speaker-independent content
        self.ended = False
        self._zeros = 0  # motion frames of zeros before the next one

    @property
    def frames(self) -> int:
        """Number of motion frames that have arrived; the last may be incomplete."""
        return self._energy.stop

    @property
    def samples(self) -> int:
        """Number of samples at RATE that have arrived."""
        return self._raw.stop

    @property
    def speaker_embedding(self) -> Array:
        """(256,) mean speaker embedding so far; zeros before the first speech."""
        return self._speaker.embedding

    def push(self, block: Array) -> None:
        """Add (FRAME_SAMPLES,) float32 samples at RATE, or fewer at the end of the stream.

        Raises AudioError for a block after the end.
        """
        if self.ended or self.samples % FRAME_SAMPLES:
            raise AudioError("the stream has ended; start another one for more audio")
        self._raw.append(block)
        self._zeros = 0 if block.any() else self._zeros + 1
        energy = frame_energy(block)
        self._energy.append(energy)
        gain = np.linspace(self._factor, self._loudness.factor, len(block), dtype=np.float32)
        self._factor = self._loudness.factor
        self._levelled.append(soft_clip(gain * block))
        self._extract(self.samples // HOP - MEL_DELAY + 1, energy)
        if self.frames % EMBED_EVERY == 0 or self.frames == EMBED_FIRST:
            samples = self._levelled.slice(self.samples - EMBED_SAMPLES, self.samples)
            first = self.frames - EMBED_SAMPLES // FRAME_SAMPLES
            self._speaker.update(samples, self.voice_activity(first, self.frames))

    def flush(self) -> None:
        """End the stream: extract the mel frames whose spectra reach beyond the end."""
        self.ended = True
        if self.samples:
            self._extract(-(-self.samples // HOP), np.zeros(0))

    def preview(self) -> None:
        """Estimate the features up to the last sample, as if the stream ended there.

        They are provisional: the next `push` replaces them.
        """
        if self.ended or self._band.reach * HOP >= self.samples:
            return
        if self._is_steady:
            for rows, stride in self._rows_of_networks():
                missing = max(0, self.frames * stride - rows.stop)
                rows.append_provisional(np.repeat(rows.rows[-1:], missing, axis=0))
            return
        mel, band = self._spectra(-(-self.samples // HOP))
        speaker = self.speaker_embedding
        self._band.append_provisional(band)
        if self._detect is not None:
            self._voice.append_provisional(self._detect.preview(mel))
        self.content.append_provisional(self._encode_content.preview(mel, speaker))
        encode = self._encode
        features = mel if encode is None else encode.preview(mel, speaker)
        self.encoder_features.append_provisional(features)

    @property
    def _is_steady(self) -> bool:
        return self._zeros > STEADY and not self.ended

    def _rows_of_networks(self) -> list[tuple[RingBuffer, int]]:
        """What networks compute, and its rows in a motion frame."""
        features = STRIDE if self._encode is None else STRIDE // SUBSAMPLING
        computed = [
            (self.content, self._content_encoder.fps // FPS),
            (self.encoder_features, features),
        ]
        if self._detect is not None:
            computed.append((self._voice, STRIDE // SUBSAMPLING))
        return computed

    def _spectra(self, stop: int) -> tuple[Array, Array]:
        """Log-mel (t, bands) and speech-band level (t,) of the new mel frames up to `stop`."""
        first = self._band.stop
        begin = max(first - MEL_CONTEXT, 0)
        new = slice(first - begin, stop - begin)
        levelled = self._levelled.slice(begin * HOP, self.samples)
        raw = self._raw.slice(begin * HOP, self.samples)
        # A spectrum of its own: the gain of the levelled audio follows this level.
        return log_mel(Waveform(levelled, RATE))[new], speech_band_level(raw)[new]

    def _extract(self, stop: int, energy: Array) -> None:
        """Extract the features of the new mel frames up to `stop`."""
        if stop <= self._band.stop and not self.ended:
            return
        if self._is_steady:  # between the sentences of a live face
            band = np.repeat(self._band.rows[-1:], STRIDE)
            self._band.append(band)
            self._loudness.update(band, energy)
            for rows, stride in self._rows_of_networks():
                rows.append(np.repeat(rows.rows[-1:], stride, axis=0))
            return
        mel, band = self._spectra(stop)
        self._band.append(band)
        self._loudness.update(band, energy)
        speaker, ended = self.speaker_embedding, self.ended
        if self._detect is not None:
            self._voice.append(self._detect(mel, ended))
        self.content.append(self._encode_content(mel, speaker, ended))
        self.encoder_features.append(
            mel if self._encode is None else self._encode(mel, speaker, ended)
        )

    def voice_activity(self, first: int, stop: int) -> Array:
        """(n,) voice activity in [0, 1] of motion frames `first` to `stop`, from the audio so far.

        In the last 0.4 s it may still rise if a word follows.
        """
        begin = max(first - FPS, 0)
        end = min(stop, self.frames)
        gain = self._loudness.gain
        level = smooth_level(self._band.slice(begin * STRIDE - MEL_CONTEXT, self._band.reach))
        level = level[min(MEL_CONTEXT, begin * STRIDE) :] + gain
        energy = self._energy.slice(begin, self.frames) + gain
        activity = activity_from_levels(level, energy, self._loudness.statistics)
        if self._voice.reach:
            each = STRIDE // SUBSAMPLING
            voice = self._voice.slice(begin * each, self._voice.reach)
            activity = activity * voice_gate(voice, len(activity))
        return activity[max(first, 0) - begin : end - begin]

    def lip_closure(self, frame: int) -> Array:
        """(1, 2) confidence in [0, 1] that the lips are closed, and open, in a motion frame."""
        stride = self._content_encoder.fps // FPS
        begin = max(frame - 1, 0)
        content = self.content.slice(begin * stride, (frame + 3) * stride)
        count = min(frame + 2, self.frames) - begin
        closure = self._content_encoder.lip_closure(content, count * FRAME_SAMPLES)
        return closure[frame - begin : frame - begin + 1]

    def articulation(self, frame: int) -> Array:
        """(1, 4) confidence in [0, 1] of each of ARTICULATIONS in a motion frame."""
        stride = self._content_encoder.fps // FPS
        begin = max(frame - 1, 0)
        content = self.content.slice(begin * stride, (frame + 3) * stride)
        count = min(frame + 2, self.frames) - begin
        shown = self._content_encoder.articulation(content, count * FRAME_SAMPLES)
        return shown[frame - begin : frame - begin + 1]


class StreamingLoudness:
    """Loudness of the speech in a stream, and the gain that normalises it.

    Both come from the last LOUDNESS_WINDOW seconds that contain speech: a long silence is not
    amplified, and noise in it is not detected as speech.
    """

    def __init__(self) -> None:
        self._band = RingBuffer(LOUDNESS_WINDOW * MEL_FPS)
        self._energy = RingBuffer(LOUDNESS_WINDOW * FPS)
        self._speech = LevelStatistics(DEFAULT_LEVEL, DEFAULT_LEVEL - SPEECH_RANGE, DEFAULT_LEVEL)
        self._speech_frames = PRIOR_SECONDS * FPS
        self.gain = 0.0  # dB

    def update(self, band: Array, energy: Array) -> None:
        """Add (t,) speech-band levels at MEL_FPS and (n,) energies at FPS, in dB."""
        self._band.append(band)
        self._energy.append(energy)
        if not self._band.stop or not self._energy.stop:
            return
        now = level_statistics(smooth_level(self._band.rows), self._energy.rows)
        if now.speech_level - now.noise_floor > SPEECH_RANGE and now.total_level > SILENCE_LEVEL:
            self._speech = now
            self._update_gain()
        else:
            self._speech = replace(
                self._speech, noise_floor=min(now.noise_floor, self._speech.speech_level)
            )

    def _update_gain(self) -> None:
        levels = self._energy.rows
        if levels[-1] < np.percentile(levels, 10) + SPEECH_RANGE / 2:
            return  # the gain does not change in pauses
        target = speech_gain(levels, loud_level(levels, FPS))
        self._speech_frames += 1
        seconds = GAIN_RISE if target > self.gain else GAIN_FALL
        share = max(1 / self._speech_frames, 1 / (seconds * FPS))
        self.gain += share * (target - self.gain)

    @property
    def statistics(self) -> LevelStatistics:
        """Levels after the gain, for voice activity detection."""
        speech, gain = self._speech, self.gain
        return LevelStatistics(
            speech.speech_level + gain, speech.noise_floor + gain, speech.total_level + gain
        )

    @property
    def factor(self) -> np.float32:
        """The gain as a factor for samples."""
        return np.float32(10 ** (self.gain / 20))


class RunningSpeakerEmbedding:
    """Speaker embedding of a stream: the normalised mean over the speech so far."""

    def __init__(self, encoder: SpeakerEncoder):
        self._encoder, self._sum, self._count = encoder, np.zeros(EMBEDDING_SIZE), 0
        self.embedding = np.zeros(EMBEDDING_SIZE, np.float32)  # zeros: no speech yet

    def update(self, samples: Array, voice_activity: Array) -> None:
        """Embed the last (n,) samples at RATE, if enough of them are speech."""
        if samples.size < MIN_SAMPLES or voice_activity.mean() < EMBED_SPEECH:
            return
        if self._count == EMBED_COUNT:
            self._sum *= (EMBED_COUNT - 1) / EMBED_COUNT
        self._count = min(self._count + 1, EMBED_COUNT)
        self._sum += self._encoder(Waveform(samples, RATE))
        norm = float(np.linalg.norm(self._sum))
        self.embedding = (self._sum / max(norm, 1e-9)).astype(np.float32)
