"""Scene files: every mistake is refused with its file and field."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from talkinghead.errors import InputError
from talkinghead.scene.schema import DEFAULT_PAUSE, read_scene


def record(**changes: Any) -> dict[str, Any]:
    return {
        "format": 1,
        "canvas": [320, 180],
        "actors": {
            "wolf": {"puppet": "wilk", "at": [0.3, 0.5], "height": 0.9, "mirror": True},
            "pam": {"photo": "astronaut", "layer": -1, "motion": {"amp_pos": 2, "yaw": [5, -5]}},
        },
        "lines": [
            {"actor": "wolf", "audio": "voice.wav"},
            {"actor": "pam", "audio": "voice.wav", "start": 3},
        ],
    } | changes


@pytest.fixture
def write_scene(tmp_path: Path, voice_file: Path) -> Any:
    (tmp_path / "voice.wav").write_bytes(voice_file.read_bytes())

    def write(data: Any) -> Path:
        path = tmp_path / "scene.yaml"
        path.write_text(data if isinstance(data, str) else yaml.safe_dump(data, sort_keys=False))
        return path

    return write


def test_the_fields_of_a_file_are_read(write_scene: Any) -> None:
    scene = read_scene(write_scene(record(background="#102030", fps=30)))
    wolf, pam = scene.actors
    assert (scene.canvas, scene.background, scene.fps) == ((320, 180), (16, 32, 48), 30)
    assert (wolf.puppet, wolf.at, wolf.height, wolf.mirror) == ("wilk", (0.3, 0.5), 0.9, True)
    assert (pam.photo, pam.layer, pam.motion_config.yaw) == ("astronaut", -1, (5, -5))
    assert [line.start for line in scene.lines] == [None, 3]
    assert scene.lines[0].pause == DEFAULT_PAUSE
    assert scene.lines[0].audio == scene.path.parent / "voice.wav"


def test_actors_have_different_seeds(write_scene: Any) -> None:
    wolf, pam = read_scene(write_scene(record())).actors
    assert wolf.motion_config.seed != pam.motion_config.seed


def test_the_former_name_of_motion_options_is_accepted_with_a_note(write_scene: Any) -> None:
    lines = {"lines": line()["lines"]}
    current = read_scene(write_scene(actor(motion={"amp_pos": 2}) | lines))
    former = read_scene(write_scene(actor(style={"amp_pos": 2}) | lines))
    assert former.actors == current.actors
    assert former.actors[0].motion_config.amp_pos == 2
    assert current.notes == ()
    assert former.notes == (f"{former.path}: 'style' of wolf is now called 'motion'; rename it",)


def actor(**changes: Any) -> dict[str, Any]:
    return record(actors={"wolf": {"puppet": "wilk"} | changes})


def line(**changes: Any) -> dict[str, Any]:
    return record(lines=[{"actor": "wolf", "audio": "voice.wav"} | changes])


def test_relative_paths_start_at_the_folder_of_the_file(write_scene: Any) -> None:
    lines = {"lines": line()["lines"]}
    path = write_scene(actor(style_from="calm", pose_from="voice.wav") | lines)
    [wolf] = read_scene(path).actors
    assert (wolf.style_from, wolf.pose_from) == ("calm", path.parent / "voice.wav")
    [wolf] = read_scene(write_scene(actor(style_from="voice.wav") | lines)).actors
    assert (wolf.style_from, wolf.pose_from) == (str(path.parent / "voice.wav"), None)


def test_a_line_may_name_its_audio_track(write_scene: Any) -> None:
    assert read_scene(write_scene(line(audio_track=2))).lines[0].audio_track == 2
    assert read_scene(write_scene(line())).lines[0].audio_track is None
    for wrong in (0, "two", 1.5, True):
        with pytest.raises(InputError, match=r"'lines\[0\]\.audio_track'"):
            read_scene(write_scene(line(audio_track=wrong)))


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ("a: [", "not YAML"),
        ("format: 2020-99-99", "not YAML"),
        ("- 1", "must hold fields"),
        (record(format=2), "'format'"),
        (record(canvas=[320]), "'canvas'"),
        (record(canvas=[320, 8]), "'canvas'"),
        (record(colour=1), "'colour'"),
        (record(background="no.png"), "'background'"),
        (record(background="#12345"), "'background'"),
        (record(fps=0), "'fps'"),
        (record(end=-1), "'end'"),
        (record(actors={}), "'actors'"),
        (record(actors={"wolf": "wilk"}), "'actors.wolf'"),
        (actor(photo="astronaut"), "'actors.wolf'"),
        (actor(puppet=3), "'actors.wolf.puppet'"),
        (actor(at=[1]), "'actors.wolf.at'"),
        (actor(at=[0.5, "top"]), "'actors.wolf.at'"),
        (actor(height=0), "'actors.wolf.height'"),
        (actor(mirror="yes"), "'actors.wolf.mirror'"),
        (actor(layer=0.5), "'actors.wolf.layer'"),
        (actor(hat=1), "'actors.wolf.hat'"),
        (actor(motion={"amp_pos": 99}), "'actors.wolf.motion'"),
        (actor(motion={"amp_pos": "much"}), "amp_pos must be a number, got 'much'"),
        (actor(motion={"amp_pos": True}), "amp_pos must be a number"),
        (actor(motion={"still": "no"}), "still must be true or false, got 'no'"),
        (actor(motion={"seed": 1.5}), "seed must be a whole number, got 1.5"),
        (actor(motion={"yaw": 10}), "yaw must be a list of degrees, got 10"),
        (actor(motion={"yaw": ["left"]}), "yaw must be a number, got 'left'"),
        (actor(style_from=3), "'actors.wolf.style_from'"),
        (actor(pose_from="no.mp4"), "'actors.wolf.pose_from'"),
        (actor(motion={"amp_ears": 1}), "'actors.wolf.motion.amp_ears'"),
        (actor(style={"amp_ears": 1}), "'actors.wolf.style.amp_ears'"),
        (actor(style={}, motion={}), "'actors.wolf.style' is now called 'motion'"),
        (record(lines=[]), "'lines'"),
        (line(actor="bear"), "'lines[0].actor'"),
        (line(audio="no.wav"), "'lines[0].audio'"),
        (line(audio=7), "'lines[0].audio'"),
        (line(start=-1), "'lines[0].start'"),
        (line(start=1, pause=1), "'lines[0]'"),
        (line(pause="long"), "'lines[0].pause'"),
        (record(lines=[{"actor": "wolf"}]), "'lines[0].audio'"),
    ],
)
def test_the_error_for_a_mistake_names_file_and_field(
    write_scene: Any, data: Any, named: str
) -> None:
    path = write_scene(data)
    with pytest.raises(InputError) as error:
        read_scene(path)
    message = str(error.value)
    assert message.startswith(f"{path}: ")
    assert named in message
    assert "\n" not in message


def test_the_example_can_be_read() -> None:
    scene = read_scene(Path(__file__).parents[2] / "examples" / "scene.yaml")
    assert len(scene.actors) == 2


def test_the_documented_scene_can_be_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "scenes.md").read_text()
    text = page.partition("```yaml\n")[2].partition("```")[0]
    for name in ["nods.mp4", *(line["audio"] for line in yaml.safe_load(text)["lines"])]:
        (tmp_path / name).write_bytes(b"not read yet")
    (tmp_path / "scene.yaml").write_text(text)
    wolf, pam = read_scene(tmp_path / "scene.yaml").actors
    assert (wolf.style_from, pam.pose_from) == ("lively", tmp_path / "nods.mp4")
