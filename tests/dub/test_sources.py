"""The frames that show closed lips and teeth best are found."""

import numpy as np
import pytest

from talkinghead.dub import sources as module
from talkinghead.dub.mouth_warp import MouthWarp
from talkinghead.dub.sources import MouthSources, crop_face, visible_teeth
from talkinghead.geometry.mouth import close_mouth
from tests.dub.test_tracked_face import measure_face, nod, person_track

COUNT = 40


def test_teeth_are_counted_between_open_lips_only(still, detector):
    points = detector.detect(still)[0].points
    teeth = visible_teeth(still, points)
    assert 0.005 < teeth < 0.05
    assert visible_teeth(still, close_mouth(points)) == 0
    red = still.copy()
    red[..., 1:] = red[..., 1:] // 4
    assert visible_teeth(red, points) < 0.3 * teeth


@pytest.fixture
def chosen(monkeypatch):
    """The numbers of the frames that were read for lips and inside."""
    read: dict[str, int] = {}
    for name in ("InteriorSource", "LipSource"):

        class Source:
            kind = name

            @classmethod
            def from_frame(cls, image, mesh):
                read[cls.kind] = image
                return cls.kind

        monkeypatch.setattr(module, name, Source)
    return read


def sources_of(opening, teeth, shots=None):
    track = person_track(nod(COUNT), opening, shots)
    face = measure_face(track, 25)
    read = lambda index, mesh: (index, mesh)  # noqa: E731
    return MouthSources(face, MouthWarp(face), track.shots, teeth, read)


def test_each_comes_from_the_frame_that_shows_it_best(chosen):
    opening = np.full(COUNT, 0.1)
    opening[8:13] = 0
    teeth = np.zeros(COUNT)
    teeth[30] = 0.02
    assert sources_of(opening, teeth).at(0) == ("InteriorSource", "LipSource")
    assert chosen["InteriorSource"] == 30
    assert 8 <= chosen["LipSource"] < 13


def test_the_own_shot_goes_first_and_others_help_out(chosen):
    shots = np.repeat([0, 1], COUNT // 2)
    opening, teeth = np.full(COUNT, 0.1), np.zeros(COUNT)
    opening[25:30] = 0
    teeth[[5, 35]] = 0.01, 0.03
    sources = sources_of(opening, teeth, shots)
    sources.at(0)
    assert chosen["InteriorSource"] == 5
    assert 25 <= chosen["LipSource"] < 30  # no frame of the first shot shows closed lips
    sources.at(39)
    assert chosen["InteriorSource"] == 35


def test_without_closed_lips_there_are_none_to_borrow(chosen):
    sources = sources_of(np.full(COUNT, 0.1), np.zeros(COUNT))
    assert sources.at(3) == ("InteriorSource", None)


def test_the_picture_of_a_source_is_the_face(face):
    mesh = MouthWarp(face).place(0, np.zeros((68, 3)), 0.0)
    x, y, width, height = crop_face(mesh, (240, 240), 1.0)
    points = mesh.filmed_landmarks
    assert x < points[:, 0].min() < points[:, 0].max() < x + width
    assert y < points[:, 1].min() < points[:, 1].max() < y + height
