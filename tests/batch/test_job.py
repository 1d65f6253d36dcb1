"""A row is checked as a request; its fingerprint is that of its files' content and options."""

import pytest

from talkinghead.batch.job import RowErrors, conflicts, read_job
from talkinghead.batch.table import Row
from talkinghead.media.audio import write_wav
from talkinghead.types import Waveform


@pytest.fixture
def audio(voice_file, tmp_path):
    """A recording, by a name in the folder."""
    (tmp_path / "say.wav").write_bytes(voice_file.read_bytes())
    return "say.wav"


def row(**fields: object) -> Row:
    return Row("jobs: job 1", fields)


def test_a_row_goes_before_the_options_for_all_also_to_switch_one_off(audio, tmp_path):
    shared = {"still": True, "size": 64, "transparent": True, "amp_pos": "2.0"}
    fields = row(photo="astronaut", audio=audio, output="a.mp4", still=False, amp_pos=0)
    request = read_job(fields, 1, tmp_path, shared).request
    motion = request.motion_config
    assert (motion.still, request.render_config.size, motion.amp_pos) == (False, 64, 0)
    assert not hasattr(request, "transparent")  # that is for puppets


def test_a_former_name_of_a_field_is_taken_with_a_note(audio, tmp_path):
    job = read_job(
        row(photo="astronaut", audio=audio, output="a.mp4", unfinished=True), 1, tmp_path, {}
    )
    assert job.request.models.fast
    assert job.notes == ("'unfinished' is now called 'fast'",)


def test_a_former_name_in_a_scene_file_is_a_note_of_its_job(audio, tmp_path):
    (tmp_path / "play.yaml").write_text(
        "{format: 1, canvas: [64, 64], actors: {wolf: {puppet: wilk, style: {still: true}}},"
        f" lines: [{{actor: wolf, audio: '{audio}'}}]}}"
    )
    job = read_job(row(scene="play.yaml", output="o.mp4"), 1, tmp_path, {})
    assert job.notes == (
        f"{tmp_path}/play.yaml: 'style' of wolf is now called 'motion'; rename it",
    )


def test_all_mistakes_of_a_row_are_reported(tmp_path):
    with pytest.raises(RowErrors) as caught:
        read_job(row(puppet="wilk", audio="no.wav", size="big", hue=3), 1, tmp_path, {})
    assert [line.split("'")[1] for line in caught.value.lines] == ["output", "audio", "size", "hue"]


@pytest.mark.parametrize(
    ("fields", "messages"),
    [
        (
            {"photo": "astronaut", "output": "o.mp4", "hue": 3},
            ["field 'audio' is missing; name a recording, or faces", "field 'hue' is unknown"],
        ),
        ({"puppet": "wilk", "output": "o.mp4", "hue": 3}, ["field 'audio' is missing",
                                                           "field 'hue' is unknown"]),
        (
            {"photo": "astronaut", "puppet": "wilk", "hue": 3, "output": "o.avi"},
            ["needs exactly one of the fields photo, puppet, scene, video; it has photo and puppet",
             "field 'hue' is unknown", "field 'output': o.avi: unknown suffix '.avi'"],
        ),
        ({"puppet": "wilk", "output": "o.avi"}, ["field 'audio' is missing",
                                                 "field 'output': o.avi: unknown suffix"]),
        ({"photo": "astronaut", "output": "o.avi"}, ["field 'audio' is missing",
                                                     "field 'output': o.avi: unknown suffix"]),
        (
            {"photo": "astronaut", "hue": 3, "output": "o.avi", "faces": {0: "astronaut"}},
            ["field 'hue' is unknown", "field 'faces': astronaut", "field 'output': o.avi"],
        ),
        ({"photo": "astronaut", "faces": "say.wav", "output": "o.mp4"}, ["field 'faces': 'say"]),
    ],
)  # fmt: skip
def test_one_mistake_does_not_hide_another(tmp_path, fields, messages):
    with pytest.raises(RowErrors) as caught:
        read_job(row(**fields), 1, tmp_path, {})
    assert len(caught.value.lines) == len(messages)
    for line, message in zip(caught.value.lines, messages, strict=True):
        assert line.replace(f"{tmp_path}/", "").startswith(f"jobs: job 1: {message}")


def test_a_fingerprint_depends_on_what_files_hold_and_not_on_where_they_are(voice, tmp_path):
    fingerprints = []
    for name, gain, seed in (("a", 1, 0), ("b", 1, 0), ("c", 0.5, 0), ("d", 1, 1)):
        folder = tmp_path / name
        folder.mkdir()
        write_wav(Waveform(gain * voice.samples, voice.rate), folder / "say.wav")
        fields = {"audio": "say.wav", "output": "a.mp4", "seed": seed}
        fingerprints.append(read_job(row(puppet="wilk", **fields), 1, folder, {}).fingerprint())
    assert fingerprints[0] == fingerprints[1]
    assert len(set(fingerprints)) == 3


def test_an_output_must_not_replace_the_table_of_the_jobs(audio, tmp_path):
    table = tmp_path / "jobs.mp4"  # whatever it is called
    table.write_text("- {puppet: wilk, audio: say.wav, output: jobs.mp4}")
    job = read_job(row(puppet="wilk", audio=audio, output="jobs.mp4"), 1, tmp_path, {})
    [line] = conflicts([job], table)
    assert "jobs: job 1: field 'output'" in line
    assert "would replace" in line
    assert "which lists the jobs" in line
