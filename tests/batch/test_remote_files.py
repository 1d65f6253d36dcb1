"""Jobs read from and write to object stores as they do to the disk, and nothing is half-written."""

import sys
from pathlib import Path

import pytest

from talkinghead.batch.job import RowErrors, conflicts, read_job
from talkinghead.batch.remote_files import RemoteFiles, exists, file_system
from talkinghead.batch.table import Row
from talkinghead.batch.worker import Worker
from talkinghead.errors import InputError, OutputError
from talkinghead.media.video_reader import probe_video


def folder_for(path: Path) -> RemoteFiles:
    path.mkdir()
    return RemoteFiles(path)


@pytest.fixture
def files(tmp_path):
    return folder_for(tmp_path / "placeholders")


@pytest.fixture(params=["file", "s3"])
def store(request, tmp_path, voice_file):
    """The address of a folder on a store that holds say.wav: of the disk, and of a local S3."""
    if request.param == "file":
        (tmp_path / "store").mkdir()
        address = f"file://{tmp_path}/store"
    else:
        address = request.getfixturevalue("s3")
    system, path = file_system(f"{address}/say.wav")
    system.pipe_file(path, voice_file.read_bytes())
    return address


@pytest.fixture(scope="module")
def s3():
    """The address of a bucket of a local S3 server."""
    moto = pytest.importorskip("moto.server", reason="moto is not installed")
    fsspec = pytest.importorskip("s3fs", reason="s3fs is not installed").S3FileSystem
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        fsspec.clear_instance_cache()
        file_system("s3://videos/")[0].mkdir("videos")
        yield "s3://videos"
    server.stop()


def job_of(base, files, number=1, **fields):
    row = Row("jobs: job 1", {"puppet": "wilk", "size": 64, "fps": 5, "device": "cpu"} | fields)
    return read_job(row, number, base, {}, files)


def test_a_worker_downloads_what_it_reads_and_uploads_what_it_made(
    store, files, tiny_ckpt, tmp_path
):
    output = f"{store}/out/wilk.mp4"
    job = job_of(tmp_path, files, audio=f"{store}/say.wav", output=output, ckpt=str(tiny_ckpt))
    assert (job.output, job.name(tmp_path / "jobs"), job.is_done) == (output, output, False)
    worker = Worker(0)
    result = worker(job)
    assert (result.error, result.frame_count) == (None, 10)
    assert job.is_done
    system, path = file_system(output)
    (tmp_path / "wilk.mp4").write_bytes(system.cat_file(path))
    assert probe_video(tmp_path / "wilk.mp4").size == (64, 64)


def test_the_fingerprint_changes_with_the_remote_file(store, tmp_path):
    system, path = file_system(f"{store}/say.wav")

    def fingerprint(name):
        files = folder_for(tmp_path / name)
        return job_of(tmp_path, files, audio=f"{store}/say.wav", output="a.mp4").fingerprint()

    before = fingerprint("a")
    assert fingerprint("b") == before
    system.pipe_file(path, b"other")
    assert fingerprint("c") != before


def test_a_missing_or_empty_remote_file_is_refused_before_anything_begins(store, files, tmp_path):
    for name, reason in (("none.wav", "no such file"), ("empty.wav", "is empty or a folder")):
        system, path = file_system(f"{store}/empty.wav")
        system.pipe_file(path, b"")
        with pytest.raises(RowErrors) as error:
            job_of(tmp_path, files, audio=f"{store}/{name}", output="a.mp4")
        [line] = error.value.lines
        assert line.startswith(f"jobs: job 1: {store}/{name}: {reason}")


def test_several_faces_may_have_remote_recordings(store, files, tmp_path):
    pair = f"0={store}/say.wav 1={store}/say.wav"
    row = Row("jobs: job 1", {"photo": "astronaut", "faces": pair, "output": "a.mp4"})
    job = read_job(row, 1, tmp_path, {}, files)
    assert set(job.request.faces) == {0, 1}
    assert job.request.faces[0].name == "say.wav"


def test_two_jobs_may_not_write_one_address(store, files, tmp_path):
    jobs = [
        job_of(tmp_path, files, number, audio=f"{store}/say.wav", output=f"{store}/a.mp4")
        for number in (1, 2)
    ]
    [line] = conflicts(jobs, tmp_path / "jobs")
    assert line.endswith(f"{store}/a.mp4 is made by job 1, too; choose another name")


def test_an_upload_that_fails_leaves_nothing(store, files, tmp_path, monkeypatch):
    (tmp_path / "made").mkdir()
    target = tmp_path / "made" / "a.mp4"
    target.write_bytes(b"video")
    monkeypatch.setattr(
        "talkinghead.batch.remote_files.shutil.copyfileobj",
        lambda *_: (_ for _ in ()).throw(OSError("the line was cut")),
    )
    with pytest.raises(OutputError, match=r"a\.mp4: cannot be written \(the line was cut\)"):
        files.upload(target, f"{store}/a.mp4")
    assert not exists(f"{store}/a.mp4")
    assert not target.parent.exists()


def test_a_store_whose_library_is_missing_is_named(files, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(RowErrors) as error:
        job_of(tmp_path, files, audio="gs://b/say.wav", output="a.mp4")
    assert error.value.lines[0].endswith("pip install 'talkinghead[storage]'")
    with pytest.raises(InputError, match="gcsfs"):
        exists("gs://b/say.wav")


def test_other_addresses_and_remote_scenes_are_refused_as_before(files, tmp_path):
    with pytest.raises(RowErrors) as error:
        job_of(tmp_path, files, audio="https://host/say.wav", output="a.mp4")
    assert "say.wav: no such file" in error.value.lines[0]
    row = Row("jobs: job 1", {"scene": "s3://b/scene.yaml", "output": "a.mp4"})
    with pytest.raises(RowErrors) as error:
        read_job(row, 1, tmp_path, {}, files)
    assert "scene.yaml: no such file" in error.value.lines[0]


def test_downloads_that_the_next_job_does_not_need_are_removed(store, tmp_path):
    (tmp_path / "downloads").mkdir()
    files = RemoteFiles(tmp_path / "downloads", is_worker=True)
    job_of(tmp_path, files, audio=f"{store}/say.wav", output="a.mp4")
    files.keep_only([f"{store}/say.wav"])
    [kept] = (tmp_path / "downloads").glob("*/say.wav")
    assert kept.stat().st_size > 1000
    files.keep_only(["other.wav"])
    assert not kept.exists()
