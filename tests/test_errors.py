"""Errors that the user can mend have a message; bugs of the program have none."""

import pytest

from talkinghead.errors import InputError, TalkingHeadError, WeightsError, describe_error


def test_the_message_of_an_own_error_is_its_text():
    assert describe_error(WeightsError("a.safetensors: is damaged")) == "a.safetensors: is damaged"
    assert issubclass(InputError, TalkingHeadError)


def test_an_error_of_the_system_names_its_file():
    assert describe_error(FileNotFoundError(2, "No such file", "a.wav")) == "a.wav: No such file"
    assert describe_error(OSError(28, "No space left")) == "No space left"
    assert describe_error(OSError("broken")) == "broken"


@pytest.mark.parametrize(
    "error",
    [MemoryError(), RuntimeError("CUDA out of memory."), RuntimeError("Failed to allocate")],
)
def test_exhausted_memory_is_not_a_bug(error):
    assert "memory ran out" in describe_error(error)


@pytest.mark.parametrize("error", [RuntimeError("shape"), ZeroDivisionError(), KeyError("x")])
def test_a_bug_has_no_message_for_the_user(error):
    assert describe_error(error) is None
