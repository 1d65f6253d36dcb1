"""Styles are chosen by their predicted motion, from training speakers with free licences."""

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.train.data.array_store import write_arrays
from talkinghead.train.data.splits import split_of
from talkinghead.train.speaker.styles import (
    STYLES,
    agrees_with_name,
    choose_speakers,
    find_candidates,
    make_styles,
)


@pytest.fixture
def speakers(rng):
    """The ranges of 40 speakers."""
    return {f"t-{i}": np.exp(rng.normal(0, 0.4, size=3)) for i in range(40)}


def test_names_say_who_moves_least_and_most_and_how(speakers):
    styles = choose_speakers(speakers)
    amount = {speaker: np.log(ranges).sum() for speaker, ranges in speakers.items()}
    order = [amount[styles[name]] for name in ("calm", "steady", "even", "brisk", "lively")]
    assert order == sorted(order)
    assert order[0] == min(amount.values())
    assert order[-1] >= np.quantile(list(amount.values()), 0.8)
    nod = {name: np.log(speakers[s][1] / speakers[s][0]) for name, s in styles.items()}
    assert nod["nodding"] > nod["even"] > nod["turning"]


def test_no_speaker_is_chosen_twice(speakers):
    assert len(set(choose_speakers(speakers).values())) == len(STYLES)


def test_too_few_speakers_to_choose_among_are_refused(speakers):
    with pytest.raises(InputError, match="5 speakers; to choose among"):
        choose_speakers(dict(list(speakers.items())[:5]))


def test_a_name_needs_motion_that_agrees_with_it():
    even = {"yaw": 1.0, "pitch": 1.0, "roll": 0.5}
    more = {axis: 1.5 * value for axis, value in even.items()}
    assert agrees_with_name("lively", more, even)
    assert not agrees_with_name("calm", more, even)
    assert not agrees_with_name("nodding", more, even)
    assert agrees_with_name("nodding", even | {"pitch": 1.5}, even)
    assert agrees_with_name("even", even, even)


def save(folder, speaker, source, embedding, seconds=10.0):
    write_arrays(
        folder / f"{source}.npz",
        phones=np.zeros(round(100 * seconds), np.int8),
        source=source,
        speaker=speaker,
        speaker_embedding=embedding.astype(np.float16),
    )


@pytest.fixture
def folder(rng, tmp_path):
    """Utterances of 60 readers, and of speakers who may not be stored."""
    for number in range(60):
        embedding = rng.normal(size=256)
        source = f"speech/librispeech/{number}-1-0000"
        save(tmp_path, f"librispeech/{number}", source, embedding / np.linalg.norm(embedding))
    embedding = np.eye(256)[0]
    save(tmp_path, "hd_01", "talking/hdtf/hd_01", embedding)  # for research only
    save(tmp_path, "flite/rms", "synthetic/flite/rms", embedding)  # held out
    save(tmp_path, "flite/awb", "synthetic/flite/awb", embedding, seconds=2)  # too short
    save(tmp_path, "flite/slt", "synthetic/flite/slt", embedding)
    return tmp_path


def test_candidates_are_training_speakers_of_families_that_may_be_redistributed(folder):
    candidates = {candidate.speaker: candidate for candidate in find_candidates(folder)}
    readers = [n for n in range(60) if split_of(f"librispeech/{n}") == "train"]
    assert set(candidates) == {"flite-slt", *(f"librispeech-{n}" for n in readers)}
    assert all(abs(np.linalg.norm(c.embedding) - 1) < 1e-6 for c in candidates.values())


def test_a_folder_without_candidates_is_refused(tmp_path):
    save(tmp_path, "hd_01", "talking/hdtf/hd_01", np.eye(256)[0])
    with pytest.raises(InputError, match="no speaker of librispeech"):
        list(find_candidates(tmp_path))


def predict_ranges(embeddings):
    return np.exp(4 * embeddings[:, :3].astype(np.float64))


def test_every_style_is_a_candidates_embedding_under_a_name_that_agrees(folder):
    def measure(embedding):
        return dict(zip(("yaw", "pitch", "roll"), predict_ranges(embedding[None])[0], strict=True))

    embeddings = {c.speaker: c.embedding for c in find_candidates(folder)}
    styles = {style.name: style for style in make_styles(folder, predict_ranges, measure, "abc")}
    assert {"calm", "even", "lively"} <= styles.keys()
    assert styles["flite-slt"].speaker == "flite-slt"
    for style in styles.values():
        np.testing.assert_array_equal(style.speaker_embedding, embeddings[style.speaker])
        assert "CC BY" in style.origin or "flite" in style.origin
        assert style.speaker_branch == "abc"


def test_styles_that_all_move_alike_are_named_by_their_speakers(folder):
    alike = {"yaw": 1.0, "pitch": 1.0, "roll": 1.0}
    styles = make_styles(folder, predict_ranges, lambda _: alike, "abc")
    assert [style.name for style in styles if style.name in STYLES] == ["even"]
    assert all(style.name == style.speaker for style in styles if style.name != "even")
