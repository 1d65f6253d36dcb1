"""Styles are chosen by what they do, from voices that may be passed on and that nobody left out."""

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.train.splits import split_of
from talkinghead.train.store import write_arrays
from talkinghead.train.styles import NAMES, candidates, chosen, earned, make_styles


@pytest.fixture
def talkers(rng):
    """40 talkers' ranges."""
    return {f"t-{i}": np.exp(rng.normal(0, 0.4, size=3)) for i in range(40)}


def test_names_say_who_moves_least_and_most_and_how(talkers):
    styles = chosen(talkers)
    amount = {talker: np.log(row).sum() for talker, row in talkers.items()}
    order = [amount[styles[name]] for name in ("calm", "steady", "even", "brisk", "lively")]
    assert order == sorted(order)
    assert order[0] == min(amount.values())
    assert order[-1] >= np.quantile(list(amount.values()), 0.8)
    nod = {name: np.log(talkers[t][1] / talkers[t][0]) for name, t in styles.items()}
    assert nod["nodding"] > nod["even"] > nod["turning"]


def test_nobody_is_chosen_twice(talkers):
    assert len(set(chosen(talkers).values())) == len(NAMES)


def test_too_few_voices_to_choose_among_are_refused(talkers):
    with pytest.raises(InputError, match="voices"):
        chosen(dict(list(talkers.items())[:5]))


def test_a_name_is_earned_by_motion_that_bears_it_out():
    even = {"yaw": 1.0, "pitch": 1.0, "roll": 0.5}
    more = {axis: 1.5 * value for axis, value in even.items()}
    assert earned("lively", more, even)
    assert not earned("calm", more, even)
    assert not earned("nodding", more, even)
    assert earned("nodding", even | {"pitch": 1.5}, even)
    assert earned("even", even, even)


def store(folder, speaker, source, voice, seconds=10.0):
    phones = np.zeros(round(100 * seconds), np.int8)
    said = {"source": source, "speaker": speaker, "voice": voice.astype(np.float16)}
    write_arrays(folder / f"{source}.npz", phones=phones, **said)


@pytest.fixture
def folder(rng, tmp_path):
    """Utterances of 60 readers, and of those who may not be stored."""
    for number in range(60):
        voice = rng.normal(size=256)
        store(tmp_path, f"librispeech/{number}", f"speech/librispeech/{number}-1-0000",
              voice / np.linalg.norm(voice))  # fmt: skip
    one = np.eye(256)[0]
    store(tmp_path, "hd_01", "talking/hdtf/hd_01", one)  # for research only
    store(tmp_path, "flite/rms", "synthetic/flite/rms", one)  # left out
    store(tmp_path, "flite/awb", "synthetic/flite/awb", one, seconds=2)  # hardly heard
    store(tmp_path, "flite/slt", "synthetic/flite/slt", one)
    return tmp_path


def test_only_voices_that_may_be_passed_on_and_were_trained_on_are_candidates(folder):
    found = {one.talker: one for one in candidates(folder)}
    readers = [n for n in range(60) if split_of(f"librispeech/{n}") == "train"]
    assert set(found) == {"flite-slt", *(f"librispeech-{n}" for n in readers)}
    assert all(abs(np.linalg.norm(one.voice) - 1) < 1e-6 for one in found.values())


def head(voices):
    return np.exp(4 * voices[:, :3].astype(np.float64))


def test_every_style_is_a_candidates_voice_under_a_name_it_keeps(folder):
    def measure(voice):
        return dict(zip(("yaw", "pitch", "roll"), head(voice[None])[0], strict=True))

    known = {one.talker: one.voice for one in candidates(folder)}
    styles = {one.name: one for one in make_styles(folder, head, measure, "abc")}
    assert {"calm", "even", "lively"} <= styles.keys()
    assert styles["flite-slt"].talker == "flite-slt"
    for one in styles.values():
        np.testing.assert_array_equal(one.voice, known[one.talker])
        assert "CC BY" in one.origin or "flite" in one.origin


def test_where_all_move_alike_styles_are_named_by_their_talkers(folder):
    alike = {"yaw": 1.0, "pitch": 1.0, "roll": 1.0}
    styles = make_styles(folder, head, lambda _: alike, "abc")
    assert [one.name for one in styles if one.name in NAMES] == ["even"]
    assert all(one.name == one.talker for one in styles if one.name != "even")
