"""A text becomes speech with the voices of this machine."""

from importlib.util import find_spec

import numpy as np
import pytest

import talkinghead.speech.voices as voices
from talkinghead.errors import InputError
from talkinghead.media.loading import load_audio
from talkinghead.sample_rates import RATE
from talkinghead.speech.espeak import espeak
from talkinghead.speech.synthesis import MARGIN, PEAK, note_on_voice, synthesize_speech
from talkinghead.speech.voices import Voice, find_voice, piper_voices


@pytest.fixture
def no_piper(monkeypatch):
    """Piper is not installed."""
    monkeypatch.setattr(voices, "piper_voices", dict)


def test_a_text_is_spoken_at_the_voice_s_own_rate_between_short_silences(no_piper):
    wave = synthesize_speech("Hello, my name is Pam.")
    assert wave.rate == espeak().rate
    assert 1 < wave.seconds < 4
    margin = round(MARGIN * wave.rate)
    assert not wave.samples[:margin].any()
    assert not wave.samples[-margin:].any()
    assert np.abs(wave.samples).max() == pytest.approx(PEAK)
    assert load_audio(wave).rate == RATE


def test_another_language_is_pronounced_in_another_way(no_piper):
    english, german, again = (synthesize_speech("Wind", name) for name in ("en-us", "de", "de"))
    assert english.seconds != pytest.approx(german.seconds, abs=0.01)
    assert again.seconds == pytest.approx(german.seconds, abs=0.01)


@pytest.mark.parametrize("text", ["", "   ", "...", "?!"])
def test_a_text_without_words_is_refused(text):
    with pytest.raises(InputError, match="write words"):
        synthesize_speech(text)


def test_an_unknown_voice_is_refused_with_the_known_ones(no_piper, tmp_path):
    with pytest.raises(InputError, match="unknown voice 'nobody'; give a file"):
        find_voice("nobody")
    with pytest.raises(InputError, match=r"v\.onnx: no such file"):
        find_voice(str(tmp_path / "v.onnx"))


def test_without_a_synthesiser_one_line_says_what_to_install(no_piper, monkeypatch):
    monkeypatch.setattr(voices, "has_espeak", lambda: False)
    with pytest.raises(InputError, match=r"pip install 'talkinghead\[piper\]'") as caught:
        find_voice()
    assert "\n" not in str(caught.value)


def test_a_robotic_voice_is_noted(tmp_path):
    assert "pip install 'talkinghead[piper]'" in str(note_on_voice(Voice("en-us")))
    assert note_on_voice(Voice("joe", tmp_path / "joe.onnx")) is None


def test_piper_voices_are_found_by_name_the_user_s_before_the_packages(tmp_path, monkeypatch):
    folder = tmp_path / "talkinghead" / "voices"
    folder.mkdir(parents=True)
    for name in ("de_DE-eva-low.onnx", "de_DE-eva-low.onnx.json", "half.onnx"):
        (folder / name).write_text("-")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(voices, "find_spec", lambda name: name)
    monkeypatch.setattr(voices, "_packaged_voices", lambda: ())
    model = folder / "de_DE-eva-low.onnx"
    assert piper_voices() == {"de_DE-eva-low": model}
    voice = Voice("de_DE-eva-low", model)
    assert find_voice() == find_voice("eva") == find_voice(str(model)) == voice
    assert find_voice("en-us") == Voice("en-us")


@pytest.mark.skipif(find_spec("piper") is None, reason="Piper is not installed")
def test_a_file_that_is_no_piper_voice_is_refused(tmp_path):
    for name in ("eva.onnx", "eva.onnx.json"):
        (tmp_path / name).write_text("-")
    with pytest.raises(InputError, match=r"eva\.onnx: is no Piper voice"):
        synthesize_speech("Hello", str(tmp_path / "eva.onnx"))


@pytest.mark.skipif(not piper_voices(), reason="no Piper voice is installed")
def test_piper_speaks_several_sentences_with_a_pause():
    one, two = (synthesize_speech(text) for text in ("Hello.", "Hello. My name is Joe."))
    assert one.rate == two.rate >= RATE
    assert two.seconds > one.seconds + 0.5
