"""The editor over HTTP: who may use it, what is answered, what is refused."""

import pytest

from talkinghead.landmarks import INNER_LOWER, MIRROR
from tests.editor.conftest import TOKEN


@pytest.mark.parametrize(
    "path", ["/", "/api/state", "/wrong/", "/wrong/api/state", "/static/main.js"]
)
def test_nothing_is_served_without_the_token(page, path):
    assert page.raw(path)[0] == 404


def test_requests_with_another_host_name_are_refused(page):
    assert page.raw(f"/{TOKEN}/", Host="evil.example")[0] == 400


def test_the_page_may_load_nothing_from_elsewhere(page):
    status, headers, body = page.raw(f"/{TOKEN}/")
    assert status == 200
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert b"//" not in body.replace(b"<!doctype html>", b"")


@pytest.mark.parametrize(
    "path",
    [
        "static/../document.py", "static/%2e%2e/document.py", "static/..%2fdocument.py",
        "../../etc/passwd",
        "api/layer/..%2f..%2fpuppet.yaml", "api/layer/puppet.yaml", "api/layer/",
        "api/clip/..%2f..%2fetc%2fpasswd.mp4", "api/clip/nothing.mp4",
    ],
)  # fmt: skip
def test_no_other_file_can_be_read(page, path):
    status, _, body = page.raw(f"/{TOKEN}/{path}")
    assert status in (404, 422)
    assert b"import" not in body


def test_the_state_describes_the_puppet(page):
    status, state = page.get("api/state")
    assert status == 200
    assert (state["name"], state["canvas"], state["drawn"]) == ("dot", [256, 256], "closed")
    assert state["mirror"] == MIRROR
    assert len(set(state["names"])) == 68
    assert state["sentences"] == [{"id": "voice", "text": "voice"}]
    for role in state["layers"]:
        status, headers, _ = page.raw(f"/{TOKEN}/api/layer/{role}")
        assert (status, headers["content-type"]) == (200, "image/webp")


@pytest.mark.parametrize(
    ("change", "pose", "point"),
    [
        (lambda points: points["closed"][3].__setitem__(0, 9000), "closed", 3),
        (lambda points: points["open"][60].__setitem__(1, float("nan")), "open", 60),
        (lambda points: points["open"][60].__setitem__(1, "far"), "open", 60),
        (lambda points: points["open"].pop(), "open", None),
        (lambda points: points.pop("closed"), "closed", None),
        (lambda points: points.update(closed="many"), "closed", None),
        (lambda points: points["closed"].__setitem__(16, points["closed"][0]), "closed", 0),
    ],
)
def test_invalid_points_are_refused_with_pose_and_number(page, change, pose, point):
    before = {file.name: file.read_bytes() for file in page.folder.iterdir()}
    points = page.points()
    change(points)
    status, response = page.post("save", **points)
    assert (status, response["pose"], response["point"]) == (422, pose, point)
    assert before == {file.name: file.read_bytes() for file in page.folder.iterdir()}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "closed is missing; send 68 points"),
        ({"closed": [1], "open": []}, "point 0 of closed must be two numbers"),
        ({"closed": 3, "open": []}, "closed must be a list of 68 points"),
        ({"closed": [], "open": [], "force": "perhaps"}, "force must be true or false"),
    ],
)
def test_messages_on_a_request_say_what_to_send(page, body, message):
    status, response = page.post("save", **body)
    assert (status, response["error"]) == (422, message)


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 400), (b" " * 70_000, 413)])
def test_malformed_requests_are_refused(page, body, status):
    assert page.raw(f"/{TOKEN}/api/save", body)[0] == status


def test_issues_are_listed_with_their_points(page):
    points = page.points()
    for number in INNER_LOWER:
        points["closed"][number][1] += 20
    _, response = page.post("check", **points)
    assert any(set(issue["points"]) & set(INNER_LOWER) for issue in response["problems"])


def test_a_save_lists_the_issues_of_what_was_saved(page):
    points = page.points()
    points["open"][57][1] += 60  # the lower lip below the chin
    status, saved = page.post("save", **points)
    assert status == 200
    _, checked = page.post("check", closed=points["closed"], open=points["open"])
    assert saved["problems"] == checked["problems"]
    assert any(issue["message"].startswith("triangles: ") for issue in saved["problems"])
