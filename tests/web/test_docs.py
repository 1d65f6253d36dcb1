"""docs/serve.md is true: its commands run, its requests exist, its values are accepted."""

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "serve.md").read_text()
DOCUMENTED_ID = "Wbd8ww9kaG1QTULZ"
DOCUMENTED_ADDRESS = "http://127.0.0.1:8484"
VARYING = ("faces", "preview")  # values that depend on the image


def blocks(language: str) -> list[list[str]]:
    return [text.splitlines() for text in re.findall(rf"```{language}\n(.*?)```", TEXT, re.S)]


def first_column(header: str) -> list[str]:
    """The code in the first column of the table with this header."""
    rows = TEXT.split(f"| {header} |")[1].split("\n\n")[0].splitlines()[2:]
    return [code for row in rows for code in re.findall(r"`([^`]+)`", row.split(" | ")[0])]


@pytest.fixture(scope="module")
def folder(voice_file: Path, portrait_image: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands run: the files that they name are there."""
    folder = tmp_path_factory.mktemp("docs")
    shutil.copy(voice_file, folder / "speech.wav")
    Image.fromarray(portrait_image).save(folder / "face.jpg")
    return folder


@pytest.fixture(scope="module")
def address(folder: Path, tiny_ckpt: Path) -> Iterator[str]:
    """Of the service that the first command of the page starts; Ctrl-C ends it."""
    [[command]] = blocks("sh")
    program, *words = shlex.split(command)
    assert program == "talkinghead"
    more = ["--no-browser", "--port", "0", "--device", "cpu", "--ckpt", str(tiny_ckpt)]
    with subprocess.Popen(
        [sys.executable, "-m", "talkinghead", *words, *more],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        yield process.stdout.readline().strip().rstrip("/")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in err


def wait_until_finished(address: str, job: str) -> None:
    for _ in range(600):
        state = requests.get(f"{address}/api/jobs/{job}", timeout=30).json()["state"]
        if state not in ("queued", "preparing", "rendering"):
            return
        time.sleep(0.1)
    raise AssertionError(f"still {state}")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_commands_print_what_the_page_shows(address, folder):
    [lines] = blocks("console")
    job = ""
    for line, shown in zip(lines, [*lines[1:], ""], strict=True):
        if not line.startswith("$ "):
            continue
        if f"{DOCUMENTED_ID}" in line:
            wait_until_finished(address, job)
        command = line[2:].replace(DOCUMENTED_ADDRESS, address).replace(DOCUMENTED_ID, job)
        run = subprocess.run(
            [*shlex.split(command), "--silent", "--show-error", "--fail-with-body"],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (run.returncode == 0) == ("error" not in shown), run.stdout + run.stderr
        if not shown.startswith("{"):
            continue
        printed, expected = json.loads(run.stdout), json.loads(shown)
        job = job or printed["id"]
        assert list(printed) == list(expected)
        for key in expected.keys() - set(VARYING):
            value = expected[key]
            assert printed[key] == (
                value.replace(DOCUMENTED_ID, job) if isinstance(value, str) else value
            )
    assert (folder / "wilk.mp4").stat().st_size > 1000


def test_every_request_is_documented_and_every_documented_request_exists(address):
    schema = requests.get(f"{address}/api/openapi.json", timeout=30).json()
    paths = schema["paths"].items()
    operations = {f"{method.upper()} {path}" for path, methods in paths for method in methods}
    assert operations == set(first_column("request"))
    for operation in sorted(operations):
        method, path = operation.split()
        samples = {"puppets": "wilk", "portraits": "astronaut", "recordings": "hello_slt"}
        name = next((sample for part, sample in samples.items() if part in path), "")
        if method == "GET" and "{id}" not in path:
            response = requests.get(address + path.format(name=name), timeout=30)
            assert response.status_code == 200, operation


def test_the_documented_options_are_those_of_the_command(cli):
    status, help_text, _ = cli("serve", "--help")
    assert status == 0
    options = first_column("option")
    assert [name for name in options if name not in help_text] == []
    listed = re.findall(r"^  (--[\w-]+)", help_text, re.M)
    hidden = {name.replace("_", "-") for name in listed} - set(options)
    assert hidden <= {"--progress", "--quiet"}


def test_the_documented_fields_are_those_of_the_schema(address):
    schema = requests.get(f"{address}/api/openapi.json", timeout=30).json()
    content = schema["paths"]["/api/jobs"]["post"]["requestBody"]["content"]
    fields = content["multipart/form-data"]["schema"]["properties"]
    documented = first_column("field")
    assert documented == list(fields)[: len(documented)]
    options = TEXT.split("| options |")[1].split("\n")[0]
    names = re.findall(r"`(\w+)(?:=[^`]*`|` is|` a file)", options)
    assert len(names) == 6
    assert names == [name for name in names if name in fields]
    formats = re.findall(r"`(\w+)`", TEXT.split("| `format` |")[1].split("\n")[0])
    assert formats == fields["format"]["enum"]
