"""`evaluate dub`: a dubbed clip that matches the clip is told from one that does not."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pytest

from talkinghead.errors import FaceError
from talkinghead.evaluate.clips import ClipFile
from talkinghead.evaluate.dub import DUB_METRICS, evaluate_dub, find_stranger, fit_audio
from talkinghead.media.video_reader import read_video
from talkinghead.types import Array, Waveform

from .synthetic_clips import babble, noise, speaking, write_clip

FRAMES, SIDE = 30, 64
Paint = Callable[[Array, str], Array]


class MouthDetector:
    """Landmarks of frames whose first pixels say by how much the mouth is open."""

    def track(self, frames: Iterable[Array]) -> Array:
        opening = np.array([frame[:4, :4].mean() / 2000 for frame in frames])
        return speaking(opening) * 40 + SIDE / 2


@pytest.fixture
def clips(tmp_path: Path, rng: np.random.Generator) -> Path:
    """Two clips in two folders, whose first pixels follow the opening of a mouth."""
    for number, name in enumerate(("a/one.mp4", "b/two.mp4")):
        frames = np.repeat(rng.integers(60, 200, (1, SIDE, SIDE, 3)), FRAMES, axis=0)
        frames[:, :4, :4] = (2000 * babble(FRAMES, number))[:, None, None, None]
        write_clip(tmp_path / name, frames.astype(np.uint8), noise(FRAMES / 25, number))
    return tmp_path


@pytest.fixture
def detector() -> MouthDetector:
    return MouthDetector()


def dubbing(paint: Paint) -> Callable[..., Mapping[str, Path]]:
    """Dubs by changing the frames of a clip by `paint`, which is told what is said."""

    def dub(video: Path, audio: Mapping[str, Waveform | None], folder: Path) -> dict[str, Path]:
        files = {}
        for name, wave in audio.items():
            assert wave is None or wave.seconds == pytest.approx(FRAMES / 25)
            frames = read_video(video).frames
            files[name] = folder / f"{name}.mp4"
            write_clip(files[name], frames if wave is None else paint(frames, name), None)
        return files

    return dub


def says_it_as_filmed(frames: Array, name: str) -> Array:
    out = frames.copy()
    if name == "silent":
        out[:, :4, :4] = 0
    return out


def never_moves(frames: Array, name: str) -> Array:
    out = frames.copy()
    out[:, :4, :4] = 0
    out[:, SIDE // 2 :] = np.random.default_rng(0).integers(0, 255, out[:, SIDE // 2 :].shape)
    return out


def test_a_dub_like_the_clip_is_better_than_one_that_flickers(clips, detector):
    good, bad = (
        evaluate_dub(clips, dubbing(paint), detector).mean
        for paint in (says_it_as_filmed, never_moves)
    )
    assert set(good) == set(DUB_METRICS)
    assert good["mouth_psnr"] > bad["mouth_psnr"] + 10
    assert good["m_lmd"] < 0.5 < bad["m_lmd"]
    assert good["seen_open"] > 0.95
    assert bad["seen_open"] < 0.5
    assert good["rest_psnr"] > bad["rest_psnr"] + 5
    assert good["silent_open"] < 0.2
    assert good["silent_motion"] < 0.1
    assert bad["silent_flicker"] > 5 > good["silent_flicker"]


def test_baselines_are_the_clip_itself_and_the_clip_in_silence(clips, detector):
    report = evaluate_dub(clips, dubbing(says_it_as_filmed), detector)
    assert report.baselines["copy"]["silent_motion"] == pytest.approx(1, abs=0.1)
    assert report.baselines["silent"]["m_lmd"] > report.mean["m_lmd"] + 0.5
    assert [clip.path for clip in report.clips] == ["a/one.mp4", "b/two.mp4"]


def test_identities_are_compared_before_and_after_and_with_the_stranger(clips, detector):
    def embed(image: Array, landmarks: Array) -> Array:
        return image[8:24, 8:24].ravel() - 128.0

    report = evaluate_dub(clips, dubbing(says_it_as_filmed), detector, embed=embed)
    assert report.mean["identity"] > 0.99
    assert report.baselines["another"]["identity"] < 0.9


def test_a_clip_without_audio_is_left_out(clips, detector):
    (clips / "a" / "one.wav").unlink()
    report = evaluate_dub(clips, dubbing(says_it_as_filmed), detector)
    assert [skip.path for skip in report.skipped_clips] == ["a/one.mp4"]
    (clips / "b" / "two.wav").unlink()
    with pytest.raises(FaceError, match="no audio to dub it with"):
        evaluate_dub(clips, dubbing(says_it_as_filmed), detector)


def test_a_stranger_is_another_speaker_where_there_is_one():
    files = [ClipFile(Path(name), name, name[0], None) for name in ("a/1", "b/1", "b/2")]
    assert find_stranger(files, 2, {}) is files[0]
    assert find_stranger(files, 0, {}) is files[2]
    assert find_stranger(files, 2, {"a/1": "b"}) is files[1]
    assert find_stranger(files, 2, dict.fromkeys(("a/1", "b/1", "b/2"), "x")) is files[1]
    assert find_stranger(files[:1], 0, {}) is None


def test_audio_is_cut_or_repeated_to_a_length():
    wave = Waveform(np.arange(4, dtype=np.float32) / 4, 4)
    assert fit_audio(wave, 0.5).samples.tolist() == [0, 0.25]
    assert fit_audio(wave, 1.5).samples.tolist() == [0, 0.25, 0.5, 0.75, 0, 0.25]
