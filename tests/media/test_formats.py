"""Frame file names and frame numbers are inverse to each other."""

from pathlib import Path

from talkinghead.media.formats import frame_number, frame_path, output_path


def test_frame_paths_and_numbers_are_inverse() -> None:
    target = Path("out/shot_%04d.png")
    assert frame_path(target, 12) == Path("out/shot_0012.png")
    assert frame_number(target, "shot_0012.png") == 12
    assert frame_number(target, "shot_12.png") is None
    assert frame_number(target, "shot_0012.jpg") is None
    assert output_path("out/").name == "%06d.png"
