"""Fixtures of the scene tests."""

from pathlib import Path

import pytest

from talkinghead.pipeline import Animator


@pytest.fixture(scope="module")
def animator(tiny_ckpt: Path) -> Animator:
    """An animator with small untrained networks."""
    return Animator(ckpt=tiny_ckpt, device="cpu")
