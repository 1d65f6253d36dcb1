"""A row means what the same words mean on the command line."""

import pytest

from talkinghead.app.batch.fingerprint import fingerprint
from talkinghead.app.batch.orders import Mistakes, order
from talkinghead.app.batch.table import Row
from talkinghead.app.batch.wording import words_of
from talkinghead.app.cli import parser_for
from talkinghead.media.audio import write_wav
from talkinghead.types import Waveform


@pytest.fixture
def sound(voice_file, tmp_path):
    """A recording, by a name in the folder."""
    (tmp_path / "say.wav").write_bytes(voice_file.read_bytes())
    return "say.wav"


def row(**fields: object) -> Row:
    return Row("jobs: job 1", fields)


def test_a_row_is_what_its_command_line_would_be(sound, tmp_path):
    said = {"amp_lip_x": "3", "yaw": "0 -15.5", "still": "true", "size": 99, "unfinished": False}
    found = order(row(photo="astronaut", audio=sound, output="o/", **said), 1, tmp_path, {})
    words = ["photo", "astronaut", str(tmp_path / sound), "-o", f"{tmp_path}/o/"]
    flags = ["--amp_lip_x", "3", "--yaw", "0", "-15.5", "--still", "--size", "99"]
    meant = vars(parser_for("photo").parse_args([*words, *flags]))
    assert vars(found.args) == {name: meant[name] for name in meant if name != "version"}


def test_a_row_goes_before_the_flags_for_all_also_to_switch_one_off(sound, tmp_path):
    shared = {"still": True, "size": 64, "transparent": True, "amp_pos": 2.0}
    one = row(photo="astronaut", audio=sound, output="a.mp4", still=False, amp_pos=0)
    args = order(one, 1, tmp_path, shared).args
    assert (args.still, args.size, args.amp_pos) == (False, 64, 0)
    assert not hasattr(args, "transparent")  # that is for puppets


@pytest.mark.parametrize("faces", ["0=say.wav", ["0=say.wav"], {0: "say.wav"}])
def test_faces_may_be_said_in_three_ways(sound, tmp_path, faces):
    found = order(row(photo="astronaut", faces=faces, output="a.mp4"), 1, tmp_path, {})
    assert found.args.faces == [f"0={tmp_path / sound}"]
    assert str(tmp_path / sound) in found.plan.sources


@pytest.mark.parametrize("said", [["a.pem", "b.pem"], "a.pem b.pem"])
def test_each_of_several_files_lies_beside_the_jobs(tmp_path, said):
    for name in ("a.pem", "b.pem"):
        (tmp_path / name).write_text("-")
    words, wrong = words_of("puppet", {"output": "a.mp4", "credentials": said}, tmp_path)
    assert words[-2:] == [str(tmp_path / "a.pem"), str(tmp_path / "b.pem")]
    assert wrong == ["field 'puppet' is missing", "field 'audio' is missing"]


def test_all_mistakes_of_a_row_are_told(tmp_path):
    with pytest.raises(Mistakes) as caught:
        order(row(puppet="wilk", audio="no.wav", size="big", hue=3), 1, tmp_path, {})
    assert [line.split("'")[1] for line in caught.value.lines] == ["output", "audio", "size", "hue"]


def test_a_film_is_the_same_by_what_its_files_hold_and_not_by_where_they_lie(voice, tmp_path):
    prints = []
    for name, loud, seed in (("a", 1, 0), ("b", 1, 0), ("c", 0.5, 0), ("d", 1, 1)):
        folder = tmp_path / name
        folder.mkdir()
        write_wav(Waveform(loud * voice.samples, voice.rate), folder / "say.wav")
        fields = {"audio": "say.wav", "output": "a.mp4", "seed": seed}
        one = order(row(puppet="wilk", **fields), 1, folder, {})
        prints.append(fingerprint(one.args, one.plan))
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3
