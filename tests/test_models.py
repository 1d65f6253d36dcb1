"""Networks that were not taught together are refused when named, and done without otherwise."""

import json
import shutil

import pytest

from talkinghead.errors import WeightsError
from talkinghead.models import load_models


@pytest.fixture
def foreign(tiny_ckpt, tmp_path):
    for path in tiny_ckpt.iterdir():
        shutil.copy(path, tmp_path)
    card = tmp_path / "speaker.json"
    card.write_text(json.dumps(json.loads(card.read_text()) | {"voice": "another"}))
    return tmp_path


def test_a_named_speaker_branch_that_hears_otherwise_is_refused(foreign):
    with pytest.raises(WeightsError, match="another voice network"):
        load_models(foreign, speaker=foreign / "speaker.safetensors")


def test_a_folders_speaker_branch_that_hears_otherwise_is_left_out(foreign, tiny_ckpt):
    assert load_models(foreign).speaker_branch is None
    assert load_models(tiny_ckpt).speaker_branch is not None
