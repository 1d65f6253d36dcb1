"""Style: silence keeps lips closed, lips never cross, amounts scale, chance obeys the seed."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.config import Style
from talkinghead.errors import InputError
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth, opening, width
from talkinghead.landmarks import LOWER_LID, UPPER_LID
from talkinghead.motion.blink import Blinks, blink_times, close_lids, lid_closure
from talkinghead.motion.lip_shapes import SEAL
from talkinghead.motion.retime import retime
from talkinghead.motion.style import EDGE, STIR, bridged, restyle, settled
from talkinghead.types import FaceShape, FaceTrack

FACE = FaceShape(close_mouth(mean_face()).astype(np.float32))
QUIET = Style(still=True, blink=0)


def speaking(frames: int = 100, depth: float = 0.08) -> FaceTrack:
    points = np.repeat(FACE.points[None], frames, axis=0)
    drop = depth * (0.5 - 0.5 * np.cos(np.arange(frames) * 2 * np.pi / 10))
    points[:, [65, 66, 67], 1] += drop[:, None]
    points[:, 55:60, 1] += drop[:, None]
    points[:, 54, 0] += 0.3 * drop
    return FaceTrack(points.astype(np.float32), np.zeros((frames, 6), np.float32))


def test_silence_keeps_the_face_at_rest():
    still = restyle(speaking(), FACE, np.zeros(100), QUIET)
    assert_allclose(still.points, np.broadcast_to(FACE.points, still.points.shape), atol=1e-6)


@pytest.mark.parametrize("amount", [2, 4])
def test_lips_stir_near_a_word_but_stay_shut_to_the_eye(amount):
    activity = np.zeros(100)
    activity[:20] = 1
    track = restyle(speaking(), FACE, activity, Style(amount, amount, still=True, blink=0))
    assert opening(track.points)[22:].max() < SEAL
    stirred = np.ptp(width(track.points)[23:29])
    assert 0.5 < stirred / (STIR * amount / 2 * np.ptp(width(speaking().points))) < 1
    assert_allclose(track.points[40:], np.broadcast_to(FACE.points, (60, 68, 3)), atol=1e-6)


@pytest.mark.parametrize(("start", "stop"), [(0, 100), (5, 106)])
def test_natural_amounts_leave_a_wide_open_mouth_alone(start, stop):
    """Also where a clip is cut out of speech, and begins and ends wide open."""
    whole = speaking(110)
    track = FaceTrack(whole.points[start:stop], whole.pose[start:stop])
    same = restyle(track, FACE, np.ones(stop - start), QUIET)
    # These lips touch in a tenth of the frames, a little less often than people's.
    assert opening(same.points).max() == pytest.approx(opening(track.points).max(), rel=0.1)


@pytest.mark.parametrize(("amount", "ratio"), [(1, 0.5), (4, 2)])
def test_lips_move_in_proportion_to_the_amount(amount, ratio):
    natural = restyle(speaking(), FACE, np.ones(100), QUIET)
    changed = restyle(speaking(), FACE, np.ones(100), Style(amount, amount, still=True, blink=0))
    assert opening(changed.points).max() == pytest.approx(
        ratio * opening(natural.points).max(), rel=0.05
    )
    assert np.ptp(width(changed.points)) == pytest.approx(
        ratio * np.ptp(width(natural.points)), rel=0.05
    )


@pytest.mark.parametrize("bias", [-0.03, 0.03])
def test_a_mouth_held_open_or_pressed_shut_throughout_is_calibrated(bias):
    track = speaking()
    points = track.points.copy()
    points[:, [65, 66, 67], 1] += bias
    points[:, 55:60, 1] += bias
    found = restyle(FaceTrack(points, track.pose), FACE, np.ones(100), QUIET)
    assert_allclose(opening(found.points), opening(track.points), atol=0.012)


def test_the_same_seed_gives_the_same_motion_and_another_seed_another():
    activity = np.ones(500)
    track = speaking(500)
    one, two = (restyle(track, FACE, activity, Style(seed=7)) for _ in range(2))
    other = restyle(track, FACE, activity, Style(seed=8))
    assert_array_equal(one.points, two.points)
    assert np.abs(one.points - other.points).max() > 0.01  # the blinks


def test_still_holds_the_head_but_not_the_eyes():
    turned = replace(speaking(500), pose=np.full((500, 6), 4, np.float32))
    track = restyle(turned, FACE, np.ones(500), Style(still=True))
    assert not track.pose.any()
    lids = track.points[:, LOWER_LID, 1] - track.points[:, UPPER_LID, 1]
    assert lids.min() < 0.2 * lids.max()


def test_head_motion_scales_with_amp_pos():
    turned = replace(speaking(), pose=np.full((100, 6), 4, np.float32))
    one, half = (restyle(turned, FACE, np.ones(100), Style(amp_pos=a)) for a in (1.0, 0.5))
    assert_allclose(half.pose, one.pose / 2, rtol=1e-5)


def test_people_blink_ten_to_twenty_times_a_minute():
    counts = [
        len(blink_times(np.ones(25 * 60), 25, 1.0, np.random.default_rng(seed)))
        for seed in range(20)
    ]
    assert 10 <= np.mean(counts) <= 20


def test_blinks_prefer_pauses():
    activity = np.tile(np.repeat([1.0, 0.0], [40, 10]), 60)
    times = blink_times(activity, 25, 1.0, np.random.default_rng(0))
    in_pause = activity[np.round(times * 25).astype(int)] < 0.3
    assert in_pause.mean() > 0.35  # the pauses are a fifth of the time


def test_a_blink_closes_the_lids_for_a_tenth_to_four_tenths_of_a_second():
    closure = lid_closure(np.array([2.0]), 1000, 250.0)
    assert closure.max() == pytest.approx(1)
    assert 0.1 < (closure > 0.1).sum() / 250 < 0.4
    points = close_lids(np.repeat(FACE.points[None], 1000, axis=0), closure)
    gap = points[closure.argmax(), LOWER_LID, 1] - points[closure.argmax(), UPPER_LID, 1]
    assert_allclose(gap, 0, atol=1e-6)


@pytest.mark.parametrize("fps", [12.0, 24.0, 29.97, 60.0])
def test_another_frame_rate_shows_the_same_motion(fps):
    track = speaking(100)
    count = round(4 * fps)
    other = retime(track, fps, count)
    assert len(other) == count
    known = np.interp(np.arange(count) / fps, np.arange(100) / 25, opening(track.points))
    assert np.abs(opening(other.points) - known)[: count - int(fps / 10)].max() < 0.006


@pytest.mark.parametrize("bad", [{"amp_lip_x": -1}, {"amp_pos": float("nan")}, {"blink": 99}])
def test_amounts_out_of_range_are_refused(bad):
    with pytest.raises(InputError, match=next(iter(bad))):
        Style(**bad)


def test_lips_meet_where_a_bilabial_is_spoken():
    spoken = np.zeros((100, 2))
    spoken[35, 0] = 1
    free = opening(restyle(speaking(), FACE, np.ones(100), QUIET).points)
    held = opening(restyle(speaking(), FACE, np.ones(100), QUIET, visemes=spoken).points)
    assert free[35] > 0.03
    assert held[35] < 0.001
    assert_allclose(np.delete(held, 35), np.delete(free, 35), atol=1e-6)


def test_lips_are_apart_where_a_vowel_is_spoken():
    shut = replace(speaking(), points=np.repeat(FACE.points[None], 100, axis=0))
    spoken = np.zeros((100, 2))
    spoken[35, 1] = 1
    said = opening(restyle(shut, FACE, np.ones(100), QUIET, visemes=spoken).points)
    assert said[35] > 0.02
    assert_allclose(np.delete(said, 35), 0, atol=1e-6)


def test_short_pauses_are_left_to_the_branch_and_long_ones_close_the_mouth():
    activity = np.ones(60)
    activity[10:14] = 0
    activity[30:50] = 0
    activity[55:] = 0  # a clip cut where nobody happens to speak
    filled = bridged(activity, 7)
    assert_array_equal(filled[30:50], 0)
    assert_array_equal(np.delete(filled, np.s_[30:50]), 1)
    assert_array_equal(bridged(np.zeros(5), 7), 0)


@pytest.mark.parametrize("fps", [12.0, 25.0, 60.0])
def test_a_clip_cut_out_of_speech_begins_and_ends_at_rest(fps):
    gaping = FACE.points.copy()
    gaping[[65, 66, 67], 1] += 0.1
    gaping[4:13, 1] += 0.06
    gaping[37, 1] += 0.01  # the lids go on
    count = round(fps)
    held = FaceTrack(np.repeat(gaping[None], count, axis=0), np.zeros((count, 6)), fps)
    clip = settled(held, FACE).points
    for end in (0, -1):
        assert_allclose(np.delete(clip[end], 37, axis=0), np.delete(FACE.points, 37, axis=0))
    inside = slice(int(np.ceil(EDGE * fps)), -int(np.ceil(EDGE * fps)))
    assert_array_equal(clip[inside], held.points[inside])
    assert_array_equal(clip[:, 37], held.points[:, 37])
    assert (np.diff(opening(clip)[: count // 2]) >= 0).all()
    # No pop: the mouth is on its way for a tenth of a second, as when people open it.
    assert np.abs(np.diff(opening(clip))).max() <= 0.1 * min(1, 1.51 / (EDGE * fps))


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_the_shortest_clip_is_a_face_at_rest(frames):
    assert_array_equal(settled(speaking(frames), FACE).points[[0, -1]], FACE.points[None][[0, 0]])


def test_a_stream_blinks_as_often_as_a_recording() -> None:
    activity = np.tile(np.r_[np.ones(60), np.zeros(15)], 80)
    whole = len(blink_times(activity, 25.0, 1.0, np.random.default_rng(1)))
    blinks = Blinks(25.0, 1.0, np.random.default_rng(1))
    ahead = np.append(activity[Blinks.LEAD :], np.zeros(Blinks.LEAD))
    closure = np.array([blinks(frame, now) for frame, now in enumerate(ahead)])
    middles = np.flatnonzero(closure == 1)
    times = middles[np.diff(middles, prepend=-9) > 1]
    assert len(times) == pytest.approx(whole, rel=0.15)
    assert (activity[times] == 0).mean() > 1.5 * (activity == 0).mean()
    assert np.abs(np.diff(closure)).max() < 0.9
    assert not any(Blinks(25.0, 0.0, np.random.default_rng(1))(i, 0.0) for i in range(400))
