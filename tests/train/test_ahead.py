"""Laws of batches made ahead by other processes."""

import os

import pytest
import torch

from talkinghead.train.ahead import Ahead


def _made(step: int) -> tuple[torch.Tensor, int]:
    return torch.full((2,), step), os.getpid()


@pytest.mark.parametrize("workers", [0, 1])
def test_every_step_gets_its_own_batch_also_out_of_turn(workers: int) -> None:
    ahead = Ahead(_made, workers)
    steps = [7, 8, 9, 3, 4]
    assert [int(ahead(step)[0][0]) for step in steps] == steps


def test_another_process_makes_them() -> None:
    assert Ahead(_made, 1)(0)[1] != os.getpid()
    assert Ahead(_made, 0)(0)[1] == os.getpid()
