"""Stored speaking styles: read back as written, found by name, refused for another encoder."""

import json

import numpy as np
import pytest

from talkinghead.errors import AudioError, InputError, WeightsError
from talkinghead.speech.speaking_styles import (
    SpeakingStyle,
    find_style,
    merge_embeddings,
    read_styles,
    style_names,
    user_file,
    write_styles,
)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Hide the styles of the user who runs the tests."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def unit(rng):
    """Draws speaker embeddings."""

    def draw() -> np.ndarray:
        embedding = rng.normal(size=256)
        return (embedding / np.linalg.norm(embedding)).astype(np.float32)

    return draw


def test_styles_are_read_back_as_written(unit, tmp_path):
    path = tmp_path / "styles.safetensors"
    styles = [SpeakingStyle("zoe", unit(), "t-1", "made up", {"yaw": 1.25}, "abc"),
              SpeakingStyle("ann", unit())]  # fmt: skip
    write_styles(styles, path)
    back = read_styles(path)
    assert list(back) == ["zoe", "ann"]
    for style in styles:
        np.testing.assert_array_equal(back[style.name].speaker_embedding, style.speaker_embedding)
        for field in ("speaker", "origin", "motion_ranges", "speaker_branch"):
            assert getattr(back[style.name], field) == getattr(style, field)


def test_a_style_is_found_by_its_name_and_its_speakers(unit, tmp_path):
    embedding = unit()
    write_styles([SpeakingStyle("calm", embedding, "t-1")], tmp_path / "styles.safetensors")
    for name in ("calm", "t-1"):
        np.testing.assert_array_equal(find_style(name, tmp_path).speaker_embedding, embedding)
    assert style_names(tmp_path) == ["calm", "t-1"]


def test_the_users_styles_take_precedence(unit, tmp_path):
    mine, theirs = unit(), unit()
    write_styles([SpeakingStyle("calm", theirs)], tmp_path / "styles.safetensors")
    write_styles([SpeakingStyle("calm", mine)], user_file())
    np.testing.assert_array_equal(find_style("calm", tmp_path).speaker_embedding, mine)


def test_styles_of_another_speaker_encoder_are_refused_and_hide_no_others(unit, tmp_path):
    write_styles([SpeakingStyle("calm", unit())], tmp_path / "styles.safetensors")
    write_styles([SpeakingStyle("old", unit())], user_file())
    card = user_file().with_suffix(".json")
    stored = json.loads(card.read_text())
    stored["speaker_encoder"] = {"name": "another encoder", "sha256": "0" * 64}
    card.write_text(json.dumps(stored))
    with pytest.raises(WeightsError, match=r"another encoder.*save them again"):
        find_style("old", tmp_path)
    assert find_style("calm", tmp_path).name == "calm"


def test_an_unknown_name_lists_the_known_ones(unit, tmp_path):
    write_styles([SpeakingStyle("calm", unit(), "t-1")], tmp_path / "styles.safetensors")
    with pytest.raises(InputError, match=r"'clam'.*calm, t-1"):
        find_style("clam", tmp_path)


def test_a_card_without_a_style_of_the_file_is_damaged(unit, tmp_path):
    path = tmp_path / "styles.safetensors"
    write_styles([SpeakingStyle("calm", unit())], path)
    card = json.loads(path.with_suffix(".json").read_text())
    card["styles"]["more"] = card["styles"]["calm"]
    path.with_suffix(".json").write_text(json.dumps(card))
    with pytest.raises(WeightsError, match="damaged"):
        read_styles(path)


@pytest.mark.parametrize("name", ["", "a/b", "..", "-x", "a b", "x" * 65])
def test_names_that_could_be_paths_or_options_are_refused(unit, name):
    with pytest.raises(InputError, match="style name"):
        SpeakingStyle(name, unit())


@pytest.mark.parametrize("embedding", [np.zeros(256), np.full(256, np.nan), np.ones(1)])
def test_an_embedding_without_unit_norm_is_refused(embedding):
    with pytest.raises(InputError, match="norm 1"):
        SpeakingStyle("nobody", embedding.astype(np.float32))


def test_embeddings_are_merged_by_length_without_silent_ones(unit):
    first, second, silent = unit(), unit(), np.zeros(256, np.float32)
    np.testing.assert_array_equal(merge_embeddings([silent, first], [9, 1]), first)
    both = merge_embeddings([first, second], [3, 1])
    np.testing.assert_allclose(np.linalg.norm(both), 1, atol=1e-6)
    assert both @ first > both @ second
    with pytest.raises(AudioError, match="no voice"):
        merge_embeddings([silent], [1])
