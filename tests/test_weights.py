"""Weights come back as they went in, or not at all."""

import pytest
import torch
from torch import nn

from talkinghead import weights
from talkinghead.errors import OutputError, WeightsError
from talkinghead.motion.content_branch import ContentBranch, ContentBranchSize


@pytest.fixture
def saved(tmp_path):
    torch.manual_seed(0)
    net = nn.Linear(4, 2)
    path = tmp_path / "net.safetensors"
    weights.save(net, path, {"size": {"in": 4}})
    return net, path


def test_weights_come_back_in_half_precision(saved):
    net, path = saved
    back = weights.load(nn.Linear(4, 2), path)
    torch.testing.assert_close(back.weight, net.weight.half().float())
    assert not back.training


def test_the_card_holds_what_was_written_and_the_checksum(saved):
    card = weights.read_card(saved[1])
    assert card["size"] == {"in": 4}
    assert len(card["sha256"]) == 64


def test_another_shape_is_refused(saved):
    with pytest.raises(WeightsError, match="do not fit"):
        weights.load(nn.Linear(5, 2), saved[1])


def test_a_card_of_another_networks_sizes_is_refused(saved):
    with pytest.raises(WeightsError, match="another shape"):
        weights.build(ContentBranch, ContentBranchSize, saved[1])


def test_a_changed_file_is_refused(saved):
    saved[1].write_bytes(saved[1].read_bytes()[:-1] + b"x")
    with pytest.raises(WeightsError, match="not the one its card describes"):
        weights.load(nn.Linear(4, 2), saved[1])


def test_missing_weights_and_cards_are_named(saved, tmp_path):
    with pytest.raises(WeightsError, match="no such weights"):
        weights.read_card(tmp_path / "other.safetensors")
    card, back = saved[1].with_suffix(".json"), "put it back beside the weights"
    for told, why in (("{", "cannot be read"), ("{}", "lacks"), (None, "No such file")):
        card.unlink() if told is None else card.write_text(told)
        with pytest.raises(WeightsError, match=f"{card.name}.*{why}.*{back}"):
            weights.read_card(saved[1])


def test_a_file_of_another_kind_is_not_asked_for_its_card(tmp_path):
    (tmp_path / "s.wav").touch()
    with pytest.raises(WeightsError, match=r"s\.wav: is no safetensors file; name one"):
        weights.read_card(tmp_path / "s.wav")


def test_a_write_that_is_interrupted_leaves_the_older_weights_readable(saved, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(saved[1]), "write_text", stopped)
        with pytest.raises(KeyboardInterrupt):
            weights.save(nn.Linear(4, 2), saved[1], {"size": {"in": 5}})
    assert weights.read_card(saved[1])["size"] == {"in": 4}
    weights.load(nn.Linear(4, 2), saved[1])


def test_a_full_disk_is_told_with_its_file_and_leaves_the_older_weights(saved, full_disk):
    before = sorted(saved[1].parent.iterdir())
    with full_disk, pytest.raises(OutputError, match=f"{saved[1].name}: cannot be written"):
        weights.save(nn.Linear(99, 99), saved[1], {"size": {"in": 99}})
    assert sorted(saved[1].parent.iterdir()) == before
    weights.load(nn.Linear(4, 2), saved[1])


def test_everybody_may_read_weights_as_they_may_their_card(saved):
    assert saved[1].stat().st_mode == saved[1].with_suffix(".json").stat().st_mode
