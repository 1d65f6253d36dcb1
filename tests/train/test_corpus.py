"""What is heard of a folder: recordings, and films whose talker speaks, each once."""

import pytest

from talkinghead.train.corpus import _recordings


@pytest.mark.parametrize("film", ["film.mp4", "film.mov", "film.webm"])
def test_a_film_and_the_sound_beside_it_are_heard_once(tmp_path, film):
    (tmp_path / "ann").mkdir()
    for name in (film, "film.wav", "alone.wav"):
        (tmp_path / "ann" / name).touch()
    heard = [(one.source, one.path.name) for one in _recordings(tmp_path)]
    assert heard == [("ann/alone", "alone.wav"), ("ann/film", film)]


def test_a_recording_named_as_librispeech_names_it_is_its_readers(tmp_path):
    (tmp_path / "19-198-0001.flac").touch()
    (one,) = _recordings(tmp_path)
    assert one.speaker == "librispeech/19"
    assert one.read
