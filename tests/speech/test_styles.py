"""A stored style is the voice it was saved from, and only under the encoder that heard it."""

import json

import numpy as np
import pytest

from talkinghead.errors import AudioError, InputError, WeightsError
from talkinghead.speech.styles import (
    SpeakingStyle,
    find_style,
    merged,
    read_styles,
    style_names,
    user_file,
    write_styles,
)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """No style of whoever runs the tests."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def unit(rng):
    """Draws voices."""

    def draw() -> np.ndarray:
        voice = rng.normal(size=256)
        return (voice / np.linalg.norm(voice)).astype(np.float32)

    return draw


def test_styles_come_back_as_they_went_in(unit, tmp_path):
    path = tmp_path / "styles.safetensors"
    styles = [SpeakingStyle("zoe", unit(), "t-1", "made up", {"yaw": 1.25}, "abc"),
              SpeakingStyle("ann", unit())]  # fmt: skip
    write_styles(styles, path)
    back = read_styles(path)
    assert list(back) == ["zoe", "ann"]
    for one in styles:
        np.testing.assert_array_equal(back[one.name].voice, one.voice)
        for field in ("talker", "origin", "ranges", "branch"):
            assert getattr(back[one.name], field) == getattr(one, field)


def test_a_style_answers_to_its_name_and_to_its_talkers(unit, tmp_path):
    voice = unit()
    write_styles([SpeakingStyle("calm", voice, "t-1")], tmp_path / "styles.safetensors")
    for asked in ("calm", "t-1"):
        np.testing.assert_array_equal(find_style(asked, tmp_path).voice, voice)
    assert style_names(tmp_path) == ["calm", "t-1"]


def test_the_users_own_go_before_the_packages(unit, tmp_path):
    mine, theirs = unit(), unit()
    write_styles([SpeakingStyle("calm", theirs)], tmp_path / "styles.safetensors")
    write_styles([SpeakingStyle("calm", mine)], user_file())
    np.testing.assert_array_equal(find_style("calm", tmp_path).voice, mine)


def test_styles_of_another_encoder_are_refused_and_hide_no_others(unit, tmp_path):
    write_styles([SpeakingStyle("calm", unit())], tmp_path / "styles.safetensors")
    write_styles([SpeakingStyle("old", unit())], user_file())
    card = user_file().with_suffix(".json")
    said = json.loads(card.read_text())
    said["encoder"] = {"name": "another ear", "sha256": "0" * 64}
    card.write_text(json.dumps(said))
    with pytest.raises(WeightsError, match=r"another ear.*save them again"):
        find_style("old", tmp_path)
    assert find_style("calm", tmp_path).name == "calm"


def test_an_unknown_name_lists_those_there_are(unit, tmp_path):
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
def test_names_that_could_be_paths_or_flags_are_refused(unit, name):
    with pytest.raises(InputError, match="style name"):
        SpeakingStyle(name, unit())


@pytest.mark.parametrize("voice", [np.zeros(256), np.full(256, np.nan), np.ones(1)])
def test_nobodys_voice_is_no_style(voice):
    with pytest.raises(InputError, match="norm 1"):
        SpeakingStyle("nobody", voice.astype(np.float32))


def test_recordings_count_by_their_length_and_silent_ones_not_at_all(unit):
    first, second, nobody = unit(), unit(), np.zeros(256, np.float32)
    np.testing.assert_array_equal(merged([nobody, first], [9, 1]), first)
    both = merged([first, second], [3, 1])
    np.testing.assert_allclose(np.linalg.norm(both), 1, atol=1e-6)
    assert both @ first > both @ second
    with pytest.raises(AudioError, match="no voice"):
        merged([nobody], [1])
