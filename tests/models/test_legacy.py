"""Weights and cards of format 1 load under today's names, tensor by tensor."""

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from talkinghead.errors import WeightsError
from talkinghead.model_set import load_models
from talkinghead.models import checkpoint
from talkinghead.models.content_branch import ContentBranch, ContentBranchSize
from talkinghead.models.content_voice import ContentVoiceModel, ContentVoiceSize
from talkinghead.models.speaker_branch import SpeakerBranch, SpeakerBranchSize
from talkinghead.models.syncnet import SyncNet, SyncNetSize
from talkinghead.models.translator import Translator, TranslatorSize
from talkinghead.speech.speaker_encoder import encoder_identity
from talkinghead.speech.speaking_styles import SpeakingStyle, read_styles

# Sizes and tensor names of small networks, in the order of their state dicts, as the last revision
# of format 1 wrote them; a state dict has the same order today.
FORMAT_1 = json.loads((Path(__file__).parent / "format1_names.json").read_text())
NETWORKS = {
    "voice network": (ContentVoiceModel, ContentVoiceSize),
    "content branch": (ContentBranch, ContentBranchSize),
    "speaker branch": (SpeakerBranch, SpeakerBranchSize),
    "sync expert": (SyncNet, SyncNetSize),
    "translator": (Translator, TranslatorSize),
}


def write_format_1(tensors: dict[str, torch.Tensor], path: Path, **card: object) -> None:
    """Weights and card as format 1 wrote them: without format and log-mel constants."""
    save_file(tensors, path)
    checksum = sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".json").write_text(json.dumps({"sha256": checksum, **card}))


def write_network(model: str, path: Path, **card: object) -> dict[str, torch.Tensor]:
    """A small random network under its old names; its tensors under today's."""
    network, size = NETWORKS[model]
    old = FORMAT_1[model]
    torch.manual_seed(0)
    state = network(size(*old["size"].values())).state_dict()
    values = [
        torch.randn(value.shape).half() if value.is_floating_point() else value
        for value in state.values()
    ]
    named = dict(zip(old["tensors"], values, strict=True))
    write_format_1(named, path, model=model, size=old["size"], **card)
    return dict(zip(state, values, strict=True))


@pytest.mark.parametrize("model", NETWORKS)
def test_old_weights_load_into_todays_network(model, tmp_path):
    path = tmp_path / "old.safetensors"
    expected = write_network(model, path)
    network, size = NETWORKS[model]
    loaded = checkpoint.build(network, size, path).state_dict()
    assert loaded.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(loaded[name], value.to(loaded[name].dtype), rtol=0, atol=0)


def test_old_branches_load_with_the_content_voice_model_they_were_trained_with(tmp_path):
    write_network("voice network", tmp_path / "voice.safetensors")
    checksum = checkpoint.identity(tmp_path / "voice.safetensors")
    write_network("content branch", tmp_path / "content.safetensors", voice=checksum)
    write_network("speaker branch", tmp_path / "speaker.safetensors", voice=checksum)
    models = load_models(tmp_path)
    assert models.speaker_branch is not None
    assert models.content_encoder.channels == FORMAT_1["voice network"]["size"]["code"]
    write_network("content branch", tmp_path / "content.safetensors", voice="0" * 64)
    with pytest.raises(WeightsError, match="not the content-voice model"):
        load_models(tmp_path)


def test_fields_of_an_old_card_have_todays_names(tmp_path):
    path = tmp_path / "old.safetensors"
    write_network("content branch", path, plan={"steps": 3}, validation={"r_open": 0.5}, note="x")
    card = checkpoint.read_card(path)
    assert (card["training"], card["metrics"]) == ({"steps": 3}, {"r_open": 0.5})
    assert card["size"]["input_channels"] == FORMAT_1["content branch"]["size"]["sound"]
    assert card["note"] == "x"


def test_old_speaking_styles_load(tmp_path):
    path = tmp_path / "styles.safetensors"
    embedding = torch.eye(256)[3]
    style = {"talker": "t-1", "origin": "made up", "ranges": {"yaw": 1.0}, "branch": "abc"}
    write_format_1(
        {"calm": embedding}, path, model="speaking styles", size={"speaker": 256},
        encoder=encoder_identity(), styles={"calm": style},
    )  # fmt: skip
    [loaded] = read_styles(path).values()
    expected = SpeakingStyle("calm", embedding.numpy(), "t-1", "made up", {"yaw": 1.0}, "abc")
    np.testing.assert_array_equal(loaded.speaker_embedding, expected.speaker_embedding)
    for field in ("speaker", "origin", "motion_ranges", "speaker_branch"):
        assert getattr(loaded, field) == getattr(expected, field)


def test_old_names_in_a_card_of_todays_format_are_refused(tmp_path):
    path = tmp_path / "old.safetensors"
    write_network("translator", path, format=2)
    with pytest.raises(WeightsError, match="another shape"):
        checkpoint.build(Translator, TranslatorSize, path)


def test_an_old_network_of_an_unknown_kind_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "old.safetensors"
    write_network("translator", path)
    card = path.with_suffix(".json")
    card.write_text(card.read_text().replace('"translator"', '"some other network"'))
    with pytest.raises(WeightsError, match="take those of this version"):
        checkpoint.build(Translator, TranslatorSize, path)
