"""Sparse tensors of TensorFlow Lite are read as they were before they were compressed."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import tflite

from talkinghead.networks import tflite_graph
from talkinghead.networks.tflite_graph import densify
from talkinghead.types import Array


@dataclass
class Metadata:
    """One level of a sparse tensor, in place of the class that reads it from a file."""

    size: int = 0
    segments: Array | None = None
    indices: Array | None = None

    def Format(self) -> int:
        dense = self.segments is None
        return tflite.DimensionType.DENSE if dense else tflite.DimensionType.SPARSE_CSR

    def DenseSize(self) -> int:
        return self.size

    def ArraySegmentsType(self) -> int:
        return 1

    ArrayIndicesType = ArraySegmentsType

    def ArraySegments(self) -> Any:
        return self.segments

    def ArrayIndices(self) -> Any:
        return self.indices


@dataclass
class Sparsity:
    """How a tensor was compressed."""

    order: list[int]
    blocks: list[int]
    levels: list[Metadata]

    def TraversalOrderAsNumpy(self) -> Array:
        return np.array(self.order)

    def BlockMapLength(self) -> int:
        return len(self.blocks)

    def BlockMapAsNumpy(self) -> Array:
        return np.array(self.blocks)

    def DimMetadata(self, level: int) -> Metadata:
        return self.levels[level]


@pytest.mark.parametrize("block", [1, 2])
def test_a_sparse_matrix_is_restored(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are dense, blocks of columns are stored where they are not zero."""
    monkeypatch.setattr(tflite_graph, "_vector", lambda kind, table: table)
    rng = np.random.default_rng(block)
    blocks = rng.normal(size=(4, 6, block)) * (rng.random((4, 6, 1)) < 0.4)
    blocks[2] = 0  # a row without values
    stored = [np.flatnonzero(row.any(axis=1)) for row in blocks]
    ends = np.cumsum([0, *map(len, stored)])
    levels = [Metadata(4), Metadata(segments=ends, indices=np.concatenate(stored))]
    values = [blocks[row, columns].ravel() for row, columns in enumerate(stored)]
    assert [end - start for start, end in pairwise(ends)] == list(map(len, stored))
    sparsity = Sparsity([0, 1], [], levels)
    if block > 1:
        sparsity = Sparsity([0, 1, 2], [1], [*levels, Metadata(block)])
    dense = densify(np.concatenate(values), [4, 6 * block], sparsity)
    assert np.array_equal(dense, blocks.reshape(4, 6 * block))
