"""Laws of puppets made from a picture."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.errors import FaceError, OutputError, PuppetError
from talkinghead.geometry.mouth import face_width, gaps, is_open, width
from talkinghead.geometry.polygon import pixels_in
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER, LEFT_EYE, RIGHT_EYE
from talkinghead.pipeline import Animator
from talkinghead.puppet import author
from talkinghead.puppet.author import Draft, checked_name, draft, drawn_up, write_puppet
from talkinghead.puppet.eyefit import fitted_eyes
from talkinghead.puppet.poses import likely_box, mean_points, parted, shut
from talkinghead.puppet.search import check_upright, chosen_face, find_faces
from talkinghead.puppet.store import load_puppet
from talkinghead.puppet.tints import tints
from talkinghead.render.layers import over, premultiplied
from talkinghead.types import Array
from tests.puppet.drawing import drawn_face, drawn_points


@pytest.fixture(scope="module")
def made() -> Draft:
    return draft(drawn_face(), drawn_points())


def stacked(layers: dict[str, Array]) -> Array:
    picture = np.zeros_like(layers["head"])
    for role in ("background", "body", "head"):
        if role in layers:
            over(picture, premultiplied(layers[role]))
    return picture


@pytest.mark.parametrize("box", [(10, 20, 300, 200), (0, 0, 64, 64), (5.5, 3.25, 100, 400)])
def test_the_mean_face_fills_its_box(box):
    points = mean_points(box)
    assert_allclose(points.min(axis=0), box[:2], atol=1e-9)
    assert_allclose(points.max(axis=0), np.add(box[:2], box[2:]), atol=1e-9)
    assert not is_open(points)


def test_a_box_without_room_is_refused():
    with pytest.raises(PuppetError, match="at least 16"):
        mean_points((0, 0, 10, 100))


@pytest.mark.parametrize("shape", [(400, 300), (300, 400), (900, 200)])
def test_the_likely_box_lies_in_the_outline(shape):
    alpha = np.zeros((shape[0] + 40, shape[1] + 60), np.uint8)
    alpha[10:-30, 20:-40] = 255
    left, top, wide, high = likely_box(alpha)
    assert left >= 20
    assert top >= 10
    assert left + wide <= 20 + shape[1]
    assert top + high <= 10 + shape[0]


def test_the_closed_mouth_is_closed_and_the_open_one_open(made):
    assert_array_equal(made.closed[INNER_UPPER], made.closed[INNER_LOWER])
    assert (gaps(made.opened) > 0.3 * width(made.closed)).all()


def test_what_is_parted_shuts_again():
    points = drawn_points()
    assert_allclose(gaps(shut(parted(points))), 0, atol=1e-9)


def test_a_face_drawn_with_an_open_mouth_stays_as_it_is_drawn():
    opened = parted(drawn_points())
    made = draft(drawn_face(), opened)
    assert made.drawn == "open"
    assert_array_equal(made.points, opened)
    assert not is_open(made.closed)


@pytest.mark.parametrize("backdrop", [None, (200, 220, 210)])
def test_at_rest_the_layers_are_the_picture(backdrop):
    picture = drawn_face(backdrop)
    layers = drawn_up("dot", draft(picture, drawn_points())).layers
    seen = stacked({role: layer.image for role, layer in layers.items()})
    solid = picture[..., 3] == 255
    assert np.abs(seen.astype(int) - picture)[solid].max() <= 3


def test_a_cut_out_has_a_body_and_no_background(made):
    layers = drawn_up("dot", made).layers
    assert {"head", "body"} < set(layers)
    assert "background" not in layers
    assert layers["body"].image[200, 128, 3] == 255
    assert layers["head"].image[80, 128, 3] == 255
    assert layers["head"].image[255, 128, 3] == 0


def test_a_plain_backdrop_becomes_the_background():
    layers = drawn_up("dot", draft(drawn_face((200, 220, 210)), drawn_points())).layers
    assert_array_equal(layers["background"].image[100, 128, :3], (200, 220, 210))
    assert layers["head"].image[10, 10, 3] == 0


def test_of_a_busy_picture_the_head_fades_into_the_still_whole(rng):
    picture = drawn_face((0, 0, 0))
    noise = rng.integers(0, 255, picture.shape, dtype=np.uint8)
    picture = np.where(drawn_face()[..., 3:] > 0, picture, noise)
    picture[..., 3] = 255
    layers = drawn_up("dot", draft(picture, drawn_points())).layers
    assert_array_equal(layers["background"].image, picture)
    assert layers["head"].image[[0, -1], :, 3].max() == 0
    assert layers["head"].image[100, 128, 3] == 255


def test_eyelids_cover_the_eyes_in_the_colour_of_the_skin(made):
    lids = drawn_up("dot", made).layers["eyelids"].image
    for eye in (LEFT_EYE, RIGHT_EYE):
        inside = pixels_in(lids.shape, made.closed[eye])
        assert lids[inside][:, 3].min() > 200
        assert np.abs(np.median(lids[inside][:, :3], axis=0) - (240, 200, 170)).max() < 25


def test_a_grey_picture_gets_a_grey_mouth(made):
    grey = made.picture.copy()
    grey[..., :3] = grey[..., :3].mean(axis=2, keepdims=True)
    colours = tints(grey, made.closed)
    for colour in (colours.teeth, colours.tongue, colours.cavity):
        assert np.ptp(colour) < 0.02


def test_a_written_folder_loads_and_speaks(made, tmp_path, tiny_ckpt, voice):
    puppet = drawn_up("dot", made)
    write_puppet(puppet, made, tmp_path / "dot")
    loaded = load_puppet(tmp_path / "dot")
    assert_allclose(loaded.closed, made.closed, atol=0.01)
    animator = Animator(ckpt=tiny_ckpt, device="cpu")
    subject = animator.cartoon(tmp_path / "dot")
    clip = animator.animate(subject, voice)
    frames = np.stack(list(clip.frames)).astype(int)
    assert len(frames) == 50
    mouth = frames[:, 120:160, 100:156]
    assert np.abs(mouth - mouth[0]).max(axis=(1, 2, 3)).max() > 60


def test_what_a_puppet_was_made_from_is_kept(made, tmp_path):
    write_puppet(drawn_up("dot", made), made, tmp_path / "dot")
    assert_array_equal(author.source_of(tmp_path / "dot"), made.picture)


def test_a_folder_is_replaced_only_by_force(made, tmp_path):
    folder = tmp_path / "dot"
    write_puppet(drawn_up("dot", made, title="first"), made, folder)
    with pytest.raises(OutputError, match="--force"):
        write_puppet(drawn_up("dot", made, title="second"), made, folder)
    assert load_puppet(folder).meta["title"] == "first"
    write_puppet(drawn_up("dot", made, title="second"), made, folder, force=True)
    assert load_puppet(folder).meta["title"] == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["dot"]


def test_a_folder_that_is_no_puppet_is_never_replaced(made, tmp_path):
    (tmp_path / "thesis").mkdir()
    with pytest.raises(OutputError, match="holds no puppet"):
        write_puppet(drawn_up("dot", made), made, tmp_path / "thesis", force=True)


def test_a_write_that_fails_leaves_what_was_there(made, tmp_path, monkeypatch):
    folder = tmp_path / "dot"
    write_puppet(drawn_up("dot", made, title="first"), made, folder)

    def broken(puppet: object, target: Path) -> None:
        (target / "head.png").write_text("half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(author, "save_puppet", broken)
    with pytest.raises(OutputError, match="No space left"):
        write_puppet(drawn_up("dot", made), made, folder, force=True)
    assert load_puppet(folder).meta["title"] == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["dot"]


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "a b", ".hidden", "é", "x" * 65, "a\n"])
def test_names_that_could_leave_the_folder_are_refused(name):
    with pytest.raises(PuppetError, match="cannot be called"):
        checked_name(name)


def test_a_face_seen_at_another_size_is_placed_on_the_picture():
    points = drawn_points()

    def finder(view: Array) -> list[Array]:
        """Sees faces only in enlarged pictures with room around them."""
        if view.shape[0] <= 512:
            return []
        pad = (view.shape[0] - 512) / 2
        return [points * 2 + pad]

    [found] = find_faces(np.zeros((256, 256, 3), np.uint8), finder)
    assert_allclose(found, points, atol=1e-6)


@pytest.mark.parametrize("turn", [60, 90, 180, -90])
def test_a_face_that_does_not_stand_upright_is_refused(turn):
    angle = np.radians(turn)
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    check_upright(drawn_points(), "a.png")
    with pytest.raises(FaceError, match=f"a.png: the face is turned by {abs(turn)} degrees"):
        check_upright(drawn_points() @ matrix, "a.png")


def test_a_face_elsewhere_than_in_the_box_is_not_taken():
    image, points = np.zeros((256, 256, 3), np.uint8), drawn_points()
    around = (*points.min(axis=0), *np.ptp(points, axis=0))
    assert len(find_faces(image, lambda view: [points], around)) == 1
    assert find_faces(image, lambda view: [], (0, 0, 30, 30)) == []


def test_points_of_small_eyes_come_to_the_rims_of_drawn_ones():
    true = drawn_points()
    small = true.copy()
    for eye in (LEFT_EYE, RIGHT_EYE):
        middle = true[eye].mean(axis=0)
        small[eye] = middle + 0.7 * (true[eye] - middle)
    fitted = fitted_eyes(drawn_face(), small)
    for eye in (LEFT_EYE, RIGHT_EYE):
        assert_allclose(np.ptp(fitted[eye], axis=0), np.ptp(true[eye], axis=0), atol=2)
    assert_array_equal(
        np.delete(fitted, np.arange(36, 48), 0), np.delete(small, np.arange(36, 48), 0)
    )


def test_the_eyes_of_a_photo_stay(portrait_image):
    points = mean_points((180, 70, 90, 110))
    assert_array_equal(fitted_eyes(portrait_image, points), points)


def test_faces_are_numbered_from_left_to_right():
    left, right = drawn_points() - (50, 0), drawn_points() * 1.2
    told: list[str] = []
    assert chosen_face([right, left], None, "x.png", told.append) is right
    assert "number 1" in told[0]
    assert chosen_face([right, left], 0, "x.png", told.append) is left
    with pytest.raises(FaceError, match="no face 2"):
        chosen_face([right, left], 2, "x.png", told.append)


def test_pictures_are_scaled_to_the_largest_canvas():
    picture, scale = author.fitted(np.full((100, 4096, 4), 255, np.uint8))
    assert (picture.shape, scale) == ((50, 2048, 4), 0.5)
    assert (picture == 255).all()


def test_the_width_of_the_drawn_face_is_known():
    assert_allclose(face_width(drawn_points()), 120)
