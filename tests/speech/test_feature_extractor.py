"""The feature extractor: one window per video frame, and features aligned with them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkinghead import cut_audio_sequence, get_audio_feature_extractor
from talkinghead.errors import AudioError, WeightsError
from talkinghead.models import checkpoint
from talkinghead.models.content_voice import ContentVoiceModel, ContentVoiceSize
from talkinghead.sample_rates import FPS, FRAME_SAMPLES, RATE, motion_frames
from talkinghead.speech.content_encoder import LogMelEncoder
from talkinghead.types import Array, Waveform


class Half:
    """An encoder with 50 features per second and a look-ahead of 0.1 s."""

    channels, fps, look_ahead = 1, 50, 10

    def __call__(self, wave: Waveform) -> Array:
        blocks = np.pad(wave.samples, (0, -wave.samples.size % 320)).reshape(-1, 320)
        return np.abs(blocks).mean(axis=1, keepdims=True)


@given(st.integers(1, 9_000), st.integers(0, 6))
def test_t_frames_in_give_t_windows_with_the_frame_in_the_middle(size: int, extra: int):
    samples = np.arange(1, size + 1, dtype=np.float32)
    overlap = extra * 0.02
    windows = cut_audio_sequence(samples, 1 / FPS + overlap, overlap, RATE)
    assert len(windows) == motion_frames(size)
    before = (windows.shape[1] - FRAME_SAMPLES) // 2
    middle = windows[:, before : before + FRAME_SAMPLES].reshape(-1)
    assert np.array_equal(middle[:size], samples)
    assert not middle[size:].any()


def test_the_info_fits_cut_audio_sequence(voice: Waveform):
    encoder, info = get_audio_feature_extractor(LogMelEncoder())
    windows = cut_audio_sequence(voice, info["feature length"], info["overlap"], info["rate"])
    assert windows.shape == (2 * FPS, round(info["feature length"] * info["rate"]))
    assert encoder(windows).shape == (2 * FPS, encoder.channels) == (info["fps"] * 2, 80)


def test_a_given_folder_must_hold_the_weights(tmp_path: Path):
    with pytest.raises(WeightsError, match="voice"):
        get_audio_feature_extractor(ckpt=tmp_path)


def test_weights_in_a_given_folder_are_used(tmp_path: Path, voice: Waveform):
    size = ContentVoiceSize(conv_channels=8, code_channels=4)
    checkpoint.save(
        ContentVoiceModel(size), tmp_path / "voice.safetensors", {"size": size.as_dict()}
    )
    encoder, info = get_audio_feature_extractor(ckpt=tmp_path)
    assert (info["encoder"], info["channels"]) == ("ContentVoiceEncoder", 4)
    windows = cut_audio_sequence(voice, info["feature length"], info["overlap"], info["rate"])
    assert encoder(windows).shape == (2 * FPS, 4)


def test_an_encoder_with_more_look_ahead_gets_longer_windows():
    _, info = get_audio_feature_extractor(Half())
    assert info["feature length"] == pytest.approx(0.04 + 2 * 0.1)


@pytest.mark.parametrize("content", [LogMelEncoder(), Half()])
def test_features_of_windows_are_those_of_the_whole_recording(voice: Waveform, content):
    encoder, info = get_audio_feature_extractor(content)
    windows = cut_audio_sequence(voice, info["feature length"], info["overlap"], info["rate"])
    whole = encoder(voice)
    by_frame = whole.reshape(len(windows), -1, encoder.channels).mean(axis=1)
    assert np.allclose(encoder(windows), by_frame, atol=1e-4)
    assert np.allclose(encoder(windows[10:30]), by_frame[10:30], atol=1e-4)


def test_a_batch_is_encoded_row_by_row_and_zero_padded(voice: Waveform):
    encoder, info = get_audio_feature_extractor(LogMelEncoder())
    windows = cut_audio_sequence(voice, info["feature length"], info["overlap"], info["rate"])
    both = encoder(np.stack([windows[:20], windows[20:40]]), [20, 7])
    assert both.shape == (2, 20, 80)
    assert np.allclose(both[0], encoder(windows[:20]))
    assert np.allclose(both[1, :7], encoder(windows[20:27]))
    assert not both[1, 7:].any()


@pytest.mark.parametrize(("length", "overlap"), [(0.2, 0.2), (0.2, 0.3), (0.2, -0.1)])
def test_windows_that_do_not_advance_are_refused(length: float, overlap: float):
    with pytest.raises(AudioError, match="overlap"):
        cut_audio_sequence(np.ones(100), length, overlap, RATE)


@pytest.mark.parametrize("sound", [np.ones((2, 100)), np.ones(0)])
def test_only_mono_audio_is_cut(sound: Array):
    with pytest.raises(AudioError, match="shape"):
        cut_audio_sequence(sound, 0.2, 0.1, RATE)
