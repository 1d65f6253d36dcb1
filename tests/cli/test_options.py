"""Options follow from the models; a command line that is wrong is answered by its command."""

import pytest

from talkinghead.cli.main import parser_for
from talkinghead.cli.options import Parser, add_options, read_options
from talkinghead.config import ModelConfig, MotionConfig
from talkinghead.field_options import options_of
from talkinghead.requests.animation import CartoonRequest, PhotoRequest


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (("photo", "a.jpg", "b.wav", "--transparent"), "talkinghead photo"),
        (("evaluate", "sync", "a.mp4", "b.mp4"), "talkinghead evaluate sync"),
    ],
)
def test_unknown_words_are_refused_with_the_help_that_lists_the_known_ones(cli, words, command):
    status, out, err = cli(*words)
    assert (status, out, len(err)) == (2, "", 1)
    assert words[-1] in err[0]
    assert err[0].endswith(f"see '{command} --help'")


@pytest.mark.parametrize("kind", [PhotoRequest, CartoonRequest])
def test_every_option_is_offered_in_both_spellings(kind):
    parser = Parser()
    add_options(parser, kind)
    text = parser.format_help()
    for option in options_of(kind):
        if option.flag.positional:
            assert str(option.flag.metavar) in text
        else:
            assert f"--{option.name}" in text
            assert f"--{option.name.replace('_', '-')}" in text


def test_usage_shows_hyphens_except_in_the_names_of_makeittalk():
    for kind in (PhotoRequest, CartoonRequest):
        parser = Parser(prog="talkinghead")
        add_options(parser, kind)
        usage = parser.format_usage()
        assert "--amp_lip_x" in usage
        assert "--pose-from" in usage
        assert "_" not in usage.replace("amp_", "").replace("lip_", "")


def test_help_mentions_faces_only_where_there_is_that_option(cli):
    for command, expected in (("photo", True), ("cartoon", False), ("batch", False)):
        assert ("--faces" in cli(command, "--help")[1]) == expected


def test_messages_name_options_as_the_command_line_does(cli, voice_file):
    for words, message in (
        (("photo", "astronaut"), "AUDIO is missing; name a recording, or --faces with one for"),
        (("photo", "astronaut", voice_file, "--faces", f"0={voice_file}"), "leave AUDIO out"),
        (("motion", "f.jpg", "--puppet", "wilk", voice_file, "-o", "m.npz"),
         "IMAGE and --puppet exclude each other; leave one out"),
        (("cartoon", "wilk", voice_file, "--transparent", "--background", "astronaut"),
         "--transparent and --background exclude each other"),
    ):  # fmt: skip
        status, _, err = cli(*words)
        assert status == 2
        assert message in err[0]


def test_words_may_stand_before_and_after_options():
    for words in (
        ["photo", "a.jpg", "b.wav", "--still"],
        ["photo", "a.jpg", "--still", "b.wav"],
        ["photo", "--still", "--yaw=3", "a.jpg", "b.wav"],
        ["motion", "a.jpg", "--still", "b.wav", "-o", "m.npz"],
    ):
        args = parser_for(words[0]).parse_args(words)
        assert (args.audio, args.still) == ("b.wav", True)


def test_what_is_not_given_stays_out_so_that_defaults_are_the_models():
    parser = Parser()
    add_options(parser, MotionConfig, ModelConfig, leave_out=("fast",))
    assert vars(parser.parse_args([])) == {}
    args = parser.parse_args(["--amp-pos", "2", "--yaw", "-1", "3.5", "--device", "cpu"])
    assert read_options(MotionConfig, args) == MotionConfig(amp_pos=2, yaw=(-1, 3.5))
    assert read_options(ModelConfig, args) == ModelConfig(device="cpu")


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (["phto", "a.jpg", "a.wav"], "'phto'; did you mean photo?"),
        (["Photo", "a.jpg", "a.wav"], "did you mean photo?"),
        (["puppet", "chek", "wilk"], "did you mean check?"),
        (["evaluate", "moton", "clips"], "did you mean motion?"),
        (["photo", "a.jpg", "a.wav", "--sise", "64"], "did you mean --size?"),
        (["photo", "a.jpg", "a.wav", "--progress", "jsn"], "did you mean json?"),
    ],
)
def test_a_word_that_is_misspelled_is_answered_with_the_likely_one(cli, words, advice):
    status, _, err = cli(*words)
    assert status == 2
    assert advice in err[0]


def test_a_file_in_place_of_a_command_is_answered_with_one(cli, voice_file):
    status, _, err = cli(str(voice_file), "a.wav")
    assert status == 2
    assert f"a command comes first, as in 'talkinghead photo {voice_file}'" in err[0]
