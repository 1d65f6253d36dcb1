"""Uploads: too large ones are refused, and nothing that was sent becomes part of a path."""

import pytest

from talkinghead.web.upload import displayed_name
from tests.web.conftest import SMALL


def test_forms_above_the_limit_are_refused(start_service, audio_part):
    client = start_service(max_audio=0.03, max_upload=1)
    response = client.post(**SMALL, audio=audio_part)
    assert (response.status_code, "longer than 0.03 minutes" in response.text) == (422, True)
    response = client.post(**SMALL, audio=("big.wav", bytes(1_100_000)))
    assert response.status_code == 413
    assert "larger than 1 MB" in response.json()["error"]
    assert client.stored_files() == []


def test_the_limit_holds_for_a_body_without_a_declared_length(start_service):
    client = start_service(max_upload=1)
    head = b'--x\r\ncontent-disposition: form-data; name="audio"; filename="a"\r\n\r\n'
    chunks = iter([head, bytes(1_100_000)])
    headers = {"content-type": "multipart/form-data; boundary=x"}
    response = client.send("POST", "/api/jobs", data=chunks, headers=headers)
    assert response.status_code == 413


def test_a_body_that_is_no_form_is_refused(client):
    response = client.send("POST", "/api/jobs", json={"puppet": "wilk"})
    assert (response.status_code, "multipart/form-data" in response.json()["error"]) == (400, True)


def test_a_field_that_is_sent_twice_is_refused(client):
    parts = [("puppet", (None, "wilk")), ("puppet", (None, "roy"))]
    response = client.send("POST", "/api/jobs", files=parts)
    assert (response.status_code, response.json()["error"]) == (422, "puppet: was sent twice")


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("speech.wav", "speech.wav"),
        ("../../etc/passwd", "passwd"),
        ("C:\\me\\voice 1.wav", "voice 1.wav"),
        ("a\nb\x1b[2J.wav", "a_b__2J.wav"),
        ("x" * 100 + ".wav", "x" * 76 + ".wav"),
        ("folder/", "folder"),
        ("", "file"),
    ],
)
def test_names_of_files_are_shown_without_folder_and_control_characters(sent, shown):
    assert displayed_name(sent) == shown
