"""What a report says."""

from talkinghead.evaluate.report import Skip


def test_a_clip_left_out_is_named_once():
    named = Skip("a/s.wav", "/data/a/s.wav: has no picture")
    assert str(named) == named.reason
    assert str(Skip("a/s.wav", "no face")) == "a/s.wav: no face"
