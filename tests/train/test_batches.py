"""Batches prefetched by other processes, their sampling weights and their tensors."""

import os
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from talkinghead.train.batches import Prefetcher, TensorBatch, sampling_weights


def make_batch(step: int) -> tuple[torch.Tensor, int]:
    return torch.full((2,), step), os.getpid()


@pytest.mark.parametrize("workers", [0, 1])
def test_every_step_gets_its_own_batch_also_out_of_turn(workers: int) -> None:
    prefetcher = Prefetcher(make_batch, workers)
    steps = [7, 8, 9, 3, 4, 6, 8, 10, 0]
    assert [int(prefetcher(step)[0][0]) for step in steps] == steps


def test_steps_that_are_equally_far_apart_are_prefetched_too() -> None:
    prefetcher = Prefetcher(make_batch, 1)
    processes = [prefetcher(step)[1] for step in (1, 3, 5, 7)]
    assert len(set(processes[1:])) == 1


def test_another_process_makes_them() -> None:
    assert Prefetcher(make_batch, 1)(0)[1] != os.getpid()
    assert Prefetcher(make_batch, 0)(0)[1] == os.getpid()


def test_weights_are_probabilities_that_grow_with_a_power_of_the_size() -> None:
    weights = sampling_weights([1, 4, 16], 0.5, np.array([1.0, 1.0, 2.0]))
    np.testing.assert_allclose(weights, np.array([1, 2, 8]) / 11)


@dataclass(frozen=True)
class Inner(TensorBatch):
    values: torch.Tensor


@dataclass(frozen=True)
class Outer(TensorBatch):
    inner: Inner
    number: torch.Tensor


def test_rows_are_stacked_by_field_and_batches_move_with_what_they_contain() -> None:
    inner = Inner.stack([(np.zeros(2, np.float32),), (np.ones(2, np.float32),)])
    assert inner.values.tolist() == [[0, 0], [1, 1]]
    moved = Outer(inner, torch.ones(1)).to("meta")
    assert moved.inner.values.device.type == moved.number.device.type == "meta"
