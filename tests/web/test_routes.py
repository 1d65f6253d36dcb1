"""The service over HTTP: a form becomes a video, previews are served, other sites are refused."""

import io

import numpy as np
import pytest
from PIL import Image

from talkinghead.media.video_reader import probe_video
from tests.web.conftest import SMALL, png


def test_a_puppet_and_a_recording_become_a_video(client, audio_part, tmp_path):
    response = client.post(**SMALL, audio=audio_part, **{"amp-pos": "0.5"})
    assert response.status_code == 202
    assert response.headers["location"] == f"/api/jobs/{response.json()['id']}"
    status = client.finished(response.json()["id"])
    assert (status["state"], status["frame"], status["frames"]) == ("done", 20, 20)
    video = client.send("GET", f"/{status['video']}")
    assert video.headers["content-type"] == "video/mp4"
    assert 'filename="wilk_speech.mp4"' in video.headers["content-disposition"]
    (tmp_path / "v.mp4").write_bytes(video.content)
    info = probe_video(tmp_path / "v.mp4")
    assert (info.size, info.fps, info.has_audio) == ((64, 64), 10, True)
    assert len(client.stored_files()) == 1  # the video; the uploads are removed


def test_faces_of_a_photo_are_detected_and_one_of_them_is_animated(
    client, audio_part, portrait_image
):
    two = png(np.hstack([portrait_image, portrait_image[:, ::-1]]))
    detected = client.post("/api/faces", photo=two).json()
    assert detected["size"] == [1024, 512]
    assert [box[0] < 0.5 for box in detected["faces"]] == [True, False]
    job = client.post(photo=two, audio=audio_part, size=128, fps=5).json()["id"]
    status = client.finished(job)
    assert status["state"] == "done"
    assert status["notes"][0].startswith("face.png: ")
    assert "2 faces" in status["notes"][0]


def test_two_jobs_do_not_mix(client, audio_part):
    sizes = (64, 96)
    jobs = [client.post(**SMALL | {"size": size}, audio=audio_part).json()["id"] for size in sizes]
    assert [client.finished(job)["size"] for job in jobs] == [[size, size] for size in sizes]


def test_a_file_that_is_no_image_fails_under_the_name_it_was_uploaded_with(client, audio_part):
    response = client.post("/api/faces", photo=("a/b.txt", b"hello"))
    assert (response.status_code, response.json()["error"][:6]) == (422, "b.txt:")
    status = client.finished(client.post(photo=("b.txt", b"hi"), audio=audio_part).json()["id"])
    assert status["error"].startswith("b.txt: ")
    assert client.send("GET", f"/api/jobs/{status['id']}/video").status_code == 409
    assert client.stored_files() == []


def test_forms_without_a_file_for_the_faces_are_refused(client):
    response = client.post("/api/faces", photo="astronaut")
    assert (response.status_code, "send an image file" in response.json()["error"]) == (422, True)


@pytest.mark.parametrize(
    "headers", [{"origin": "http://elsewhere.example"}, {"origin": "null"}, {"host": "a.example"}]
)
def test_pages_of_other_sites_are_refused(client, headers):
    response = client.send("POST", "/api/jobs", files={"puppet": (None, "wilk")}, headers=headers)
    assert response.status_code == 403


def test_the_page_may_load_nothing_from_elsewhere(client):
    policy = client.send("GET", "/").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy


def test_there_is_a_schema_and_no_page_that_would_load_scripts_from_elsewhere(client):
    schema = client.send("GET", "/api/openapi.json").json()
    assert schema["openapi"].startswith("3.")
    assert "JobStatus" in schema["components"]["schemas"]
    assert "HTTPValidationError" not in schema["components"]["schemas"]  # errors have our form
    binary = {
        "/api/puppets/{name}.webp": "image/webp",
        "/api/portraits/{name}.webp": "image/webp",
        "/api/recordings/{name}.wav": "audio/wav",
        "/api/jobs/{id}/video": "video/*",
    }
    for path, media_type in binary.items():
        assert list(schema["paths"][path]["get"]["responses"]["200"]["content"]) == [media_type]
    for path in ("/docs", "/redoc"):
        assert client.send("GET", path).status_code == 404


def test_puppets_portraits_and_recordings_can_be_previewed(client):
    names = [puppet["name"] for puppet in client.send("GET", "/api/puppets").json()]
    assert "wilk" in names
    for path in ("puppets/wilk.webp", "portraits/astronaut.webp"):
        response = client.send("GET", f"/api/{path}")
        assert response.headers["content-type"] == "image/webp"
        assert Image.open(io.BytesIO(response.content)).size == (240, 240)
    for path in ("puppets/nobody.webp", "portraits/nobody.webp"):
        assert client.send("GET", f"/api/{path}").status_code == 422
    assert client.send("GET", "/api/recordings/hello_slt.wav").content[:4] == b"RIFF"
    assert client.send("GET", "/api/recordings/nothing.wav").status_code == 404
    assert client.send("GET", "/api/elsewhere").json() == {"error": "/api/elsewhere: Not Found"}
