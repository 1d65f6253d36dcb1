"""Worker processes share the GPUs, and the cores."""

import os

from talkinghead.workers.worker_process import assign_gpu, limit_threads


def test_workers_get_the_gpus_in_turn(monkeypatch):
    taken = []
    for number in range(3):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,5")
        assign_gpu(number)
        taken.append(os.environ["CUDA_VISIBLE_DEVICES"])
    assert taken == ["2", "5", "2"]


def test_hidden_gpus_are_not_used(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assign_gpu(1)
    assert os.environ["CUDA_VISIBLE_DEVICES"] == ""


def test_the_user_may_say_how_many_threads(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    limit_threads(0)
    assert os.environ["OMP_NUM_THREADS"] == "1"
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    limit_threads(2)
    assert os.environ["OMP_NUM_THREADS"] == "3"
