"""The opening of a mouth is connected to its gap and never includes a whole lip."""

import cv2
import numpy as np
import pytest

from talkinghead.appearance.lip_regions import find_extra_opening

LIPS, TEETH, DARK = (0.6, 0.3, 0.3), (0.9, 0.88, 0.82), (0.1, 0.05, 0.05)
SIZE, UNIT = (120, 160), 330.0  # size of the picture, and face width for such a mouth


def ellipse(across, down):
    mask = np.zeros(SIZE, np.uint8)
    cv2.ellipse(mask, (80, 60), (across, down), 0, 0, 360, 1, -1)
    return mask > 0


GAP, OUTLINE = ellipse(40, 15), ellipse(65, 40)


def mouth(shown, colour):
    """Lips with one colour between them."""
    out = np.full((*SIZE, 3), LIPS, np.float32)
    out[shown] = colour
    return out


def dilate(mask, pixels):
    side = 2 * pixels + 1
    return cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0


@pytest.mark.parametrize("colour", [TEETH, DARK])
def test_an_opening_beyond_the_landmarks_is_detected_with_its_soft_edge(colour):
    shown = ellipse(48, 20)
    opening = find_extra_opening(mouth(shown, colour), GAP, OUTLINE, UNIT) | GAP
    assert (opening >= dilate(shown, 1)).all()
    assert (opening <= dilate(shown, 2)).all()


@pytest.mark.parametrize("colour", [TEETH, DARK])
def test_the_outer_half_of_the_lips_is_never_opening(colour):
    through = OUTLINE.copy()
    through[:60] = through[:, :72] = through[:, 88:] = False
    opening = find_extra_opening(mouth(through, colour), GAP, OUTLINE, UNIT)
    assert opening[76:84, 80].all()
    assert not opening[90:].any()


def test_a_lip_in_shade_is_not_opening():
    colour = mouth(GAP, DARK)
    colour[:58][~GAP[:58]] *= 0.4
    assert not find_extra_opening(colour, GAP, OUTLINE, UNIT).any()


def test_a_highlight_away_from_the_gap_is_not_opening():
    colour = mouth(GAP, DARK)
    colour[80:84, 70:90] = TEETH
    assert not find_extra_opening(colour, GAP, OUTLINE, UNIT).any()


def test_nothing_is_added_if_the_landmarks_are_correct():
    assert not find_extra_opening(mouth(GAP, TEETH), GAP, OUTLINE, UNIT).any()


def test_little_is_added_to_a_mouth_that_is_hardly_open():
    slit = ellipse(40, 4)
    opening = find_extra_opening(mouth(ellipse(50, 14), DARK), slit, OUTLINE, UNIT)
    assert opening[65:67, 80].all()
    assert not opening[72:].any()
