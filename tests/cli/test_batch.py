"""A batch makes what single commands make, once; all mistakes are reported before it begins."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from talkinghead.media.audio import write_wav
from talkinghead.media.image import write_image
from talkinghead.media.synthetic_label import SOFTWARE
from talkinghead.sample_rates import RATE
from talkinghead.types import Waveform


@pytest.fixture
def folder(voice, tmp_path, monkeypatch):
    """A folder to be in, with a short sound, a picture of nobody, and a sound that is none."""
    write_wav(Waveform(voice.samples[RATE // 4 : RATE // 2], RATE), tmp_path / "say.wav")
    write_image(np.full((64, 64, 3), 90, np.uint8), tmp_path / "wall.png")
    (tmp_path / "noise.wav").write_text("no sound")
    monkeypatch.chdir(tmp_path)
    return tmp_path


JOBS = """\
photo,puppet,audio,output,amp-lip-y,still,yaw
astronaut,,say.wav,out/a.mp4,1,yes,
astronaut,,say.wav,out/b.mp4,,,0 10
,wilk,say.wav,out/w.mp4,3,,
wall.png,,say.wav,out/wall.mp4,,,
,wilk,noise.wav,out/n.mp4,,,
"""
ALONE = {
    "a.mp4": ("photo", "astronaut", "--amp_lip_y", 1, "--still"),
    "b.mp4": ("photo", "astronaut", "--yaw", 0, 10),
    "w.mp4": ("cartoon", "wilk", "--amp_lip_y", 3),
}


def test_a_batch_makes_bit_for_bit_what_single_commands_make_and_only_once(cli, folder, tiny_ckpt):
    (folder / "jobs.csv").write_text(JOBS)
    common = ("--size", 64, "--ckpt", tiny_ckpt)
    batch = ("batch", "jobs.csv", "--workers", 1, "--results", "results.csv", *common)
    status, out, err = cli(*batch)
    assert status == 1
    assert out.split() == ["out/a.mp4", "out/b.mp4", "out/w.mp4"]  # in turn: there is one worker
    assert sorted(path.name for path in (folder / "out").iterdir()) == sorted(ALONE)
    assert [line.split(" (")[0] for line in err[:2]] == [
        f"talkinghead: error: jobs.csv: job {number}" for number in (4, 5)
    ]
    assert "no face" in err[0]
    assert "3 made, 0 unchanged, 2 failed" in err[2]
    for name, words in ALONE.items():
        assert cli(*words[:2], "say.wav", "-o", name, *words[2:], *common)[0] == 0
        assert (folder / name).read_bytes() == (folder / "out" / name).read_bytes()

    log = folder / "jobs.csv.done.jsonl"
    made = [json.loads(line) for line in log.read_text().splitlines()]
    assert {one["output"]: one["frames"] for one in made if one["error"] is None} == {
        f"out/{name}": 6 for name in ALONE
    }
    results = (folder / "results.csv").read_text().splitlines()
    assert [row.split(",")[2] for row in results[1:]] == ["made"] * 3 + ["failed"] * 2
    (folder / "jobs.csv").write_text("\n".join(JOBS.splitlines()[:4]))
    status, out, err = cli(*batch, "--progress", "json")
    assert (status, out) == (0, "")
    assert json.loads(err[0]) == {"event": "start", "jobs": 0, "unchanged": 3}


BAD = [
    (
        {"puppet": "wilk", "audio": "say.wav", "output": "a.mp4", "sise": 3},
        "field 'sise' is unknown; did you mean 'size'?",
    ),
    ({"puppet": "wilk", "audio": "say.wav", "output": "a.mp4", "amp_pos": 20}, "field 'amp_pos'"),
    ({"puppet": "wilk", "audio": "say.wav", "output": "a.mp4", "yaw": [0, "x"]}, "field 'yaw'"),
    ({"puppet": "wilk", "audio": "say.wav", "output": "a.mp4", "still": 3}, "field 'still'"),
    ({"puppet": "wilk", "audio": "say.wav", "output": "a.mp4", "size": [1]}, "field 'size'"),
    ({"puppet": "wilk", "audio": "no.wav", "output": "a.mp4"}, "field 'audio': no.wav"),
    ({"puppet": "wilk", "output": "a.mp4"}, "field 'audio' is missing"),
    ({"puppet": "wilk", "audio": "say.wav"}, "field 'output' is missing"),
    ({"puppet": "nobody", "audio": "say.wav", "output": "a.mp4"}, "'nobody'"),
    ({"photo": "no.png", "audio": "say.wav", "output": "a.mp4"}, "field 'photo': no.png"),
    ({"photo": "wall.png", "puppet": "wilk", "output": "a.mp4"}, "photo and puppet"),
    ({"audio": "say.wav", "output": "a.mp4"}, "exactly one"),
    ({"puppet": "wilk", "audio": "say.wav", "output": "a.xyz"}, ".xyz"),
    ({"puppet": "wilk", "audio": "say.wav", "output": "wall.png/a.mp4"}, "wall.png/a.mp4"),
    ({"puppet": "wilk", "audio": "say.wav", "output": "a.mp4", "transparent": True}, "transpar"),
    ({"photo": "wall.png", "faces": {0: "no.wav"}, "output": "a.mp4"}, "field 'faces': no.wav"),
    ({"scene": "no.yaml", "output": "a.mp4"}, "field 'scene': no.yaml"),
]


def test_every_mistake_is_reported_with_its_job_and_nothing_is_started(cli, folder):
    rows = [row for row, _ in BAD]
    (folder / "jobs.jsonl").write_text("\n".join(map(json.dumps, rows)))
    before = sorted(folder.rglob("*"))
    status, out, err = cli("batch", "jobs.jsonl", "--quiet")
    assert (status, out) == (2, "")
    assert len(err) == len(BAD) + 1
    for number, ((_, message), line) in enumerate(zip(BAD, err, strict=False), 1):
        assert line.startswith(f"talkinghead: error: jobs.jsonl: job {number}: ")
        assert message in line
    assert f"{len(BAD)} mistakes; nothing was started" in err[-1]
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        (("a.mp4", "sub/../a.mp4"), "job 2: field 'output': sub/../a.mp4 is made by job 1"),
        (("b.mp4", "video.mp4"), "job 2: field 'output': video.mp4 would replace"),
        (("jobs.mp4", "b/%06d.png"), "job 2: field 'output': b/%06d.png would replace"),
    ],
)
def test_no_job_may_replace_what_another_writes_or_reads(cli, folder, outputs, message):
    (folder / "video.mp4").write_bytes((folder / "say.wav").read_bytes())
    (folder / "b").mkdir()
    mark = PngInfo()
    mark.add_text("Software", SOFTWARE)  # as if an earlier batch had made it
    Image.new("RGB", (8, 8)).save(folder / "b" / "000007.png", pnginfo=mark)
    one = {"puppet": "wilk", "audio": "video.mp4", "background": "b/000007.png"}
    other = {"puppet": "wilk", "audio": "say.wav"}
    rows = [row | {"output": name} for row, name in zip((one, other), outputs, strict=True)]
    (folder / "jobs.yaml").write_text(json.dumps(rows))
    status, _, err = cli("batch", "jobs.yaml")
    assert status == 2
    assert message in err[0]


def test_no_job_may_replace_the_file_that_lists_it(cli, folder):
    listed = [{"puppet": "wilk", "audio": "say.wav", "output": "list.mp4"}]
    (folder / "list.mp4").write_text(json.dumps(listed))
    (folder / "jobs.yaml").symlink_to("list.mp4")
    status, _, err = cli("batch", "jobs.yaml", "--force")
    assert status == 2
    assert "job 1: field 'output': list.mp4 would replace" in err[0]
    assert "which lists the jobs" in err[0]
    assert json.loads((folder / "list.mp4").read_text()) == listed


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("jobs.csv", "photo,photo\na,b\n"),
        ("jobs.csv", "photo,audio\na,b,c\n"),
        ("jobs.csv", "photo,audio\n"),
        ("jobs.csv", ""),
        ("jobs.jsonl", '{"photo": "a.png"}\n{oops\n'),
        ("jobs.jsonl", "3\n"),
        ("jobs.yaml", "photo: a.png\n"),
        ("jobs.yaml", "- {a: [}\n"),
        ("jobs.txt", "photo\n"),
    ],
)
def test_a_file_that_is_no_list_of_jobs_is_refused_in_one_line(cli, folder, name, text):
    (folder / name).write_text(text)
    status, out, err = cli("batch", name)
    assert (status, out, len(err)) == (2, "", 1)
    assert name in err[0]


def test_help_states_the_exit_status_and_every_option_of_a_job(cli):
    status, out, _ = cli("batch", "--help")
    assert status == 0
    assert "1 if jobs failed" in " ".join(out.split())
    assert all(f"--{name}" in out for name in ("workers", "force", "log", "amp_pos", "background"))
    assert "(default: 2.0)" in out


def test_help_of_a_batch_needs_none_of_the_heavy_libraries():
    code = (
        "import sys; from talkinghead.cli.main import main; main(['batch', '--help']);"
        "sys.exit(bool({'torch', 'cv2', 'mediapipe', 'scipy', 'av'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_paths_are_relative_to_the_folder_of_the_table(cli, folder, monkeypatch):
    (folder / "jobs.csv").write_text("puppet,audio,output\nwilk,say.wav,out/\n")
    monkeypatch.chdir(Path("/"))
    status, _, err = cli("batch", folder / "jobs.csv", "--transparent", "--background", "no.png")
    assert status == 2
    assert "no.png" in err[0]  # of the command line: from the folder one is in
    assert "say.wav" not in err[0]
