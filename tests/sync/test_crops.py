"""SyncNet's inputs: head-stabilised crops, resampled frames, log-mel padded with silence."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import gaussian_filter

from talkinghead.geometry.align import mean_face
from talkinghead.models.syncnet import (
    FRAME_WINDOW,
    MEL_LEAD,
    MEL_WINDOW,
    SyncNet,
    SyncNetSize,
    mel_frames,
)
from talkinghead.sample_rates import FPS, FRAME_SAMPLES, RATE
from talkinghead.sync.crops import crop_mouths, mel_window, resample_frame_indices, sync_log_mel
from talkinghead.sync.score import embed_audio, embed_faces
from talkinghead.types import Waveform


def test_resampled_frames_are_those_visible_at_the_time():
    assert_array_equal(resample_frame_indices(9, FPS), np.arange(9))
    assert_array_equal(resample_frame_indices(10, 2 * FPS), [1, 3, 5, 7, 9])
    assert_array_equal(resample_frame_indices(3, FPS / 2), [0, 0, 1, 1, 2, 2])
    assert_allclose(np.bincount(resample_frame_indices(300, 30.0)), 1, atol=1)


def test_a_mouth_stays_in_place_in_its_crop_wherever_the_head_moves(rng):
    points = np.array(mean_face()) * 60 + [60, 50, 0]
    picture = gaussian_filter(rng.uniform(0, 255, size=(120, 140, 3)), (3, 3, 0)).astype(np.uint8)
    moves = [(0, 0), (4, 1), (-3, 6)]
    frames = [np.roll(picture, move, axis=(1, 0)) for move in moves]
    track = np.stack([points + np.array([*move, 0]) for move in moves])
    crops, landmarks = crop_mouths(frames, track, 16, 2)
    assert crops.shape == (3, 20, 20)
    assert np.abs(crops.astype(int) - crops[0]).max() <= 1
    assert_allclose(landmarks - landmarks[0], 0, atol=1e-3)
    lips = landmarks[0, 48:68]
    assert (lips > 0).all()
    assert (lips < 20).all()


def test_the_log_mel_of_a_window_begins_before_its_frames_and_ends_after():
    mel = np.arange(400, dtype=np.float32)[:, None].repeat(80, axis=1)
    part = mel_window(mel, 30, FRAME_WINDOW)
    assert len(part) == MEL_WINDOW == mel_frames(FRAME_WINDOW)
    assert_array_equal(part[:, 0], np.arange(120 - MEL_LEAD, 120 - MEL_LEAD + MEL_WINDOW))
    seconds = np.array([part[0, 0], part[-1, 0]]) / 100
    assert seconds[0] < 30 / FPS
    assert seconds[1] > (30 + FRAME_WINDOW) / FPS


def test_beyond_a_recording_there_is_silence():
    loud = sync_log_mel(
        Waveform(np.random.default_rng(0).normal(0, 0.1, RATE).astype(np.float32), RATE)
    )
    quiet = sync_log_mel(Waveform(np.zeros(RATE, np.float32), RATE))
    assert_allclose(mel_window(loud, -40, FRAME_WINDOW), quiet[:MEL_WINDOW], atol=1e-5)
    assert_allclose(mel_window(loud, 60, FRAME_WINDOW), quiet[:MEL_WINDOW], atol=1e-5)
    part = mel_window(loud, 0, FRAME_WINDOW)
    assert_array_equal(part[MEL_LEAD:], loud[: MEL_WINDOW - MEL_LEAD])
    assert len(loud) * 160 == RATE // FRAME_SAMPLES * FRAME_SAMPLES


def test_a_long_clip_in_blocks_has_the_same_embeddings(rng, monkeypatch):
    torch.manual_seed(0)
    net = SyncNet(
        SyncNetSize(side=16, face_channels=2, audio_channels=2, embedding_channels=8)
    ).eval()
    crops = rng.integers(0, 256, size=(30, 16, 16), dtype=np.uint8)
    mel = rng.normal(size=(120, 80)).astype(np.float32)
    whole = embed_audio(net, mel, 30)
    later = embed_audio(net, mel, 30, -3)
    monkeypatch.setattr("talkinghead.sync.score._BLOCK", 7)
    assert_allclose(embed_audio(net, mel, 30), whole, atol=1e-5)
    assert embed_faces(net, crops).shape == whole.shape == (26, 8)
    assert_allclose(later[6:], whole[3:-3], atol=1e-5)


@pytest.mark.parametrize("rate", [24.0, 30.0, 60.0])
def test_resampled_frames_exist(rate):
    indices = resample_frame_indices(50, rate)
    assert indices.min() >= 0
    assert indices.max() <= 49
    assert abs(len(indices) - 50 * FPS / rate) <= 0.5
