"""Laws of the figures of rendering, and folders of clips to reports."""

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.errors import InputError
from talkinghead.evaluate import pictures
from talkinghead.evaluate.compare import compare, mouth_sheet, side_by_side
from talkinghead.evaluate.render import (
    CopyRenderer,
    evaluate_render,
    painted,
    render_figures,
    scene_of,
)
from talkinghead.geometry.align import mean_face
from talkinghead.types import Footage, LandmarkTrack

from .actor import KnowingDetector, babble, nodding, speaking

FRAMES, SIDE = 12, 96


def actor_frames(rng, points):
    """(t, h, w, 3) noise with a grey rectangle where the mouth is."""
    ground = rng.integers(60, 200, size=(SIDE, SIDE, 3))
    frames = np.repeat(ground[None], len(points), axis=0).astype(np.uint8)
    for frame, face in zip(frames, points, strict=True):
        frame[pictures.mouth_box(face, SIDE, SIDE, growth=0.7)] = 128
    return frames


@pytest.fixture
def points():
    return nodding(speaking(babble(FRAMES)))


@pytest.fixture
def footage(rng, points):
    return Footage(actor_frames(rng, points), 25.0, None)


class Showing:
    """Paints given frames, whatever it is asked for."""

    size = (SIDE, SIDE)

    def __init__(self, frames):
        self.frames = frames

    def render(self, track: LandmarkTrack):
        yield from self.frames


def test_the_clip_itself_is_the_best_rendering(footage, points):
    detector = KnowingDetector(points)
    scene = scene_of(footage, detector)
    figures = render_figures(scene, footage.frames, detector)
    wanted = {
        "psnr": 60, "ssim": 1, "mouth_psnr": 60, "mouth_ssim": 1, "sharpness": 1, "m_lmd": 0,
    }  # fmt: skip
    assert_allclose([figures[name] for name in wanted], list(wanted.values()), atol=1e-6)
    copied = render_figures(scene, painted(scene, CopyRenderer(scene.portrait)), detector)
    assert copied["psnr"] < figures["psnr"]
    assert copied["mouth_ssim"] < figures["mouth_ssim"]


def test_psnr_of_a_known_error():
    black = np.zeros((8, 8, 3), np.uint8)
    assert_allclose(pictures.psnr(black, black + 255), 0)
    assert_allclose(pictures.psnr(black, black + 1), 20 * np.log10(255), atol=1e-9)
    assert pictures.psnr(black, black) == pictures.SAME
    half = np.zeros((8, 8), bool)
    half[:4] = True
    damaged = black.copy()
    damaged[4:] = 255
    assert pictures.psnr(black, damaged, half) == pictures.SAME


def test_a_blurred_mouth_is_less_sharp_and_a_flickering_ground_flickers(footage, points, rng):
    detector = KnowingDetector(points)
    moving = footage.frames.copy()
    moving[1::2] = np.clip(moving[1::2].astype(int) + 2, 0, 255)  # a clip has some noise
    scene = scene_of(Footage(moving, 25.0, None), detector)
    blurred = ((moving.astype(int) + np.roll(moving, 1, axis=2)) // 2).astype(np.uint8)
    assert render_figures(scene, blurred, detector)["sharpness"] < 0.9
    noisy = np.clip(moving.astype(int) + rng.integers(-9, 10, moving.shape), 0, 255)
    assert render_figures(scene, noisy.astype(np.uint8), detector)["flicker"] > 2


def test_mouth_box_holds_the_mouth_and_stays_in_the_picture(points):
    rows, columns = pictures.mouth_box(points[0], SIDE, SIDE)
    mouth = points[0, 48:68, :2]
    box = np.array([columns.stop - columns.start, rows.stop - rows.start])
    assert (np.abs(box - 1.5 * np.ptp(mouth, axis=0)) <= 2).all()
    rows, columns = pictures.mouth_box(points[0] + 60, SIDE, SIDE)
    assert rows.stop == SIDE
    assert columns.stop == SIDE


def test_the_head_is_larger_than_the_face():
    face = mean_face() * 80 + 128
    outside_face = pictures.outside_face(face, 256, 256)
    outside_head = pictures.outside_head(face, 256, 256)
    assert not (outside_head & ~outside_face).any()
    assert outside_face.sum() > outside_head.sum() > 0
    inside = np.round(face[:, :2]).astype(int)
    assert not outside_head[inside[:, 1], inside[:, 0]].any()


def test_a_clip_that_opens_without_a_face_starts_where_the_face_is(footage, points):
    points[0] = np.nan
    scene = scene_of(footage, KnowingDetector(points))
    assert len(scene.frames) == FRAMES - 1
    assert (scene.portrait.image == footage.frames[1]).all()


def test_a_renderer_that_loses_frames_is_an_error(footage, points):
    scene = scene_of(footage, KnowingDetector(points))
    with pytest.raises(InputError, match="painted 5 frames of the 12"):
        painted(scene, Showing(footage.frames[:5]))


def test_a_rendering_without_any_face_has_no_landmark_distance(footage, points):
    scene = scene_of(footage, KnowingDetector(points))
    blind = KnowingDetector(np.full_like(points, np.nan))
    assert np.isnan(render_figures(scene, footage.frames, blind)["m_lmd"])


def test_json_of_a_folder_has_the_agreed_keys(clip_folder, footage, points):
    folder = clip_folder({"a/one.mp4": (footage.frames, None), "two.mp4": (footage.frames, None)})
    report = evaluate_render(
        folder,
        CopyRenderer,
        KnowingDetector(points),
        baselines={"warp": CopyRenderer},
        max_frames=6,
    )
    answer = json.loads(report.to_json())
    assert set(answer) == {"mean", "by_source", "baselines", "clips", "skipped"}
    assert set(answer["mean"]) == {
        "psnr", "ssim", "mouth_psnr", "mouth_ssim", "sharpness", "m_lmd", "flicker", "background",
    }  # fmt: skip
    assert set(answer["baselines"]) == {"copy", "warp"}
    assert answer["baselines"]["copy"] == answer["mean"]
    assert [clip["path"] for clip in answer["clips"]] == ["a/one.mp4", "two.mp4"]


def test_the_sheet_shows_the_same_mouths_for_the_same_frames(footage, points):
    sheet = mouth_sheet(footage.frames, footage.frames, points, count=4, columns=2)
    half = (sheet.shape[0] - 6) // 2
    assert sheet[:half].shape == sheet[half : 2 * half].shape


def test_side_by_side_streams_and_a_comparison_runs_at_half_speed(footage, points):
    wide = list(side_by_side(iter(footage.frames), iter(footage.frames), points))
    assert len(wide) == FRAMES
    assert (wide[0][:, :SIDE] == wide[0][:, SIDE:]).all()
    scene = scene_of(footage, KnowingDetector(points))
    _, clip = compare(scene, CopyRenderer)
    frames = list(clip.frames)
    assert len(frames) == clip.count == 2 * FRAMES
    assert frames[0].shape == (clip.size[1], clip.size[0], 3)
    assert (frames[0] == frames[1]).all()
