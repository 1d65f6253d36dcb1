"""The timeline of a scene: when lines start, and which may overlap."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from talkinghead.errors import InputError
from talkinghead.pipeline import Animator
from talkinghead.sample_rates import FPS
from talkinghead.scene.compose import compose, schedule_lines
from talkinghead.scene.schema import SceneRecord, read_scene
from talkinghead.types import Waveform


@pytest.fixture
def scene_of(tmp_path: Path, voice_file: Path) -> Any:
    """Lines of a wolf and a dog, all with a recording of two seconds, to a scene."""
    (tmp_path / "voice.wav").write_bytes(voice_file.read_bytes())
    actors = {"wolf": {"puppet": "wilk"}, "dog": {"puppet": "roy", "at": [0.8, 0.5]}}

    def scene(*lines: dict[str, Any]) -> SceneRecord:
        data = {
            "format": 1,
            "canvas": [64, 32],
            "fps": 5,
            "actors": actors,
            "lines": [{"audio": "voice.wav"} | line for line in lines],
        }
        (tmp_path / "scene.yaml").write_text(yaml.safe_dump(data, sort_keys=False))
        return read_scene(tmp_path / "scene.yaml")

    return scene


def test_a_line_starts_at_its_start_or_after_the_previous_line(scene_of: Any) -> None:
    lines = schedule_lines(
        scene_of(
            {"actor": "wolf"},
            {"actor": "dog", "pause": 1.0},
            {"actor": "wolf", "start": 7.5},
            {"actor": "dog"},
        )
    )
    assert [line.start for line in lines["wolf"]] == [0, 7.5]
    assert [line.start for line in lines["dog"]] == pytest.approx([3.0, 9.8])


def test_lines_of_different_actors_may_overlap(scene_of: Any) -> None:
    lines = schedule_lines(scene_of({"actor": "wolf"}, {"actor": "dog", "pause": -1.5}))
    assert [line.start for line in lines["dog"]] == [0.5]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            [{"actor": "wolf"}, {"actor": "dog"}, {"actor": "wolf", "start": 1.5}],
            r"'lines\[2\]' overlaps lines\[0\] of the same actor, 'wolf', by 0\.50 s; give it",
        ),
        (
            [{"actor": "wolf", "start": 3}, {"actor": "wolf", "start": 1.25}],
            r"'lines\[0\]' overlaps lines\[1\] of the same actor, 'wolf', by 0\.25 s; give it",
        ),
        ([{"actor": "dog"}, {"actor": "dog", "pause": -0.1}], r"'lines\[1\]' overlaps lines\[0\]"),
    ],
)
def test_overlapping_lines_of_one_actor_are_refused_with_both_named(
    scene_of: Any, lines: list[dict[str, Any]], message: str
) -> None:
    scene = scene_of(*lines)
    with pytest.raises(InputError, match=message) as error:
        schedule_lines(scene)
    assert str(error.value).startswith(f"{scene.path}: field ")
    assert "\n" not in str(error.value)


def test_lines_of_one_actor_may_touch(scene_of: Any) -> None:
    touching = {"actor": "wolf", "pause": -0.5 / FPS}
    assert len(schedule_lines(scene_of({"actor": "wolf"}, touching))["wolf"]) == 2


def test_a_composed_scene_has_all_lines_and_the_requested_size(
    animator: Animator, scene_of: Any, voice: Waveform
) -> None:
    scene = scene_of({"actor": "wolf"}, {"actor": "dog", "pause": -1.5})
    clip = compose(animator, scene, size=48)
    frames = list(clip.frames)
    assert len(frames) == clip.count == round(5 * (0.5 + voice.seconds + scene.end))
    assert frames[0].shape == (24, 48, 3)
    assert clip.audio is not None
    assert isinstance(clip.audio_source, tuple)
    assert [cue.start for cue in clip.audio_source] == pytest.approx([0, 0.48])
    assert np.abs(np.diff(np.stack(frames).astype(int), axis=0)).max() > 20
