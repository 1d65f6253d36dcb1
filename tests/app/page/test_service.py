"""Laws of the service: what is made, what is refused and how, and that nothing stays."""

import io
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from talkinghead.app.page.job import Report
from talkinghead.media.video import probe

SMALL = {"puppet": "wilk", "size": 64, "fps": 10}


def png(image) -> tuple[str, bytes]:
    out = io.BytesIO()
    Image.fromarray(image).save(out, "PNG")
    return "face.png", out.getvalue()


@pytest.fixture
def held(monkeypatch):
    """Holds the worker before it paints, until the event is set."""
    go = threading.Event()
    stage = Report.stage

    def waiting(self, what):
        stage(self, what)
        go.wait(20)

    monkeypatch.setattr(Report, "stage", waiting)
    yield go
    go.set()


def files_of(client) -> list[Path]:
    return [path for path in Path(client.shop._shelf.name).rglob("*") if path.is_file()]


def test_a_puppet_speaks_what_was_sent(client, voice_part, tmp_path):
    answer = client.post(**SMALL, sound=voice_part, **{"amp-pos": "0.5"})
    assert answer.status_code == 202
    told = client.ended(answer.json()["id"])
    assert (told["state"], told["frame"], told["frames"]) == ("done", 20, 20)
    video = client.ask("GET", f"/{told['video']}")
    assert video.headers["content-type"] == "video/mp4"
    assert 'filename="wilk_speech.mp4"' in video.headers["content-disposition"]
    (tmp_path / "v.mp4").write_bytes(video.content)
    found = probe(tmp_path / "v.mp4")
    assert (found.size, found.fps, found.has_audio) == ((64, 64), 10, True)
    assert len(files_of(client)) == 1  # the video; what was sent is gone


def test_a_photo_speaks_and_its_faces_are_told(client, voice_part, portrait_image):
    two = png(np.hstack([portrait_image, portrait_image[:, ::-1]]))
    seen = client.post("/api/faces", picture=two).json()
    assert seen["size"] == [1024, 512]
    assert [box[0] < 0.5 for box in seen["faces"]] == [True, False]
    job = client.post(picture=two, sound=voice_part, size=128, fps=5).json()["id"]
    told = client.ended(job)
    assert told["state"] == "done"
    assert told["notes"][0].startswith("face.png: found 2 faces")


def test_two_jobs_do_not_mix(client, voice_part):
    sizes = (64, 96)
    jobs = [client.post(**SMALL | {"size": size}, sound=voice_part).json()["id"] for size in sizes]
    assert [client.ended(job)["size"] for job in jobs] == [[size, size] for size in sizes]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"blink": 9}, "blink must lie in [0, 4], got 9"),
        ({"fps": "x"}, "--fps: invalid float value: 'x'"),
        ({"yaw": "0 --output=/x"}, "yaw must be numbers"),
        ({"output": "/elsewhere/x.mp4"}, "there is no field 'output'"),
        ({"ckpt": "/elsewhere"}, "there is no field 'ckpt'"),
        ({"pose-from": "/elsewhere/x.mp4"}, "there is no field 'pose-from'"),
        ({"style-from": "/etc/hostname"}, "styles: "),
        ({"background": "/etc/hostname"}, "background: send a file"),
        ({"transparent": "on"}, ".mp4 keeps no transparency"),
        ({"format": "../x.mp4"}, "cannot be written; choose mp4"),
        ({"puppet": "../wilk"}, "unknown puppet '../wilk'"),
        ({"picture": "astronaut"}, "exclude each other"),
        ({"sound": "/etc/hostname"}, "sound: send a file"),
        ({"sound": ("notes.txt", b"hello")}, "notes.txt: cannot be decoded as sound"),
        ({"sound": ("../../no.wav", b"")}, "no.wav: the file is empty"),
    ],
)
def test_what_the_command_line_refuses_is_refused_in_its_words(client, voice_part, fields, named):
    answer = client.post(**{**SMALL, "sound": voice_part, **fields})
    message = answer.json()["error"]
    assert answer.status_code == 422
    assert named in message
    assert "\n" not in message
    assert client.shop._shelf.name not in message
    assert files_of(client) == []


def test_a_file_that_is_no_picture_fails_by_its_owners_name(client, voice_part):
    for answer in (client.post("/api/faces", picture=("a/b.txt", b"hello")),):
        assert (answer.status_code, answer.json()["error"][:23]) == (422, "b.txt: is not a picture")
    told = client.ended(client.post(picture=("b.txt", b"hi"), sound=voice_part).json()["id"])
    assert told["error"] == "b.txt: is not a picture; give a jpg or png file"
    assert client.ask("GET", f"/api/jobs/{told['id']}/video").status_code == 409
    assert files_of(client) == []


def test_long_sound_large_forms_and_long_queues_are_refused(opened, voice_part, held):
    short = opened(max_sound=0.03, max_upload=1, max_queue=1)
    answer = short.post(**SMALL, sound=voice_part)
    assert (answer.status_code, "longer than 0.03 minutes" in answer.text) == (422, True)
    answer = short.post(**SMALL, sound=("big.wav", bytes(1_100_000)))
    assert answer.status_code == 413
    head = b'--x\r\ncontent-disposition: form-data; name="sound"; filename="a"\r\n\r\n'
    chunks = iter([head, bytes(1_100_000)])  # without a length beforehand
    kind = {"content-type": "multipart/form-data; boundary=x"}
    assert short.ask("POST", "/api/jobs", data=chunks, headers=kind).status_code == 413
    full = opened(max_queue=1)
    first = full.post(**SMALL, sound=voice_part).json()["id"]
    while full.state(first)["state"] == "queued":
        pass
    assert full.post(**SMALL, sound=voice_part).json()["ahead"] == 0
    assert full.post(**SMALL, sound=voice_part).status_code == 503


def test_a_cancelled_job_stops_and_leaves_nothing(client, voice_part, held):
    first, second = (client.post(**SMALL, sound=voice_part).json()["id"] for _ in range(2))
    for job in (second, first):
        assert client.ask("DELETE", f"/api/jobs/{job}").json()["state"] == "cancelled"
    held.set()
    third = client.post(**SMALL, sound=voice_part).json()["id"]  # the worker goes on
    assert client.ended(third)["state"] == "done"
    assert client.state(first)["state"] == client.state(second)["state"] == "cancelled"
    assert client.ask("DELETE", f"/api/jobs/{third}").json()["state"] == "removed"
    assert client.ask("GET", f"/api/jobs/{third}").status_code == 404
    assert files_of(client) == []


def test_what_lay_too_long_is_removed(opened, voice_part):
    client = opened(keep=1e-9)
    job = client.post(**SMALL, sound=voice_part).json()["id"]
    while client.ask("GET", f"/api/jobs/{job}").status_code == 200:
        pass
    assert files_of(client) == []


def test_closing_stops_the_work_and_removes_the_folder(opened, voice_part):
    client = opened()
    shelf = Path(client.shop._shelf.name)
    client.post(**SMALL, sound=voice_part)
    client.shop.close()
    assert not shelf.exists()


def test_a_fault_of_the_program_is_told_and_the_worker_stays(
    client, voice_part, monkeypatch, capfd
):
    monkeypatch.setattr("talkinghead.app.page.order.cartoon", lambda *_: 1 / 0)
    told = client.ended(client.post(**SMALL, sound=voice_part).json()["id"])
    assert (told["state"], "ZeroDivisionError" in told["error"]) == ("failed", True)
    assert "ZeroDivisionError" in capfd.readouterr().err
    monkeypatch.undo()
    assert client.ended(client.post(**SMALL, sound=voice_part).json()["id"])["state"] == "done"


@pytest.mark.parametrize(
    "headers", [{"origin": "http://elsewhere.example"}, {"origin": "null"}, {"host": "a.example"}]
)
def test_pages_from_elsewhere_are_refused(client, headers):
    answer = client.ask("POST", "/api/jobs", files={"puppet": (None, "wilk")}, headers=headers)
    assert answer.status_code == 403


def test_the_page_may_load_nothing_from_elsewhere(client):
    policy = client.ask("GET", "/").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy


def test_the_offer_has_the_ranges_and_defaults_of_the_options(client):
    offer = client.ask("GET", "/api/offer").json()
    told = {one["name"]: one for one in offer["options"]}
    assert [told["amp_lip_x"][key] for key in ("low", "high", "default")] == [0, 10, 2]
    assert told["face"]["commands"] == ["photo"]
    assert told["background"]["commands"] == ["cartoon"]
    assert not {"output", "ckpt", "device", "pose-from", "faces"} & told.keys()


def test_puppets_portraits_and_recordings_can_be_looked_at(client):
    names = [one["name"] for one in client.ask("GET", "/api/puppets").json()]
    assert "wilk" in names
    for path in ("puppets/wilk.webp", "portraits/astronaut.webp"):
        answer = client.ask("GET", f"/api/{path}")
        assert Image.open(io.BytesIO(answer.content)).size == (240, 240)
    assert client.ask("GET", "/api/puppets/nobody.webp").status_code == 422
    assert client.ask("GET", "/api/recordings/hello_slt.wav").content[:4] == b"RIFF"
    assert client.ask("GET", "/api/recordings/nothing.wav").status_code == 404


def test_a_port_that_is_taken_is_one_line_and_status_2(cli, client):
    port = client.root.rsplit(":", 1)[1]
    status, out, err = cli("serve", "--no-browser", "--port", port)
    assert (status, out, len(err)) == (2, "", 1)
    assert f"port {port}: Address already in use" in err[0]


def test_limits_must_be_above_zero(cli):
    status, _, err = cli("serve", "--keep", 0)
    assert (status, "--keep must be above 0" in err[0]) == (2, True)
