"""A request for a scene checks everything that its file names, and says which field is wrong."""

import pickle
from pathlib import Path

import pytest

from talkinghead.errors import InputError, OutputError
from talkinghead.requests.scene import SceneRequest


@pytest.fixture
def scene(voice_file: Path, tmp_path: Path) -> Path:
    path = tmp_path / "play.yaml"
    path.write_text(
        "{format: 1, canvas: [64, 64], fps: 12, actors: {wolf: {puppet: wilk}},"
        f" lines: [{{actor: wolf, audio: '{voice_file}'}}]}}"
    )
    return path


def test_the_frame_rate_is_the_scenes_unless_another_is_asked_for(scene):
    assert SceneRequest(scene=scene).frame_rate == 12
    assert SceneRequest(scene=scene, fps=30).frame_rate == 30
    with pytest.raises(OutputError, match="at most 50"):
        SceneRequest(scene=scene, fps=60, output="play.gif")


def test_the_file_is_read_once_when_the_request_is_made(scene):
    request = SceneRequest(scene=scene, output="play.webm")
    scene.unlink()
    copy = pickle.loads(pickle.dumps(request))  # as the batch sends it to a worker
    assert copy == request
    assert copy.record == request.record
    assert (copy.frame_rate, copy.record.canvas) == (12, (64, 64))


def test_a_former_name_in_the_file_is_a_note_of_the_request(scene):
    assert SceneRequest(scene=scene).notes == ()
    scene.write_text(
        scene.read_text().replace("puppet: wilk", "puppet: wilk, style: {still: true}")
    )
    [note] = SceneRequest(scene=scene).notes
    assert note == f"{scene}: 'style' of wolf is now called 'motion'; rename it"


def test_the_video_is_named_after_the_scene(scene):
    assert SceneRequest(scene=scene).target == Path("play.mp4")


def test_the_scene_its_recordings_and_its_puppets_are_sources(scene, voice_file):
    sources = list(map(str, SceneRequest(scene=scene).sources))
    assert {str(scene), str(voice_file)} < set(sources)
    assert any(source.endswith("wilk/puppet.yaml") for source in sources)


@pytest.mark.parametrize(
    ("actor", "field"),
    [("puppet: nosuch", "puppet"), ("photo: no.jpg", "photo"), ("puppet: wilk, style_from: nosuch",
     "style_from")],
)  # fmt: skip
def test_an_actor_that_cannot_be_used_is_named_with_its_field(scene, actor, field):
    scene.write_text(scene.read_text().replace("puppet: wilk", actor))
    with pytest.raises(InputError, match=rf"'actors\.wolf\.{field}' cannot be used"):
        SceneRequest(scene=scene)
