"""Features of a stream: loudness adapts in speech only, and embeddings are averaged."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from talkinghead.errors import AudioError
from talkinghead.models.mel import log_mel
from talkinghead.models.voice_detector import DetectorState, VoiceDetector
from talkinghead.sample_rates import FPS, FRAME_SAMPLES, RATE, STRIDE
from talkinghead.speech.content_encoder import LogMelEncoder
from talkinghead.speech.speaker_encoder import EMBEDDING_SIZE, SpeakerEncoder
from talkinghead.speech.vad import frame_energy, speech_band_level
from talkinghead.streaming.features import (
    EMBED_SAMPLES,
    HISTORY,
    LOUDNESS_WINDOW,
    RunningSpeakerEmbedding,
    StreamingFeatures,
    StreamingLoudness,
)
from talkinghead.types import Array, Waveform


def gains(loudness: StreamingLoudness, samples: Array) -> list[float]:
    """The gains in dB after each block of the samples."""
    whole = len(samples) // FRAME_SAMPLES * FRAME_SAMPLES
    result = []
    for block in samples[:whole].reshape(-1, FRAME_SAMPLES):
        loudness.update(speech_band_level(block), frame_energy(block))
        result.append(loudness.gain)
    return result


def speech(voice: Waveform, seconds: float) -> Array:
    return np.resize(voice.samples, round(seconds * RATE))


def test_a_quiet_voice_and_a_loud_one_reach_the_same_loudness(voice: Waveform) -> None:
    high, low = (gains(StreamingLoudness(), factor * speech(voice, 8))[-1] for factor in (1, 0.1))
    assert low - high == pytest.approx(20, abs=1)


@pytest.mark.parametrize("noise", [0.0, 0.001, 0.01])
def test_silence_is_not_amplified(voice: Waveform, rng: np.random.Generator, noise: float) -> None:
    silence = (noise * rng.normal(size=20 * RATE)).astype("f4")
    assert gains(StreamingLoudness(), silence)[-1] == 0
    loudness = StreamingLoudness()
    before = gains(loudness, speech(voice, 6) + silence[: 6 * RATE])[-1]
    assert gains(loudness, silence)[-1] == pytest.approx(before, abs=3)


def test_the_gain_adapts_to_a_whisper_after_loud_speech(voice: Waveform) -> None:
    loudness = StreamingLoudness()
    before = gains(loudness, speech(voice, 8))[-1]
    after = gains(loudness, 0.05 * speech(voice, LOUDNESS_WINDOW + 8))
    assert after[-1] - before == pytest.approx(26, abs=4)
    assert np.abs(np.diff(after)).max() < 3  # dB a motion frame: no jump


class OneHot:
    """A speaker network that distinguishes speakers by the sign of their samples."""

    def embed_utterance(self, wav: Array, *, rate: float) -> Array:
        return np.eye(EMBEDDING_SIZE)[int(wav.mean() > 0)]


def test_the_embedding_of_a_stream_is_the_mean_over_its_speech() -> None:
    running = RunningSpeakerEmbedding(SpeakerEncoder(network=OneHot()))
    ones = np.ones(EMBED_SAMPLES, np.float32)
    running.update(ones, np.zeros(40))  # silence
    running.update(ones[:100], np.ones(40))  # too short
    assert not running.embedding.any()
    for sign in (1, 1, -1):
        running.update(sign * ones, np.ones(40))
    assert_allclose(running.embedding[:2], np.array([1, 2]) / np.sqrt(5), rtol=1e-6)
    for _ in range(300):  # another speaker
        running.update(-ones, np.ones(40))
    assert running.embedding[0] > 0.99


@pytest.fixture
def features() -> StreamingFeatures:
    return StreamingFeatures(SpeakerEncoder(network=OneHot()), LogMelEncoder(), None)


def test_the_log_mel_of_a_stream_is_that_of_the_recording(
    features: StreamingFeatures, voice: Waveform
) -> None:
    """As long as the gain is constant: before the first speech."""
    quiet = Waveform((1e-3 * voice.samples[:RATE]), RATE)
    for block in np.split(quiet.samples, range(FRAME_SAMPLES, RATE, FRAME_SAMPLES)):
        features.push(block)
    features.flush()
    whole = log_mel(quiet)
    assert features.encoder_features.stop == features.content.stop == len(whole)
    assert_allclose(features.encoder_features.slice(0, len(whole)), whole, atol=1e-5)


def test_the_features_are_as_long_as_the_audio(
    features: StreamingFeatures, voice: Waveform
) -> None:
    samples = np.resize(voice.samples, (HISTORY + 30) * FRAME_SAMPLES + 100)
    for block in np.split(samples, range(FRAME_SAMPLES, len(samples), FRAME_SAMPLES)):
        features.push(block)
    features.flush()
    assert features.samples == len(samples)
    assert features.frames == HISTORY + 31
    assert features.content.stop == -(-len(samples) * STRIDE // FRAME_SAMPLES)
    assert len(features.voice_activity(features.frames - 2 * FPS, features.frames)) == 2 * FPS
    assert features.lip_closure(features.frames - 1).shape == (1, 2)


def test_audio_after_the_end_is_refused(features: StreamingFeatures) -> None:
    features.push(np.zeros(10, np.float32))
    with pytest.raises(AudioError, match="has ended"):
        features.push(np.zeros(FRAME_SAMPLES, np.float32))


def test_no_audio_has_no_features(features: StreamingFeatures) -> None:
    features.flush()
    assert (features.frames, features.content.stop) == (0, 0)


class LowVoices(VoiceDetector):
    """Hears a voice where low bands are loud, and none where high ones are."""

    def step(
        self, mel: torch.Tensor, state: DetectorState | None, last: bool = False
    ) -> tuple[torch.Tensor, DetectorState]:
        stored = mel.new_zeros(1, 0, mel.shape[2]) if state is None else state[0]
        mel = torch.cat([stored, mel], dim=1)
        count = mel.shape[1] // 2 * 2
        logits = 20 * (mel[:, :count:2, :20].mean(dim=2) - mel[:, :count:2, 60:].mean(dim=2))
        return logits, (mel[:, count:], [])


def test_only_a_voice_is_active_in_a_stream() -> None:
    times = np.arange(6 * RATE) / RATE
    hz = np.where((times > 2) & (times < 4), 300, 6000)
    samples = (0.1 * np.sin(2 * np.pi * hz * times)).astype("f4")
    features = StreamingFeatures(
        SpeakerEncoder(network=OneHot()), LogMelEncoder(), None, LowVoices().eval()
    )
    activity = []
    for block in np.split(samples, range(FRAME_SAMPLES, len(samples), FRAME_SAMPLES)):
        features.push(block)
        at = features.frames - 12  # with the look-ahead that a stream has
        if at >= 0:
            activity.append(features.voice_activity(at, features.frames)[0])
    assert max(activity[10:35]) == max(activity[4 * FPS + 15 :]) == 0
    assert min(activity[2 * FPS + 2 : 4 * FPS - 2]) > 0.5
