"""Motion of a stream: as of the recording, however the features arrive, and without seams."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.config import MotionConfig
from talkinghead.models.content_branch import ContentBranch, ContentBranchSize
from talkinghead.models.speaker_branch import SpeakerBranch, SpeakerBranchSize
from talkinghead.motion.postprocess import closure_thresholds
from talkinghead.motion.predict import predict_content_motion, predict_speaker_motion
from talkinghead.sample_rates import FPS
from talkinghead.streaming.motion import (
    ACTIVITY_HISTORY,
    HOP_FRAMES,
    LAG,
    RunningClosureThreshold,
    StreamingContentBranch,
    StreamingMotion,
    StreamingSpeakerBranch,
)
from talkinghead.streaming.ring_buffer import RingBuffer
from talkinghead.types import Array, SpeechFeatures
from tests.motion.tracks import FACE

FRAMES = 120
NOBODY = np.zeros(256, np.float32)


@pytest.fixture(scope="module")
def content_branch() -> ContentBranch:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return ContentBranch(ContentBranchSize(input_channels=8, lstm_channels=16)).eval()


@pytest.fixture(scope="module")
def speaker_branch() -> SpeakerBranch:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        size = SpeakerBranchSize(content_channels=8, stride=2, token_channels=16, layers=1, heads=2)
        net = SpeakerBranch(size)
        torch.nn.init.normal_(net.noise_proj.weight, std=0.3)
    return net.eval()


def content_points(net: ContentBranch, features: Array, step: int) -> Array:
    """(FRAMES, 68, 3) points; `step` rows of features arrive at a time."""
    branch, arrived, points = StreamingContentBranch(net, FACE), RingBuffer(1000), []
    for start in range(0, len(features), step):
        arrived.append(features[start : start + step])
        ended = start + step >= len(features)
        branch.update(arrived, FRAMES if ended else None)
        while len(points) < FRAMES and (ended or branch.is_ready(len(points))):
            points.append(branch.track(len(points)).points[0])
    return np.array(points)


@pytest.mark.parametrize("step", [4, 7, 30])
def test_content_motion_is_that_of_the_recording(
    content_branch: ContentBranch, rng: np.random.Generator, step: int
) -> None:
    features = rng.normal(size=(FRAMES * content_branch.size.stride - 1, 8)).astype("f4")
    activity = np.ones(FRAMES, np.float32)
    whole = predict_content_motion(
        content_branch, SpeechFeatures(features, activity, NOBODY, features), FACE
    )
    assert_allclose(content_points(content_branch, features, step), whole.points, atol=1e-6)


def poses(net: SpeakerBranch, content: Array, step: int) -> Array:
    """(FRAMES, 6) poses; `step` rows of content arrive at a time."""
    branch, arrived, result = StreamingSpeakerBranch(net, 3), RingBuffer(400), []
    for start in range(0, len(content), step):
        arrived.append(content[start : start + step])
        branch.update(arrived, NOBODY, FRAMES if start + step >= len(content) else None)
        while len(result) < FRAMES and branch.is_ready(len(result)):
            result.append(branch.motion(len(result)).pose[0])
    return np.array(result)


def test_speaker_motion_does_not_depend_on_how_content_arrives(
    speaker_branch: SpeakerBranch, rng: np.random.Generator
) -> None:
    content = rng.normal(size=(2 * FRAMES, 8)).astype("f4")
    by_frame = poses(speaker_branch, content, 2)
    assert len(by_frame) == FRAMES
    assert_array_equal(poses(speaker_branch, content, 40), by_frame)


def test_windows_leave_no_seam(speaker_branch: SpeakerBranch, rng: np.random.Generator) -> None:
    content = rng.normal(size=(2 * FRAMES, 8)).astype("f4")
    whole = predict_speaker_motion(speaker_branch, content, NOBODY, FRAMES, 3).pose
    streamed = poses(speaker_branch, content, 2)
    speeds, usual = (np.abs(np.diff(pose, axis=0)) for pose in (streamed, whole))
    assert speeds[HOP_FRAMES - 1 :: HOP_FRAMES].max() < 1.5 * np.asarray(usual).max()


def test_speaker_motion_is_ready_before_the_lips_are(speaker_branch: SpeakerBranch) -> None:
    branch, arrived = StreamingSpeakerBranch(speaker_branch, 0), RingBuffer(400)
    for frame in range(60):
        arrived.append(np.zeros((2, 8), np.float32))
        branch.update(arrived, NOBODY, None)
        assert frame < HOP_FRAMES or branch.is_ready(frame + 1 + LAG - 2 * HOP_FRAMES)


def test_the_closure_threshold_approaches_that_of_a_recording(rng: np.random.Generator) -> None:
    openings = rng.gamma(2.0, 0.02, size=20 * FPS) + 0.01
    whole = closure_thresholds(openings, np.ones(len(openings)), FPS)
    running, thresholds = RunningClosureThreshold(), [0.0]
    for opening in openings:
        running.update(float(opening))
        thresholds.append(running.opening)
    assert thresholds[-1] == pytest.approx(whole[-1], abs=0.005)
    assert np.abs(np.diff(thresholds)).max() < 0.002  # face widths a frame: no jump


@pytest.mark.parametrize("step", [1, 4])
def test_a_frame_does_not_depend_on_how_features_arrive(
    content_branch: ContentBranch, rng: np.random.Generator, step: int
) -> None:
    stride = content_branch.size.stride
    features = rng.normal(size=(FRAMES * stride, 8)).astype("f4")
    activity, closed = np.tile(np.repeat([1.0, 0.0], 20), 3), np.zeros((1, 2))
    tracks = []
    for size in (step, 15):
        motion = StreamingMotion(content_branch, None, FACE, MotionConfig(seed=2))
        arrived, points = RingBuffer(1000), []
        for start in range(0, FRAMES, size):
            arrived.append(features[start * stride : (start + size) * stride])
            motion.update(arrived, arrived, NOBODY, FRAMES if start + size >= FRAMES else None)
            while len(points) < FRAMES and motion.is_ready(len(points)):
                frame = len(points)
                around = activity[max(0, frame - ACTIVITY_HISTORY) : frame + ACTIVITY_HISTORY]
                points.append(motion.predict_frame(frame, around, closed).points[0])
        tracks.append(points)
    assert len(tracks[0]) == FRAMES
    assert_allclose(tracks[0], tracks[1], atol=1e-5)
