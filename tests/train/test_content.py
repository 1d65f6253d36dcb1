"""The content branch as it is saved moves as far as the talkers it is measured on."""

import numpy as np
import pytest
import torch

from talkinghead import weights
from talkinghead.clock import FRAME
from talkinghead.errors import InputError
from talkinghead.geometry.align import mean_face
from talkinghead.motion.content_branch import ContentBranch, ContentBranchSize
from talkinghead.motion.crisp import crisp
from talkinghead.speech.voice_net import VoiceNet, VoiceNetSize
from talkinghead.train.clips import Example, save_example
from talkinghead.train.content import begun, train_content, widened
from talkinghead.train.content_figures import Heard, validate
from talkinghead.train.data import Talker
from talkinghead.train.loop import Plan

SIZE = ContentBranchSize(sound=4, stride=1, hidden=8, wide=8)


@pytest.mark.parametrize(("ratio", "kept"), [(0.8, 0.8), (1.4, 1.0), (0.1, 0.7)])
def test_a_shy_branch_is_widened_and_a_bold_one_is_not_narrowed(ratio, kept):
    torch.manual_seed(0)
    net = ContentBranch(SIZE).eval()
    face = np.zeros((68, 3), np.float32)
    mel = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    with torch.inference_mode():
        moved = crisp(net(torch.from_numpy(mel)[None], torch.from_numpy(face)[None])[0].numpy())
    voice = np.zeros(256, np.float32)
    clip = Heard(Talker("a", face, []), mel, voice, moved / ratio, "folder")
    assert widened(net, [clip]) == pytest.approx(kept, rel=1e-3)
    assert validate(net, [clip])["amp"] == pytest.approx(ratio / kept, rel=1e-3)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(tmp_path):
    rng = np.random.default_rng(0)
    frames = 50
    sound = 0.1 * rng.standard_normal(frames * FRAME).astype(np.float32)
    points = (mean_face() + rng.normal(0, 0.01, (frames, 68, 3))).astype(np.float32)
    one = Example(points, np.zeros((frames, 6), np.float32), sound, "a", "folder/0.mp4")
    save_example(one, tmp_path / "data" / "0.npz")

    def trained(name: str, seed: int) -> dict[str, torch.Tensor]:
        out = tmp_path / f"{name}.safetensors"
        plan = Plan(steps=2, every=2, seed=seed)
        size = ContentBranchSize(hidden=8, wide=8)
        train_content(tmp_path / "data", out, tmp_path / name, plan, size=size, batch=2)
        return weights.read(out)

    first, second, other = trained("first", 1), trained("second", 1), trained("other", 2)
    for name, value in first.items():
        torch.testing.assert_close(second[name], value, rtol=0, atol=0)
    assert not torch.equal(other["lstm.weight_ih_l0"], first["lstm.weight_ih_l0"])


def test_a_teacher_without_speech_to_be_taught_on_is_refused(tmp_path):
    with pytest.raises(InputError, match="voices without film"):
        train_content(tmp_path, tmp_path / "x", tmp_path, Plan(), teachers=[tmp_path / "t"])


def test_the_ear_begins_as_the_voice_networks_and_learns_with_both_readers():
    torch.manual_seed(0)
    voice = VoiceNet(VoiceNetSize(width=16, code=8)).eval()
    net = begun(voice, ContentBranchSize(hidden=8, wide=8)).train()
    mel, speaker = torch.randn(2, 40, 80), torch.randn(2, 256)
    heard = net.listen(mel, speaker)
    torch.testing.assert_close(net.eval().listen(mel, speaker), voice.hear(mel, speaker))
    for said in net.readings(heard, torch.zeros(2, 68, 3)):
        net.zero_grad()
        said.square().sum().backward(retain_graph=True)
        assert all(value.grad is not None and value.grad.any() for value in net.ear.parameters())


def test_statistics_of_the_ear_stay_the_voice_networks():
    net = begun(VoiceNet(VoiceNetSize(width=16, code=8)), ContentBranchSize(hidden=8, wide=8))
    before = {name: value.clone() for name, value in net.ear.named_buffers()}
    net.train().listen(torch.randn(2, 40, 80) + 3, torch.randn(2, 256))
    for name, value in net.ear.named_buffers():
        torch.testing.assert_close(value, before[name])
