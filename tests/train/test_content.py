"""The content branch as it is saved moves as far as the talkers it is measured on."""

import numpy as np
import pytest
import torch

from talkinghead.motion.content_branch import ContentBranch, ContentBranchSize
from talkinghead.train.content import Heard, validate, widened
from talkinghead.train.data import Talker

SIZE = ContentBranchSize(content=4, stride=1, hidden=8)


@pytest.mark.parametrize(("ratio", "kept"), [(0.8, 0.8), (1.4, 1.0), (0.1, 0.7)])
def test_a_shy_branch_is_widened_and_a_bold_one_is_not_narrowed(ratio, kept):
    torch.manual_seed(0)
    net = ContentBranch(SIZE).eval()
    face = np.zeros((68, 3), np.float32)
    content = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    with torch.inference_mode():
        moved = net(torch.from_numpy(content)[None], torch.from_numpy(face)[None])[0].numpy()
    clip = Heard(Talker("a", face, []), content, moved / ratio, "folder")
    assert widened(net, [clip]) == pytest.approx(kept, rel=1e-3)
    assert validate(net, [clip])["amp"] == pytest.approx(ratio / kept, rel=1e-3)
