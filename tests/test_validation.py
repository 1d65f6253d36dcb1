"""Models convert text to values, and refuse invalid values and text with one-line errors."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from talkinghead.config import ModelConfig, MotionConfig, RenderConfig
from talkinghead.errors import InputError
from talkinghead.validation import (
    CombinationError,
    FieldErrors,
    FrozenModel,
    describe_type_error,
    list_to_tuple,
    text_to_path,
)
from tests.lamp_models import Lamp, Room


def problems(cls: type[FrozenModel], **fields: object) -> dict[str, str]:
    with pytest.raises(FieldErrors) as caught:
        cls.from_fields(fields)
    return {problem.field: problem.message for problem in caught.value.problems}


def test_text_and_values_by_current_and_former_names_build_equal_models():
    expected = Room(name="hall", lamp=Lamp(power=40))
    for fields in ({"power": "40"}, {"power": 40.0}, {"watts": "40"}):
        assert Room.from_fields({"name": "hall", **fields}) == expected
    assert Room.from_fields({"name": "hall"}, defaults={"power": 40, "size": 3}) == expected
    assert Room.from_fields({"name": "hall", "power": 40}, defaults={"watts": 9}) == expected


def test_every_invalid_field_is_reported_once_and_missing_fields_first():
    assert problems(Room, colour="red", power="101") == {
        "name": "name is missing",
        "colour": "colour is unknown; known: name, power",
        "power": "power must lie in [0, 100], got 101",
    }
    assert "did you mean 'power'?" in problems(Room, name="a", powre=3)["powre"]


@pytest.mark.parametrize(
    ("cls", "fields", "message"),
    [
        (MotionConfig, {"amp_lip_x": 12}, "amp_lip_x must lie in [0, 10], got 12"),
        (MotionConfig, {"amp_lip_x": float("nan")}, "amp_lip_x must lie in [0, 10], got nan"),
        (MotionConfig, {"amp_pos": "much"}, "amp_pos must be a number, got 'much'"),
        (MotionConfig, {"amp_pos": True}, "amp_pos must be a number, got True"),
        (MotionConfig, {"seed": -1}, "seed must be 0 or more, got -1"),
        (MotionConfig, {"seed": 0.5}, "seed must be a whole number, got 0.5"),
        (MotionConfig, {"still": "perhaps"}, "still must be true or false, got 'perhaps'"),
        (MotionConfig, {"yaw": (0, 90)}, "yaw must lie in [-45, 45] degrees, got 90"),
        (MotionConfig, {"pitch": {}}, "pitch must be a list of degrees, got {}"),
        (RenderConfig, {"size": 3}, "size must lie in [32, 8192], got 3"),
        (
            ModelConfig,
            {"device": "toaster"},
            "device must be one of auto, cpu, cuda, got 'toaster'",
        ),
    ],
)
def test_an_invalid_value_is_a_one_line_error_that_names_the_field(cls, fields, message):
    with pytest.raises(InputError) as caught:
        cls(**fields)
    assert str(caught.value) == message


def test_an_option_of_a_nested_model_is_named_with_its_model():
    for fields, message in (
        ({"power": 3}, "power is a field of lamp; give lamp=Lamp(power=...)"),
        ({"powre": 3}, "powre is unknown; did you mean 'lamp=Lamp(power=...)'? known: name, lamp"),
        ({"lamp": 3}, "lamp must be a Lamp, got 3"),
    ):
        with pytest.raises(InputError) as caught:
            Room(name="hall", **fields)
        assert str(caught.value) == message


def test_combined_fields_have_plain_names_in_the_message_and_braces_in_the_template():
    error = CombinationError("{audio} is missing", "audio")
    assert (str(error), error.template, error.field) == (
        "audio is missing", "{audio} is missing", "audio",
    )  # fmt: skip
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_types_of_pydantics_errors_have_messages_of_their_own():
    assert describe_type_error("bool_type") == "must be true or false"
    assert describe_type_error("list_type") == "must be a list"
    assert describe_type_error("url_scheme") == "has a value of the wrong type"


def test_paths_are_made_of_text_and_tuples_of_lists():
    assert (text_to_path("a"), text_to_path(3)) == (Path("a"), 3)
    assert (list_to_tuple([1]), list_to_tuple("a")) == ((1,), "a")


def test_numpy_scalars_are_numbers():
    config = MotionConfig(amp_pos=np.float32(1.5), seed=np.int64(3), yaw=[np.float64(2), 3])
    assert (config.amp_pos, config.seed, config.yaw) == (1.5, 3, (2.0, 3.0))
    assert type(config.seed) is int


def test_models_are_frozen_hashable_and_picklable():
    config = MotionConfig(yaw=(1, 2))
    with pytest.raises(ValueError, match="frozen"):
        config.seed = 3  # type: ignore[misc]
    assert {config: 1}[pickle.loads(pickle.dumps(config))] == 1
    with pytest.raises(FieldErrors) as caught:
        MotionConfig(seed=-1)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_copy_with_other_values_is_validated():
    assert MotionConfig(amp_pos=2).replace(seed=4) == MotionConfig(amp_pos=2, seed=4)
    with pytest.raises(InputError, match="seed"):
        MotionConfig().replace(seed=-1)
