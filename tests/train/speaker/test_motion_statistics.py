"""The measured parameters of the speaker branch: style, modes and noise spectra."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from talkinghead.errors import InputError
from talkinghead.models.speaker_branch import NOISE_SCALES, SpeakerBranch
from talkinghead.motion.predict import predict_speaker_motion
from talkinghead.motion.windows import noise
from talkinghead.train.speaker.batches import window_log_ranges
from talkinghead.train.speaker.motion_statistics import (
    LAGS,
    band_powers,
    fit_noise_projection,
    fit_style,
    initialize_statistics,
)
from tests.train.examples import SPEAKER_SIZE, recordings


def test_the_untrained_branch_moves_as_far_as_the_speakers():
    torch.manual_seed(0)
    net = SpeakerBranch(SPEAKER_SIZE)
    clips = recordings(8)
    initialize_statistics(net, clips)
    torch.nn.init.zeros_(net.motion_head.weight)
    ratios = []
    for seed, clip in enumerate(clips):
        motion = predict_speaker_motion(net.eval(), clip.content, clip.speaker_embedding, 80, seed)
        ratios.append(window_log_ranges(motion.pose) - window_log_ranges(clip.pose))
    assert abs(np.mean(ratios)) < 0.35  # of log ratios: within a factor of 1.4


def test_the_style_head_is_measured_and_frozen():
    net = SpeakerBranch(SPEAKER_SIZE)
    initialize_statistics(net, recordings())
    assert not any(p.requires_grad for p in net.style_head.parameters())
    assert net.noise_proj.weight.requires_grad


def test_recordings_without_speech_are_refused():
    silent = [replace(r, speaker_embedding=np.zeros_like(r.speaker_embedding))
              for r in recordings(2)]  # fmt: skip
    for clips in ([], silent):
        with pytest.raises(InputError, match="no training speaker has a clip"):
            initialize_statistics(SpeakerBranch(SPEAKER_SIZE), clips)


def test_an_embedding_that_determines_a_range_is_used_and_one_that_does_not_is_not():
    rng = np.random.default_rng(0)
    embeddings = rng.normal(size=(30, 4))
    log_ranges = np.stack([embeddings @ [1, 2, 0, 0], rng.normal(size=30)], axis=1)
    slopes, ridges = fit_style(embeddings, log_ranges)
    assert np.corrcoef(embeddings @ slopes[:, 0], log_ranges[:, 0])[0, 1] > 0.99
    assert ridges[1] > ridges[0]


def test_the_spectrum_of_noise_is_recovered():
    lags, widths = np.array(LAGS)[:, None], np.array(NOISE_SCALES) * 25
    powers = np.array([0.5, 0.0, 2.0, 0.0, 1.0])
    change = (2 - 2 * np.exp(-(lags**2) / (4 * widths**2))) @ powers
    np.testing.assert_allclose(band_powers(change[:, None])[:, 0], powers, atol=1e-6)


def test_projected_noise_has_the_correlation_of_the_channels():
    base = noise(1, 0, 3000, 1)[:, 2]
    motion = np.stack([base, -0.5 * base, noise(2, 0, 3000, 1)[:, 2]], axis=1)
    projection = fit_noise_projection([motion], [1.0], 4)
    generated = noise(9, 0, 3000, 4) @ projection.T
    correlation = np.corrcoef(np.diff(generated, axis=0).T)
    assert correlation[0, 1] < -0.9
    assert abs(correlation[0, 2]) < 0.3
