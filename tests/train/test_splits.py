"""Talkers are left out whole; a manifest says who they are."""

from pathlib import Path

import pytest

from talkinghead.errors import InputError
from talkinghead.train.splits import Listing, by_split, listings, split_of


def test_no_talker_is_in_two_splits_and_unknown_ones_train():
    assert split_of("grid_s2") == "test"
    assert split_of("hd_05") == "validation"
    assert split_of("somebody") == "train"


def test_each_item_goes_with_its_talker_in_the_order_given():
    talkers = ["grid_s2", "hd_05", "somebody", "grid_s2"]
    parts = by_split(enumerate(talkers), lambda item: item[1])
    assert parts == {
        "train": [(2, "somebody")],
        "validation": [(1, "hd_05")],
        "test": [(0, "grid_s2"), (3, "grid_s2")],
    }


def test_a_manifest_names_the_talkers_and_who_does_not_speak(tmp_path):
    manifest = tmp_path / "manifest.csv"
    assert listings(tmp_path) == {}
    manifest.write_text("path,identity\nx/one.mp4,ann\n")
    assert listings(tmp_path) == {Path("x/one.mp4"): Listing("ann")}
    manifest.write_text("path,identity,sound\nx/one.mp4,ann,music\n")
    assert not listings(tmp_path)[Path("x/one.mp4")].speech
    manifest.write_text("file,who\nx/one.mp4,ann\n")
    with pytest.raises(InputError, match="identity"):
        listings(tmp_path)
