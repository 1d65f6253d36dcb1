"""A command line that is wrong is answered by the command that was meant."""

import pytest


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (("photo", "a.jpg", "b.wav", "--transparent"), "talkinghead photo"),
        (("evaluate", "sync", "a.mp4", "b.mp4"), "talkinghead evaluate sync"),
    ],
)
def test_unknown_words_are_named_beside_the_help_that_lists_the_known_ones(cli, words, command):
    status, out, err = cli(*words)
    assert (status, out, len(err)) == (2, "", 1)
    assert words[-1] in err[0]
    assert err[0].endswith(f"see '{command} --help'")
