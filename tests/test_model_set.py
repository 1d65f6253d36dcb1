"""Networks that were not trained together are refused if named, otherwise left out."""

import json
import shutil

import pytest

from talkinghead.errors import WeightsError
from talkinghead.model_set import load_models
from talkinghead.models import checkpoint
from talkinghead.models.legacy import FORMAT
from talkinghead.models.mel import MEL_CONFIG
from talkinghead.train.model_card import OPEN_DATA, RESEARCH_ONLY


@pytest.fixture
def foreign(tiny_ckpt, tmp_path):
    for path in tiny_ckpt.iterdir():
        shutil.copy(path, tmp_path)
    card = tmp_path / "speaker.json"
    card.write_text(json.dumps(json.loads(card.read_text()) | {"content_voice_model": "another"}))
    return tmp_path


def test_a_named_speaker_branch_of_another_content_voice_model_is_refused(foreign):
    with pytest.raises(WeightsError, match="another content-voice model"):
        load_models(foreign, speaker_branch=foreign / "speaker.safetensors")


def test_a_folders_speaker_branch_of_another_content_voice_model_is_left_out(foreign, tiny_ckpt):
    assert load_models(foreign).speaker_branch is None
    assert load_models(tiny_ckpt).speaker_branch is not None


def parse_strictly(path):
    """The JSON of a file; Infinity and NaN, which only Python reads, are errors."""

    def refuse(constant):
        raise ValueError(f"{path}: {constant} is not JSON")

    return json.loads(path.read_text(), parse_constant=refuse)


@pytest.mark.weights
def test_the_shipped_cards_are_complete_and_refer_to_one_another():
    paths = sorted(checkpoint.FOLDER.glob("*.safetensors"))
    cards = {path.stem: parse_strictly(path.with_suffix(".json")) for path in paths}
    for name, card in cards.items():
        assert card["format"] == FORMAT
        assert card["licence_class"] in (RESEARCH_ONLY, OPEN_DATA)
        if name != "styles":
            assert card["mel"] == MEL_CONFIG
            assert {"training", "metrics", "data_licences", "revision"} <= card.keys()
    voice = checkpoint.identity(checkpoint.FOLDER / "voice.safetensors")
    branch = checkpoint.identity(checkpoint.FOLDER / "speaker.safetensors")
    assert {cards[name]["content_voice_model"] for name in ("content", "speaker")} == {voice}
    assert {style["speaker_branch"] for style in cards["styles"]["styles"].values()} == {branch}
