"""A clip is tracked once, however many recordings it is dubbed with."""

from pathlib import Path

import numpy as np
import pytest

from talkinghead.evaluate import dubbed_files
from talkinghead.evaluate.dubbed_files import DubWriter
from talkinghead.sample_rates import RATE
from talkinghead.types import Waveform


def test_every_recording_gets_a_file_and_none_copies_the_video(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    calls: list[str] = []

    class Animator:
        def load_audio(self, wave: Waveform) -> tuple[Waveform, None]:
            return wave, None

    monkeypatch.setattr(dubbed_files, "track_video", lambda *_: calls.append("track"))
    monkeypatch.setattr(
        dubbed_files, "write_dubbed_video", lambda _, __, speech, path: calls.append(path.stem)
    )
    monkeypatch.setattr(dubbed_files, "copy_video", lambda _, path: calls.append(path.stem))
    wave = Waveform(np.zeros(RATE, np.float32), RATE)
    write = DubWriter(Animator())  # type: ignore[arg-type]
    files = write(tmp_path / "clip.mp4", {"own": wave, "copy": None, "other": wave}, tmp_path)
    assert calls == ["track", "own", "copy", "other"]
    assert files == {name: tmp_path / f"{name}.mp4" for name in ("own", "copy", "other")}
