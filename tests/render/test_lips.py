"""Laws of what is seen between lips: what hangs together with the mouth, but never a whole lip."""

import cv2
import numpy as np
import pytest

from talkinghead.render.lips import opened

LIPS, TEETH, DARK = (0.6, 0.3, 0.3), (0.9, 0.88, 0.82), (0.1, 0.05, 0.05)
SIZE = (120, 160)


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


@pytest.mark.parametrize("colour", [TEETH, DARK])
def test_a_mouth_wider_than_its_landmarks_is_seen_whole(colour):
    shown = ellipse(48, 20)
    assert (opened(mouth(shown, colour), GAP, OUTLINE, 0) == shown & ~GAP).all()


@pytest.mark.parametrize("colour", [TEETH, DARK])
def test_the_outer_half_of_the_lips_is_theirs(colour):
    through = OUTLINE.copy()
    through[:60] = through[:, :60] = through[:, 100:] = False
    found = opened(mouth(through, colour), GAP, OUTLINE, 0)
    assert found[76:84, 80].all()
    assert not found[90:].any()


def test_a_gleam_apart_from_the_mouth_is_on_the_lip():
    colour = mouth(GAP, DARK)
    colour[80:84, 70:90] = TEETH
    assert not opened(colour, GAP, OUTLINE, 0).any()


def test_lips_as_their_landmarks_say_are_left_alone():
    assert not opened(mouth(GAP, TEETH), GAP, OUTLINE, 2).any()


def test_an_edge_between_tooth_and_lip_goes_with_the_tooth():
    shown = ellipse(48, 20)
    found = opened(mouth(shown, TEETH), GAP, OUTLINE, 2) | GAP
    assert (found >= (cv2.dilate(shown.astype(np.uint8), np.ones((5, 5))) > 0)).all()
