"""Laws of what is seen between lips: what hangs together with the mouth, but never a whole lip."""

import cv2
import numpy as np
import pytest

from talkinghead.render.lips import opened

LIPS, TEETH, DARK = (0.6, 0.3, 0.3), (0.9, 0.88, 0.82), (0.1, 0.05, 0.05)
SIZE, UNIT = (120, 160), 330.0  # of the picture, and of the face about such a mouth


def ellipse(across, down):
    mask = np.zeros(SIZE, np.uint8)
    cv2.ellipse(mask, (80, 60), (across, down), 0, 0, 360, 1, -1)
    return mask > 0


GAP, OUTLINE = ellipse(40, 15), ellipse(65, 40)


def mouth(shown, colour):
    """Lips, and between them one colour."""
    out = np.full((*SIZE, 3), LIPS, np.float32)
    out[shown] = colour
    return out


def grown(mask, pixels):
    side = 2 * pixels + 1
    return cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0


@pytest.mark.parametrize("colour", [TEETH, DARK])
def test_a_mouth_wider_than_its_landmarks_is_seen_whole_with_its_soft_edge(colour):
    shown = ellipse(48, 20)
    found = opened(mouth(shown, colour), GAP, OUTLINE, UNIT) | GAP
    assert (found >= grown(shown, 1)).all()
    assert (found <= grown(shown, 2)).all()


@pytest.mark.parametrize("colour", [TEETH, DARK])
def test_the_outer_half_of_the_lips_is_theirs(colour):
    through = OUTLINE.copy()
    through[:60] = through[:, :72] = through[:, 88:] = False
    found = opened(mouth(through, colour), GAP, OUTLINE, UNIT)
    assert found[76:84, 80].all()
    assert not found[90:].any()


def test_a_lip_in_the_shade_is_a_lip():
    colour = mouth(GAP, DARK)
    colour[:58][~GAP[:58]] *= 0.4
    assert not opened(colour, GAP, OUTLINE, UNIT).any()


def test_a_gleam_apart_from_the_mouth_is_on_the_lip():
    colour = mouth(GAP, DARK)
    colour[80:84, 70:90] = TEETH
    assert not opened(colour, GAP, OUTLINE, UNIT).any()


def test_lips_as_their_landmarks_say_are_left_alone():
    assert not opened(mouth(GAP, TEETH), GAP, OUTLINE, UNIT).any()


def test_little_is_missed_of_a_mouth_that_hardly_opens():
    slit = ellipse(40, 4)
    found = opened(mouth(ellipse(50, 14), DARK), slit, OUTLINE, UNIT)
    assert found[65:67, 80].all()
    assert not found[72:].any()
