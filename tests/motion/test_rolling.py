"""The speaker branch on a stream: one motion however it is cut, without seams."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal

from talkinghead.motion.predict import speaker_motion
from talkinghead.motion.rolling import LAG, STEP, Rolling
from talkinghead.motion.speaker_branch import SpeakerBranch, SpeakerBranchSize
from talkinghead.recent import Recent
from talkinghead.types import Array

FRAMES = 120


@pytest.fixture(scope="module")
def net() -> SpeakerBranch:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        made = SpeakerBranch(SpeakerBranchSize(content=8, stride=2, width=16, layers=1, heads=2))
        torch.nn.init.normal_(made.drift.weight, std=0.3)
    return made.eval()


def rolled(net: SpeakerBranch, content: Array, step: int) -> Array:
    """(FRAMES, 6) poses; `step` rows of content come at a time."""
    rolling, known, poses = Rolling(net, 3), Recent(400), []
    voice = np.zeros(net.size.speaker, np.float32)
    for at in range(0, len(content), step):
        known.add(content[at : at + step])
        rolling.hear(known, voice, FRAMES if at + step >= len(content) else None)
        while rolling.ready(len(poses)) and len(poses) < FRAMES:
            poses.append(rolling.motion(len(poses)).pose[0])
    return np.array(poses)


def test_motion_does_not_depend_on_how_content_arrives(
    net: SpeakerBranch, rng: np.random.Generator
) -> None:
    content = rng.normal(size=(2 * FRAMES, 8)).astype("f4")
    one = rolled(net, content, 2)
    assert len(one) == FRAMES
    assert_array_equal(rolled(net, content, 40), one)


def test_windows_leave_no_seam(net: SpeakerBranch, rng: np.random.Generator) -> None:
    content = rng.normal(size=(2 * FRAMES, 8)).astype("f4")
    voice = np.zeros(net.size.speaker, np.float32)
    whole = speaker_motion(net, content, voice, FRAMES, 3).pose
    steps, usual = (np.abs(np.diff(pose, axis=0)) for pose in (rolled(net, content, 2), whole))
    assert steps[STEP - 1 :: STEP].max() < 1.5 * np.asarray(usual).max()


def test_motion_is_there_before_the_lips_are(net: SpeakerBranch) -> None:
    rolling, known = Rolling(net, 0), Recent(400)
    for frame in range(60):
        known.add(np.zeros((2, 8), np.float32))
        rolling.hear(known, np.zeros(net.size.speaker, np.float32), None)
        assert frame < STEP or rolling.ready(frame + 1 + LAG - 2 * STEP)
