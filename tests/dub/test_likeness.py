"""Faces are compared by their looks."""

import numpy as np
import pytest

from talkinghead.dub.likeness import SIMILAR, describe_face
from talkinghead.media.loading import demo_portrait


def test_one_person_is_more_like_herself_than_like_another(still, detector):
    points = detector.detect(still)[0].points
    here = describe_face(still, points)
    assert float(np.linalg.norm(here)) == pytest.approx(1, abs=1e-5)
    wide = np.pad(still, ((30, 0), (50, 10), (0, 0)))
    shifted = describe_face(wide, points + np.float32([50, 30, 0]))
    assert float(here @ shifted) > 0.99
    darker = describe_face((still * 0.7).astype(np.uint8), points)
    assert float(here @ darker) > 0.95
    admiral = demo_portrait("grace_hopper")[:480, :480]
    other = describe_face(admiral, detector.detect(admiral)[0].points)
    assert float(here @ other) < SIMILAR
