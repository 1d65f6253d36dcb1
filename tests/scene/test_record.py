"""A scene's file is read as it stands, and every mistake in it names the file and the field."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from talkinghead.errors import InputError
from talkinghead.scene.record import PAUSE, read_scene


def record(**changes: Any) -> dict[str, Any]:
    return {
        "format": 1,
        "canvas": [320, 180],
        "actors": {
            "wolf": {"puppet": "wilk", "at": [0.3, 0.5], "height": 0.9, "mirror": True},
            "pam": {"photo": "astronaut", "layer": -1, "style": {"amp_pos": 2, "yaw": [5, -5]}},
        },
        "lines": [
            {"actor": "wolf", "audio": "voice.wav"},
            {"actor": "pam", "audio": "voice.wav", "start": 3},
        ],
    } | changes


@pytest.fixture
def written(tmp_path: Path, voice_file: Path) -> Any:
    (tmp_path / "voice.wav").write_bytes(voice_file.read_bytes())

    def write(data: Any) -> Path:
        path = tmp_path / "scene.yaml"
        path.write_text(data if isinstance(data, str) else yaml.safe_dump(data, sort_keys=False))
        return path

    return write


def test_what_is_written_is_read(written: Any) -> None:
    scene = read_scene(written(record(background="#102030", fps=30)))
    wolf, pam = scene.actors
    assert (scene.canvas, scene.background, scene.fps) == ((320, 180), (16, 32, 48), 30)
    assert (wolf.puppet, wolf.at, wolf.height, wolf.mirror) == ("wilk", (0.3, 0.5), 0.9, True)
    assert (pam.photo, pam.layer, pam.style.yaw) == ("astronaut", -1, (5, -5))
    assert [line.start for line in scene.lines] == [None, 3]
    assert scene.lines[0].pause == PAUSE
    assert scene.lines[0].audio == scene.path.parent / "voice.wav"


def test_actors_blink_each_for_itself(written: Any) -> None:
    wolf, pam = read_scene(written(record())).actors
    assert wolf.style.seed != pam.style.seed


def actor(**changes: Any) -> dict[str, Any]:
    return record(actors={"wolf": {"puppet": "wilk"} | changes})


def line(**changes: Any) -> dict[str, Any]:
    return record(lines=[{"actor": "wolf", "audio": "voice.wav"} | changes])


def test_borrowed_motion_is_looked_for_beside_the_scene(written: Any) -> None:
    one = {"lines": line()["lines"]}
    path = written(actor(style_from="calm", pose_from="voice.wav") | one)
    [wolf] = read_scene(path).actors
    assert (wolf.style_from, wolf.pose_from) == ("calm", path.parent / "voice.wav")
    [wolf] = read_scene(written(actor(style_from="voice.wav") | one)).actors
    assert (wolf.style_from, wolf.pose_from) == (str(path.parent / "voice.wav"), None)


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
        (actor(style={"amp_pos": 99}), "'actors.wolf.style'"),
        (actor(style={"amp_pos": "much"}), "amp_pos must be a number, got 'much'"),
        (actor(style={"amp_pos": True}), "amp_pos must be a number"),
        (actor(style={"still": "no"}), "still must be true or false, got 'no'"),
        (actor(style={"seed": 1.5}), "seed must be a whole number, got 1.5"),
        (actor(style={"yaw": 10}), "yaw must be a list of degrees, got 10"),
        (actor(style={"yaw": ["left"]}), "yaw must be a number, got 'left'"),
        (actor(style_from=3), "'actors.wolf.style_from'"),
        (actor(pose_from="no.mp4"), "'actors.wolf.pose_from'"),
        (actor(style={"amp_ears": 1}), "'actors.wolf.style.amp_ears'"),
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
def test_a_mistake_names_file_and_field(written: Any, data: Any, named: str) -> None:
    path = written(data)
    with pytest.raises(InputError) as told:
        read_scene(path)
    said = str(told.value)
    assert said.startswith(f"{path}: ")
    assert named in said
    assert "\n" not in said


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
