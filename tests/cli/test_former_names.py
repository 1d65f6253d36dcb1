"""Former names of commands and options work as before, with a note, and are not in the help."""

from argparse import Namespace
from pathlib import Path

import pytest

from talkinghead.cli.main import RENAMED, parser_for, with_current_names
from talkinghead.cli.options import former_names


def parsed(*words: str) -> Namespace:
    return parser_for(words[0]).parse_args(list(words))


TRAIN = ("--data", "d", "--out", "o", "--run", "r")


@pytest.mark.parametrize(
    ("command", "former", "current", "name", "value"),
    [
        (("photo", "a.jpg", "b.wav"), ("--unfinished",), "--fast", "fast", True),
        (("batch", "jobs.csv"), ("--unfinished",), "--fast", "fast", True),
        (("evaluate", "render", "d"), ("--unfinished",), "--fast", "fast", True),
        (("train", "sync", *TRAIN), ("--rate", "0.5"), "--lr", "lr", 0.5),
        (("train", "voice", *TRAIN), ("--every", "7"), "--eval-every", "eval_every", 7),
        (
            ("train", "translator", *TRAIN), ("--alone", "0.5"),
            "--reconstruction-share", "reconstruction_share", 0.5,
        ),
        (
            ("train", "content", *TRAIN), ("--speech", "s"),
            "--unlabelled-speech", "unlabelled_speech", Path("s"),
        ),
    ],
)  # fmt: skip
def test_a_former_option_is_the_current_one(command, former, current, name, value, cli):
    old, new = parsed(*command, *former), parsed(*command, current, *former[1:])
    assert getattr(old, name) == getattr(new, name) == value
    assert former_names(old) == [f"{former[0]} is now called {current}"]
    assert former_names(new) == []
    words = command[:2] if command[0] in ("train", "evaluate") else command[:1]
    _, out, _ = cli(*words, "--help")
    assert current in out
    assert f"{former[0]} " not in out


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (("serve", "--max_sound", "3"), "max_audio", "3"),
        (("serve", "--max-sound=3"), "max_audio", "3"),
        (("photo", "a.jpg", "b.wav", "--no_refiner"), "fast", True),
        (("photo", "a.jpg", "b.wav", "--reuse-train-emb-list", "s"), "style_from", "s"),
        (("serve", "--no_browser"), "no_browser", True),
        (("train", "content", *TRAIN, "--unlabelled_speech=s"), "unlabelled_speech", Path("s")),
        (("train", "sync", *TRAIN, "--eval_every", "7"), "eval_every", 7),
    ],
)
def test_every_option_may_be_spelled_with_hyphens_or_underscores(words, name, value):
    assert getattr(parsed(*words), name) == value


def test_no_refiner_is_another_name_of_fast():
    assert parsed("photo", "a.jpg", "b.wav", "--no-refiner").fast


@pytest.mark.parametrize(("former", "current"), RENAMED.items())
def test_a_former_command_is_the_current_one(former, current, cli):
    words, notes = with_current_names([*former, "data", "--json"])
    assert words == [former[0], current, "data", "--json"]
    assert notes == [f"'{former[1]}' is now called '{current}'"]
    status, out, _ = cli(*former, "--help")
    assert (status, out) == cli(former[0], current, "--help")[:2]
    _, out, _ = cli(former[0], "--help")
    first_words = [line.split()[0] for line in out.splitlines() if line.strip()]
    assert current in first_words
    assert former[1] not in first_words


def test_the_note_is_one_line_on_stderr_and_quiet_leaves_it_out(cli, tmp_path):
    words = ("preprocess", "mouths", tmp_path / "nothing", tmp_path / "out")
    _, _, err = cli(*words)
    assert err[0] == "talkinghead: 'mouths' is now called 'mouth-crops'"
    assert len(err) == 2
    assert len(cli(*words, "--quiet")[2]) == 1
    _, _, err = cli("photo", "no.jpg", "no.wav", "--unfinished")
    assert err[0] == "talkinghead: --unfinished is now called --fast"
