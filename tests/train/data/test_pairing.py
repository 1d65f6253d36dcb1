"""Frame pairs are made of training and validation speakers, a fixed number of each."""

import numpy as np

from talkinghead.train.data.pairing import (
    MAX_PAIRS,
    MIN_PAIRS,
    PAIRS_PER_SPEAKER,
    STILLS_PER_FILE,
    list_jobs,
)


def test_test_speakers_are_left_out(tmp_path):
    for name in ("hd_02", "someone"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "clip.mp4").touch()
    jobs = list_jobs(tmp_path, tmp_path / "out", 96)
    assert [job.speaker for job in jobs] == ["someone"]


def test_the_clips_of_a_speaker_share_the_number_of_pairs(tmp_path):
    for name, count in (("one", 1), ("some", 10), ("many", 100)):
        (tmp_path / name).mkdir()
        for i in range(count):
            (tmp_path / name / f"{i:03}.mp4").touch()
    counts = {}
    for job in list_jobs(tmp_path, tmp_path / "out", 96):
        counts.setdefault(job.speaker, []).append(job.count)
    assert counts["one"] == [MAX_PAIRS]
    assert sum(counts["some"]) == PAIRS_PER_SPEAKER
    assert set(counts["many"]) == {MIN_PAIRS}
    assert sum(counts["many"]) <= PAIRS_PER_SPEAKER


def test_stills_with_manual_landmarks_are_taken_in_files_of_a_fixed_size(tmp_path):
    names = [f"{i:03}" for i in range(STILLS_PER_FILE + 2)]
    for name in names:
        (tmp_path / f"{name}.jpg").touch()
    np.savez(tmp_path / "landmarks68.npz", **{name: np.zeros((68, 2)) for name in names[:-1]})
    jobs = list_jobs(tmp_path, tmp_path / "out", 96)
    assert sorted(len(job.paths) for job in jobs) == [1, STILLS_PER_FILE]
