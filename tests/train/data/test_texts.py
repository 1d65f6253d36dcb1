"""Random text: the same for the same seed, speakable, in every language."""

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.train.data.texts import LANGUAGES, english_text, foreign_text


def many(draw, seed, count=40):
    rng = np.random.default_rng(seed)
    return [draw(rng) for _ in range(count)]


def test_the_same_seed_gives_the_same_sentences():
    assert many(english_text, 7) == many(english_text, 7) != many(english_text, 8)


def test_english_is_words_and_numbers_with_every_slot_filled():
    for text in many(english_text, 1):
        words = [word.strip(",") for word in text.split()]
        assert all(word.replace("'", "").isalnum() for word in words)
        assert 9 <= len(words) <= 25


def test_english_uses_thousands_of_words():
    assert len({word for text in many(english_text, 2, 1500) for word in text.split()}) > 3000


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_varied_text_of_some_words(language):
    texts = many(lambda rng: foreign_text(language, rng), 3)
    assert len(set(texts)) == len(texts)
    assert all(7 <= len(text.split()) <= 12 for text in texts)
    assert texts == many(lambda rng: foreign_text(language, rng), 3)


def test_an_unknown_language_is_refused():
    with pytest.raises(InputError, match="klingon"):
        foreign_text("klingon", np.random.default_rng(0))
