"""Checkpoints: read back as written, or refused in one line."""

import json
from hashlib import sha256

import pytest
import torch
from torch import nn

from talkinghead.errors import OutputError, WeightsError
from talkinghead.models import checkpoint
from talkinghead.models.content_branch import ContentBranch, ContentBranchSize
from talkinghead.models.legacy import FORMAT
from talkinghead.models.mel import MEL_CONFIG


@pytest.fixture
def saved(tmp_path):
    torch.manual_seed(0)
    net = nn.Linear(4, 2)
    path = tmp_path / "net.safetensors"
    checkpoint.save(net, path, {"size": {"in": 4}})
    return net, path


def test_weights_come_back_in_half_precision(saved):
    net, path = saved
    back = checkpoint.load(nn.Linear(4, 2), path)
    torch.testing.assert_close(back.weight, net.weight.half().float())
    assert not back.training


def test_the_card_holds_what_was_written_checksum_format_and_log_mel(saved):
    card = checkpoint.read_card(saved[1])
    assert card["size"] == {"in": 4}
    assert card["sha256"] == sha256(saved[1].read_bytes()).hexdigest()
    assert card["format"] == FORMAT
    assert card["mel"] == MEL_CONFIG


def test_a_card_is_json_also_with_numbers_that_json_lacks(tmp_path):
    path = tmp_path / "net.safetensors"
    checkpoint.save(nn.Linear(4, 2), path, {"a": [1.5, float("inf")], "b": {"c": float("nan")}})

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    card = json.loads(path.with_suffix(".json").read_text(), parse_constant=refuse)
    assert card["a"] == [1.5, None]
    assert card["b"] == {"c": None}


def edit_card(path, **fields):
    card = path.with_suffix(".json")
    stored = json.loads(card.read_text()) | fields
    kept = {name: value for name, value in stored.items() if value is not None}
    card.write_text(json.dumps(kept))


@pytest.mark.parametrize("constant", MEL_CONFIG)
def test_weights_of_another_log_mel_are_refused_in_one_line(saved, constant):
    edit_card(saved[1], mel=dict(MEL_CONFIG) | {constant: 3})
    with pytest.raises(WeightsError, match=f"another log-mel .{constant}.; take") as error:
        checkpoint.load(nn.Linear(4, 2), saved[1])
    assert "\n" not in str(error.value)


def test_damaged_log_mel_constants_are_refused(saved):
    edit_card(saved[1], mel="none")
    with pytest.raises(WeightsError, match="another log-mel"):
        checkpoint.read_card(saved[1])


def test_a_card_without_log_mel_constants_means_todays(saved):
    edit_card(saved[1], mel=None)
    checkpoint.load(nn.Linear(4, 2), saved[1])


@pytest.mark.parametrize("version", [0, FORMAT + 1, "two"])
def test_an_unknown_format_is_refused_with_what_to_do(saved, version):
    edit_card(saved[1], format=version)
    with pytest.raises(WeightsError, match=r"has format .*; update talkinghead, or take"):
        checkpoint.load(nn.Linear(4, 2), saved[1])


def test_converted_weights_keep_their_identity(saved):
    assert checkpoint.identity(saved[1]) == checkpoint.read_card(saved[1])["sha256"]
    edit_card(saved[1], original_sha256="abc")
    assert checkpoint.identity(saved[1]) == "abc"


def test_another_shape_is_refused(saved):
    with pytest.raises(WeightsError, match="do not fit"):
        checkpoint.load(nn.Linear(5, 2), saved[1])


def test_a_card_of_another_network_is_refused(saved):
    with pytest.raises(WeightsError, match="another shape"):
        checkpoint.build(ContentBranch, ContentBranchSize, saved[1])


def test_a_changed_file_is_refused(saved):
    saved[1].write_bytes(saved[1].read_bytes()[:-1] + b"x")
    with pytest.raises(WeightsError, match="not the one its card describes"):
        checkpoint.load(nn.Linear(4, 2), saved[1])


def test_missing_weights_and_cards_are_refused_by_name(saved, tmp_path):
    with pytest.raises(WeightsError, match="no such weights"):
        checkpoint.read_card(tmp_path / "other.safetensors")
    card, back = saved[1].with_suffix(".json"), "put it back beside the weights"
    for text, reason in (("{", "cannot be read"), ("{}", "lacks"), (None, "No such file")):
        card.unlink() if text is None else card.write_text(text)
        with pytest.raises(WeightsError, match=f"{card.name}.*{reason}.*{back}"):
            checkpoint.read_card(saved[1])


def test_a_file_of_another_kind_is_refused_as_such(tmp_path):
    (tmp_path / "s.wav").touch()
    with pytest.raises(WeightsError, match=r"s\.wav: is no safetensors file; name one"):
        checkpoint.read_card(tmp_path / "s.wav")


def test_an_interrupted_write_keeps_the_older_weights(saved, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(saved[1]), "write_text", interrupt)
        with pytest.raises(KeyboardInterrupt):
            checkpoint.save(nn.Linear(4, 2), saved[1], {"size": {"in": 5}})
    assert checkpoint.read_card(saved[1])["size"] == {"in": 4}
    checkpoint.load(nn.Linear(4, 2), saved[1])


def test_a_full_disk_is_reported_with_its_file_and_keeps_the_older_weights(saved, full_disk):
    before = sorted(saved[1].parent.iterdir())
    with full_disk, pytest.raises(OutputError, match=f"{saved[1].name}: cannot be written"):
        checkpoint.save(nn.Linear(99, 99), saved[1], {"size": {"in": 99}})
    assert sorted(saved[1].parent.iterdir()) == before
    checkpoint.load(nn.Linear(4, 2), saved[1])


def test_weights_have_the_permissions_of_their_card(saved):
    assert saved[1].stat().st_mode == saved[1].with_suffix(".json").stat().st_mode
