"""Programs written for SDA's library work: names, shapes, types and ranges are those of SDA."""

import runpy
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from talkinghead import sda
from talkinghead.errors import InputError, OutputError
from talkinghead.media.audio import write_wav
from talkinghead.media.video_reader import probe_video, read_video
from talkinghead.types import Waveform


@pytest.fixture(scope="module")
def animator(tiny_ckpt):
    return sda.VideoAnimator(gpu=-1, model_path=tiny_ckpt, size=64)


@pytest.fixture(scope="module")
def short(voice):
    return voice.samples[4000:8000]  # a quarter of a second


def test_paths_images_and_arrays_give_the_same_video(animator, short, tmp_path, portrait_image):
    picture, audio = tmp_path / "face.png", tmp_path / "speech.wav"
    Image.fromarray(portrait_image).save(picture)
    write_wav(Waveform(short, 16_000), audio)
    vid, aud = animator(str(picture), str(audio))
    assert (vid.shape, vid.dtype) == ((6, 3, 64, 64), np.float32)
    assert vid.min() >= 0
    assert 100 < vid.max() <= 255
    assert (aud.shape, aud.dtype) == ((4000, 1), np.int16)
    np.testing.assert_allclose(aud[:, 0], short * 32767, atol=2)
    for image in (portrait_image, Image.fromarray(portrait_image)):
        same, heard = animator(image, np.round(short * 32767).astype(np.int16), fs=16_000)
        np.testing.assert_array_equal(same, vid)
        np.testing.assert_allclose(heard, aud, atol=2)


def test_stereo_keeps_its_length_and_samples_need_a_rate(animator, short, portrait_image):
    vid, aud = animator(portrait_image, np.stack([short, short], axis=1), fs=8000)
    assert len(vid) == 12
    assert aud.shape == (8000, 1)
    with pytest.raises(AttributeError, match="fs="):
        animator(portrait_image, short)


def test_a_video_is_saved(animator, short, portrait_image, tmp_path):
    vid, aud = animator(portrait_image, short, fs=16_000)
    path = tmp_path / "generated.mp4"
    animator.save_video(vid, aud, path)
    video = read_video(path)
    assert np.abs(video.frames[0].transpose(2, 0, 1) - vid[0]).mean() < 6
    assert video.audio is not None
    assert video.audio.seconds == pytest.approx(0.25, abs=0.03)
    with pytest.raises(OutputError, match="exists"):
        animator.save_video(vid, aud, path, overwrite=False)
    animator.save_video(vid, aud, path, overwrite=True, scale=(96, 128))
    assert probe_video(path).size == (96, 128)
    with pytest.raises(InputError, match=r"\(t, 3, h, w\)"):
        animator.save_video(vid[0], aud, path)


def test_names_of_sdas_models_are_accepted_with_one_warning(monkeypatch):
    monkeypatch.setattr(sda, "_warned", set())
    with pytest.warns(UserWarning, match="'crema' are not part of this package"):
        assert sda._folder("crema") is None
    assert sda._folder("crema") is None  # filterwarnings turns a second one into an error
    with pytest.raises(InputError, match="grid, timit, crema, lrw"):
        sda.get_audio_feature_extractor("none")


def test_the_encoder_gives_a_feature_for_each_frame_of_video(short, monkeypatch):
    monkeypatch.setattr(sda, "_warned", {"grid"})
    encoder, info = sda.get_audio_feature_extractor("grid", gpu=-1)
    windows = sda.cut_audio_sequence(short, info["feature length"], info["overlap"], info["rate"])
    features = encoder(windows[None], [len(windows)])
    assert features.shape == (1, 7, encoder.channels)


def test_a_small_classifier_on_its_features_hears_another_speaker_speak(monkeypatch):
    monkeypatch.setattr(sda, "_warned", {"grid"})
    examples = Path(__file__).resolve().parents[1] / "examples"
    program = runpy.run_path(str(examples / "classify_sounds.py"))
    paths = [str(examples / name) for name in ("hello_slt.wav", "morning_rms.wav")]
    assert program["main"](paths) > 0.8
