"""Every command in README and docs works, on files of the names that they use."""

import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import cv2
import numpy as np
import pytest

from talkinghead import read_audio, write_image, write_video
from talkinghead.cli import makeittalk
from talkinghead.media.audio import write_wav
from talkinghead.media.loading import demo_portrait
from talkinghead.types import Clip, Waveform
from tests.docs.commands import ROOT, TRAINING, Command, commands, fences, matching, run
from tests.media.test_c2pa import signer
from tests.puppet.drawing import drawn_face

SECONDS = 0.6  # of every recording
SERVERS = re.compile(r"talkinghead (serve|live|puppet edit)\b")
# Of a cluster; tests/workers runs one.
CLUSTERS = re.compile(r"talkinghead .*--engine ray\b|torchrun |ray (up|down|exec|start)\b")
# Done by the CI before any test, tools of the system, and names of commands in running text.
OTHERS = re.compile(
    r"(git|cd|make|source|conda|pip|apt|flite|blender|python benchmarks/\w+\.py)\b"
    r"|talkinghead (photo|cartoon|batch|cues|motion|blendshapes|scene|dub|live|puppet \w+)$"
)
SHOWN = commands()
ELSEWHERE = [command for p in (TRAINING, SERVERS, CLUSTERS, OTHERS) for command in matching(p)]
RUN = [command for command in SHOWN if command not in ELSEWHERE]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder with the files that the pages name."""
    folder = tmp_path_factory.mktemp("user")
    astronaut, hopper = (
        cv2.resize(demo_portrait(name), (240, 240), interpolation=cv2.INTER_AREA)
        for name in ("astronaut", "grace_hopper")
    )
    for name in ("face.jpg", "me.png"):
        write_image(astronaut, folder / name)
    write_image(np.hstack([astronaut, hopper]), folder / "couple.jpg")
    write_image(drawn_face(), folder / "drawing.png")
    (folder / "examples").mkdir()
    for path in (ROOT / "examples").iterdir():
        if path.suffix != ".wav":
            shutil.copy(path, folder / "examples")
            continue
        audio = read_audio(path)
        short = Waveform(audio.samples[: round(SECONDS * audio.rate)], audio.rate)
        write_wav(short, folder / "examples" / path.name)
    for name in ("speech.wav", "hers.wav", "his.wav"):
        shutil.copy(folder / "examples" / "hello_slt.wav", folder / name)
    for name in ("interview.mp4", "nods.mp4", "dubbed.mp4"):
        frames = [np.roll(hopper, shift, axis=0) for shift in (0, 1, 2, 3, 4, 3, 2, 1) * 2]
        clip = Clip(iter(frames), len(frames), (240, 240), 25, short)
        write_video(clip, folder / name)
    both = np.hstack([astronaut, hopper])
    frames = [np.roll(both, shift, axis=0) for shift in (0, 1, 2, 3, 4, 3, 2, 1)]
    write_video(Clip(iter(frames), 8, (480, 240), 25, short), folder / "debate.mp4")
    shutil.copy(folder / "interview.mp4", folder / "speech.mp3")  # FFmpeg looks at the content
    signer(folder)
    scene = (folder / "examples" / "scene.yaml").read_text()
    (folder / "SCENE.yaml").write_text(scene.replace("audio: ", "audio: examples/"))
    [join] = fences("examples/README.md", "python")
    (folder / "join.py").write_text(join)
    for name in ("a.wav", "b.wav"):  # what flite spoke
        shutil.copy(folder / "speech.wav", folder / name)
    return folder


@pytest.fixture
def inside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder, as the working directory."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(makeittalk, "EXAMPLES", folder / "examples")  # the short ones
    return folder


def prepare(words: tuple[str, ...], capfd: pytest.CaptureFixture[str]) -> None:
    """Make the files that an earlier command of the page would have made."""
    if "rosa" in words[1:] and "new" not in words and not Path("puppets/rosa").exists():
        assert run(("talkinghead", "puppet", "new", "drawing.png", "rosa"), capfd)[0] == 0
    if "--motion" in words and not Path("motion.npz").exists():
        audio = "examples/hello_slt.wav"
        arguments = ("talkinghead", "motion", "astronaut", audio, "-o", "motion.npz")
        assert run(arguments, capfd)[0] == 0
    if "examples_cartoon" in words:
        out = ("--out", "examples_cartoon")
        assert run(("talkinghead", "puppet", "export", "roy", *out), capfd)[0] == 0


@pytest.mark.parametrize("command", RUN, ids=str)
def test_a_shown_command_works(
    command: Command, inside: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    prepare(command.words, capfd)
    words = command.words
    if "new" in words or words[:2] == ("python", "main_gen_new_puppet.py"):
        words = (*words, "--force")  # also where another command made the puppet before
    status, _, errors = run(words, capfd)
    assert status == 0, errors
    if "-o" in words:
        target = Path(words[words.index("-o") + 1])
        assert target.exists()
        if target.is_file():
            assert target.stat().st_size > 20


@pytest.mark.parametrize("command", matching(SERVERS), ids=str)
def test_a_shown_server_answers(
    command: Command, inside: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    prepare(command.words, capfd)
    words = [*command.words[1:], "--port", "0", "--no-browser"]
    server = subprocess.Popen(
        [sys.executable, "-m", "talkinghead", *words], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        address = re.search(r"http://\S+", server.stdout.readline())
        assert address is not None
        with urllib.request.urlopen(address[0], timeout=10) as answer:
            assert b"<html" in answer.read()
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)
        server.stdout.close()


def test_targets_of_make_exist() -> None:
    targets = {
        word
        for command in SHOWN
        if command.words[0] == "make"
        for word in command.words[1:]
        if "=" not in word
    }
    assert targets
    for target in sorted(targets):
        process = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True)
        assert process.returncode == 0, process.stderr
