"""Speakers are held out whole; a manifest says who they are."""

from pathlib import Path

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.train.data.splits import (
    ClipInfo,
    by_split,
    clip_filter,
    clip_speakers,
    read_manifest,
    split_of,
)


def test_no_speaker_is_in_two_splits_and_unknown_ones_train():
    assert split_of("grid_s2") == "test"
    assert split_of("hd_05") == "validation"
    assert split_of("somebody") == "train"


def test_a_tenth_of_large_corpora_is_held_out_by_voice_whatever_the_language():
    assert split_of("flite/rms") == "test"
    names = [f"librispeech/{n}" for n in range(400)]
    share = np.mean([split_of(name) == "test" for name in names])
    assert 0.05 < share < 0.16
    assert split_of("espeak/en-us+f3") == split_of("espeak/ar+f3")


def test_each_item_goes_with_its_speaker_in_the_order_given():
    speakers = ["grid_s2", "hd_05", "somebody", "grid_s2", "pub_2"]
    parts = by_split(enumerate(speakers), lambda item: item[1])
    assert parts == {
        "train": [(2, "somebody")],
        "validation": [(1, "hd_05")],
        "test": [(0, "grid_s2"), (3, "grid_s2")],
        "test2": [(4, "pub_2")],
    }


def test_a_manifest_names_the_speakers_and_the_clips_without_speech(tmp_path):
    manifest = tmp_path / "manifest.csv"
    assert read_manifest(tmp_path) == {}
    manifest.write_text("path,identity\nx/one.mp4,ann\n")
    assert read_manifest(tmp_path) == {Path("x/one.mp4"): ClipInfo("ann")}
    assert clip_speakers(tmp_path) == {"x/one.mp4": "ann"}
    for column in ("audio", "sound"):  # the former name
        manifest.write_text(f"path,identity,{column}\nx/one.mp4,ann,music\n")
        assert not read_manifest(tmp_path)[Path("x/one.mp4")].has_speech
    manifest.write_text("file,who\nx/one.mp4,ann\n")
    with pytest.raises(InputError, match="identity"):
        read_manifest(tmp_path)


def test_manifests_of_sub_folders_name_clips_below_the_root_too(tmp_path):
    (tmp_path / "more").mkdir()
    (tmp_path / "manifest.csv").write_text("path,identity\na.mp4,ann\n")
    (tmp_path / "more" / "manifest.csv").write_text("path,identity\nmore/b.mp4,bob\n")
    assert clip_speakers(tmp_path) == {"a.mp4": "ann", "more/b.mp4": "bob"}


def test_a_certain_delay_is_kept_and_a_guess_is_not(tmp_path):
    manifest = tmp_path / "manifest.csv"
    header = "path,identity,lag,z,frontal\n"
    manifest.write_text(f"{header}a.mp4,ann,+0.10,9,3\nb.mp4,bob,-0.30,1.5,0\nc.mp4,cid,,,\n")
    clips = read_manifest(tmp_path)
    assert clips[Path("a.mp4")] == ClipInfo("ann", audio_delay=0.1)
    assert clips[Path("b.mp4")] == ClipInfo("bob", is_frontal=False)
    assert clips[Path("c.mp4")] == ClipInfo("cid")
    manifest.write_text(f"{header}a.mp4,ann,late,9,3\n")
    with pytest.raises(InputError, match="numbers"):
        read_manifest(tmp_path)


def test_clips_are_selected_by_the_split_of_their_speaker_and_by_speech(tmp_path):
    (tmp_path / "manifest.csv").write_text("path,identity,sound\na.mp4,hd_05,music\n")
    assert clip_filter(tmp_path, "validation", need_speech=False)("a.mp4")
    assert not clip_filter(tmp_path, "validation", need_speech=True)("a.mp4")
    assert not clip_filter(tmp_path, "test", need_speech=False)("a.mp4")
    assert clip_filter(tmp_path, None, need_speech=True)("somebody/b.mp4")
