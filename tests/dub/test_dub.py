"""A video is dubbed from file to file: new mouths, and everything else as filmed."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from talkinghead.dub import dub as dub_module
from talkinghead.dub.cast import Cast
from talkinghead.dub.dub import track_video, write_dubbed_video
from talkinghead.errors import FaceError
from talkinghead.media.audio import read_audio
from talkinghead.media.video_frames import decode_video, read_properties
from talkinghead.media.yuv import YuvFrame
from talkinghead.pipeline import Animator
from talkinghead.types import Array, Waveform
from tests.dub.videos import drifting, frame_facts, write_test_video
from tests.media.synthetic import tone


@pytest.fixture(scope="module")
def animator(tiny_ckpt: Path) -> Animator:
    return Animator(ckpt=tiny_ckpt, device="cpu", refine=False)


@pytest.fixture(scope="module")
def tracked(animator, video):
    return track_video(animator, video, Cast())


def speech(animator: Animator, voice: Waveform, seconds: float):
    start = int(0.2 * voice.rate)
    part = Waveform(voice.samples[start : start + round(seconds * voice.rate)], voice.rate)
    return [animator.load_audio(part)]


def planes(path_or_frames: Path | Iterator[YuvFrame]) -> list[list[Array]]:
    if isinstance(path_or_frames, Path):
        with decode_video(read_properties(path_or_frames)) as frames:
            return [[np.array(p) for p in YuvFrame(frame).frame.planes] for frame in frames]
    return [[np.array(p) for p in frame.frame.planes] for frame in path_or_frames]


def test_the_video_keeps_its_frames_and_gets_new_audio(animator, tracked, voice, tmp_path):
    counts: list[int] = []
    out = tmp_path / "out.mp4"
    report = write_dubbed_video(
        animator, tracked, speech(animator, voice, 0.48), out,
        on_start=counts.append, on_frame=counts.append,
    )  # fmt: skip
    assert (report.frame_count, report.unseen, report.turned, report.shots) == (12, 0, 0, 1)
    assert counts == [12, *range(2, 13)]
    before, after = frame_facts(tracked.properties.path), frame_facts(out)
    for name in ("seconds", "size", "format", "rotation"):
        assert after[name] == before[name]
    assert read_audio(out).seconds == pytest.approx(0.48, abs=0.03)


def test_before_encoding_all_but_the_mouth_is_as_filmed_to_the_bit(
    animator, tracked, voice, tmp_path, monkeypatch
):
    painted: list[list[Array]] = []
    original = dub_module._paint_all

    def recorded(*arguments):
        for frame in original(*arguments):
            painted.extend(planes(iter([frame])))
            yield frame

    monkeypatch.setattr(dub_module, "_paint_all", recorded)
    write_dubbed_video(animator, tracked, speech(animator, voice, 0.48), tmp_path / "out.mp4")
    filmed = planes(tracked.properties.path)
    assert len(painted) == len(filmed) == 12
    landmarks = tracked.tracks[0].points
    for number, (new, old) in enumerate(zip(painted, filmed, strict=True)):
        luma_new, luma_old = (p[0].reshape(240, -1)[:, :240] for p in (new, old))
        changed = luma_new != luma_old
        rows, columns = (np.flatnonzero(changed.any(axis=axis)) for axis in (1, 0))
        assert changed.sum() > 150
        assert rows[0] > landmarks[number, 19:25, 1].max()  # below the brows
        left, right = landmarks[number, [0, 16], 0]
        reach = 0.25 * (right - left)
        assert left - reach < columns[0] < columns[-1] < right + reach


@pytest.mark.parametrize(("extend", "same"), [("loop", 0), ("hold", 11), ("pingpong", 11)])
def test_words_that_are_longer_extend_the_video(animator, tracked, tmp_path, extend, same):
    out = tmp_path / "out.mkv"
    silence = [animator.load_audio(Waveform(np.zeros(9600, np.float32), 16_000))]
    report = write_dubbed_video(animator, tracked, silence, out, extend=extend)
    assert report.frame_count == 15
    frames = planes(out)
    before = planes(tracked.properties.path)
    top = slice(0, 40)  # rows of hair, which no speech moves

    def hair(frame: list[Array]) -> Array:
        return frame[0].reshape(240, -1)[top, :240].astype(int)

    assert np.abs(hair(frames[12]) - hair(before[same])).mean() < 3
    other = 5
    assert np.abs(hair(frames[12]) - hair(before[other])).mean() > 3


def test_the_rest_of_a_video_is_kept_with_its_own_audio(animator, still, voice, tmp_path):
    video = write_test_video(tmp_path / "video.mp4", drifting(still, 16), audio=tone(0.64))
    tracked = track_video(animator, video, Cast())
    quiet = [animator.load_audio(Waveform(np.zeros(4800, np.float32), 16_000))]
    cut, kept = tmp_path / "cut.mp4", tmp_path / "kept.mp4"
    assert write_dubbed_video(animator, tracked, quiet, cut).frame_count == 8
    assert write_dubbed_video(animator, tracked, quiet, kept, keep=True).frame_count == 16
    wave = read_audio(kept)
    assert wave.seconds == pytest.approx(0.64, abs=0.04)
    loud = np.abs(wave.samples) > 0.05
    assert np.argmax(loud) / wave.rate == pytest.approx(0.3, abs=0.05)
    last, filmed = planes(kept)[-1][0], planes(video)[-1][0]
    assert np.abs(last.astype(int) - filmed).mean() < 2


def test_silence_shuts_a_mouth_that_was_filmed_open(animator, tracked, tmp_path, detector):
    from talkinghead.geometry.mouth import face_width, lip_gaps

    out = tmp_path / "out.mp4"
    silence = [animator.load_audio(Waveform(np.zeros(7680, np.float32), 16_000))]
    write_dubbed_video(animator, tracked, silence, out)
    gaps = []
    for path in (tracked.properties.path, out):
        with decode_video(read_properties(path)) as frames:
            image = YuvFrame(next(iter(frames))).to_rgb((240, 240))
        points = detector.detect(image)[0].points
        gaps.append(float(lip_gaps(points).max() / face_width(points)))
    assert gaps[0] > 0.05
    assert gaps[1] < 0.03


def test_frames_without_a_face_pass_through_and_are_counted(animator, still, voice, tmp_path):
    empty = [np.full_like(still, 90)] * 5
    video = write_test_video(tmp_path / "video.mp4", [*drifting(still, 7), *empty])
    tracked = track_video(animator, video, Cast())
    out = tmp_path / "out.mp4"
    report = write_dubbed_video(animator, tracked, speech(animator, voice, 0.48), out)
    assert (report.frame_count, report.unseen, report.turned) == (12, 5, 0)
    [note] = report.notes("video.mp4")
    assert note == "video.mp4: 5 of 12 frames show no face to dub; they stay as filmed"
    new, old = planes(out)[-1][0], planes(video)[-1][0]
    assert np.abs(new.astype(int) - old).max() <= 3


def hand(image: Array, shift: int) -> Array:
    """The picture with four fingers before the mouth, `shift` pixels from their place."""
    out = image.copy()
    for finger in range(4):
        left = 92 + 15 * finger + shift
        cv2.rectangle(out, (left, 88), (left + 13, 150), (190, 150, 60), -1)
        cv2.rectangle(out, (left, 88), (left + 2, 150), (90, 60, 90), -1)
    return out


def test_frames_with_a_hand_before_the_mouth_pass_through_and_are_counted(
    animator, still, voice, tmp_path
):
    frames = drifting(still, 60, (0.3, 0.1))
    frames[14:26] = [hand(frame, i % 3) for i, frame in enumerate(frames[14:26])]
    video = write_test_video(tmp_path / "video.mp4", frames)
    tracked = track_video(animator, video, Cast())
    hidden = set(np.flatnonzero(~tracked.visible[0]))
    assert set(range(14, 26)) <= hidden <= set(range(10, 30))
    out = tmp_path / "out.mp4"
    report = write_dubbed_video(animator, tracked, speech(animator, voice, 2.4), out)
    assert report.covered >= 12
    assert (
        f"{report.covered} of {report.frame_count} frames show something before the mouth"
        in report.notes("v")[-1]
    )
    pairs = zip(planes(out), planes(video), strict=False)  # the words are shorter
    change = [np.abs(new[0].astype(int) - old[0]).max() for new, old in pairs]
    assert max(change[14:26]) < min(change[2:6]) / 2


def test_a_video_without_any_face_is_refused(animator, tmp_path):
    video = write_test_video(tmp_path / "video.mp4", [np.full((64, 64, 3), 90, np.uint8)] * 3)
    with pytest.raises(FaceError, match=r"video\.mp4: no frame shows a face"):
        track_video(animator, video, Cast())
