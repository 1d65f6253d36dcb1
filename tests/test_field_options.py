"""Options are the described fields of models, with their ranges, choices and former names."""

from pathlib import Path

import pytest

from talkinghead.errors import InputError
from talkinghead.field_options import (
    describe_unknown,
    notes_on_former_names,
    options_by_name,
    options_of,
    parse_numbered,
    parse_text,
    resolve_paths,
)
from talkinghead.requests.animation import PhotoRequest
from tests.lamp_models import Room


def test_options_are_the_fields_with_a_description_also_of_nested_models():
    name, power = options_of(Room)
    assert (name.name, name.required, name.parent, name.kind) == ("name", True, None, "text")
    assert (power.name, power.parent, power.group) == ("power", "lamp", "the lamp")
    assert (power.low, power.high, power.default, power.flag.unit) == (0, 100, 60, "W")
    assert options_by_name(Room)["watts"] is power


def test_a_former_name_has_a_note_and_an_unknown_one_the_most_similar():
    assert notes_on_former_names(Room, ["watts", "power", "colour"]) == [
        "'watts' is now called 'power'"
    ]
    message = describe_unknown("pover", options_by_name(Room))
    assert message == "pover is unknown; did you mean 'power'? known: name, power"
    assert "did you mean" not in describe_unknown("xyz", options_by_name(Room))


def test_files_are_relative_to_a_folder_and_names_of_files_that_exist_too(tmp_path):
    options = options_by_name(PhotoRequest)
    assert resolve_paths(options["audio"], "a.wav", tmp_path) == str(tmp_path / "a.wav")
    assert resolve_paths(options["output"], "new/", tmp_path) == f"{tmp_path}/new/"
    assert resolve_paths(options["photo"], "astronaut", tmp_path) == "astronaut"
    (tmp_path / "astronaut").touch()
    assert resolve_paths(options["photo"], "astronaut", tmp_path) == str(tmp_path / "astronaut")
    assert resolve_paths(options["blink"], "2", tmp_path) == "2"
    with pytest.raises(InputError, match="audio must be one value"):
        resolve_paths(options["audio"], ["a.wav", "b.wav"], tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("blink", "2", 2.0), ("blink", 2, 2), ("blink", "much", "much"), ("blink", True, True),
        ("seed", "3", 3), ("seed", "3.5", "3.5"), ("face", "1", 1),
        ("still", "yes", True), ("still", "Off", False), ("still", 1, True), ("still", 0, False),
        ("still", True, True), ("still", "perhaps", "perhaps"), ("still", 2, 2),
        ("yaw", "0 -15", [0, -15]), ("yaw", ["0", 5], [0, 5]), ("yaw", 5, [5]),
        ("device", "cpu", "cpu"), ("audio", "1.wav", "1.wav"),
    ],
)  # fmt: skip
def test_text_becomes_the_kind_of_its_option_or_stays_for_the_model_to_refuse(name, text, value):
    parsed = parse_text(options_by_name(PhotoRequest)[name], text)
    assert parsed == value
    assert type(parsed) is type(value)


def test_values_of_faces_are_the_same_from_text_list_and_mapping():
    faces = options_by_name(PhotoRequest)["faces"]
    expected = {0: "a b.wav", 2: "c.wav"}
    for value in ("0=a b.wav 2=c.wav", ["0=a b.wav", "2=c.wav"], expected):
        assert parse_numbered(faces, value) == expected
    for invalid in ("a.wav", "0=", "0=a 0=b"):
        with pytest.raises(InputError, match="is not a face number with its recording"):
            parse_numbered(faces, invalid)
    pose = options_by_name(PhotoRequest)["pose_from"]
    assert parse_numbered(pose, "one.mp4") is None  # for all faces
    assert resolve_paths(pose, "1=b.mp4", Path("/data")) == {1: "/data/b.mp4"}
