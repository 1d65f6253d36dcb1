"""The shipped weights predict stored golden curves for the example recordings.

Constants of the acoustic front end and weights depend on each other: a shifted log-mel breaks no
shape and no other test, yet ruins every prediction. After an intended change,
`python -m tests.test_golden` rewrites the curves.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from talkinghead import Animator
from talkinghead.assets import asset_folder
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth, mouth_opening
from talkinghead.landmarks import MOUTH_LEFT, MOUTH_RIGHT
from talkinghead.media.audio import read_audio
from talkinghead.media.loudness import normalise_loudness
from talkinghead.models import checkpoint, mel
from talkinghead.models.content_branch import ContentBranch, ContentBranchSize
from talkinghead.models.conv_encoder import SUBSAMPLING
from talkinghead.models.translator import CHANNELS, Translator, TranslatorSize
from talkinghead.motion.predict import predict_content_motion
from talkinghead.sample_rates import FPS, STRIDE
from talkinghead.speech.content_encoder import ContentVoiceEncoder
from talkinghead.speech.f0 import normalise_f0, track_f0
from talkinghead.sync.crops import sync_log_mel
from talkinghead.sync.score import embed_audio, embed_faces, load_syncnet, offset_curve
from talkinghead.types import Array, FaceShape, SpeechFeatures, Waveform

GOLDEN = Path(__file__).parent / "golden" / "shipped_weights.npz"
RECORDINGS = ("hello_slt", "morning_rms")
MIN_CORRELATION = 0.99
TOLERANCE = 0.05  # of mean and standard deviation, in standard deviations of the golden curve

pytestmark = pytest.mark.weights
FACE = FaceShape(close_mouth(mean_face()).astype(np.float32))


@cache
def load_animator() -> Animator:
    """The shipped networks, loaded once."""
    return Animator(device="cpu")


def recording(name: str) -> Waveform:
    """One of the examples."""
    return read_audio(asset_folder("examples") / f"{name}.wav")


def speech_curves(wave: Waveform) -> Iterator[tuple[str, Array]]:
    """Features and motion of a recording on the mean face, from all networks but two."""
    animator = load_animator()
    features = animator.extract_features(wave)
    track = animator.predict_motion(features, FACE)
    yield "opening", mouth_opening(track.points)
    yield "width", track.points[:, MOUTH_RIGHT, 0] - track.points[:, MOUTH_LEFT, 0]
    yield from zip(("yaw", "pitch", "roll"), track.pose.T, strict=False)
    yield "voice_activity", features.voice_activity
    assert features.lip_closure is not None
    yield from zip(("closed", "open"), features.lip_closure.T, strict=True)
    yield "content_mean", features.content.mean(axis=0)
    yield "content_std", features.content.std(axis=0)
    yield "speaker_embedding", features.speaker_embedding

    normalised = normalise_loudness(wave)
    hz = track_f0(normalised)
    yield "f0", hz[::STRIDE]
    yield "decoded_mel", decoded_mel(animator, features, normalise_f0(hz)).mean(axis=0)
    yield "log_mel_opening", log_mel_opening(normalised, features)


def decoded_mel(animator: Animator, features: SpeechFeatures, f0: Array) -> Array:
    """(t, MEL_BANDS) log-mel of a recording, decoded with its own speaker embedding."""
    encoder = animator.models.content_encoder
    assert isinstance(encoder, ContentVoiceEncoder)
    frames = SUBSAMPLING * len(features.content)
    f0 = np.pad(f0, ((0, frames - len(f0)), (0, 0)), mode="edge")
    batch = (torch.from_numpy(x)[None] for x in (features.content, features.speaker_embedding, f0))
    with torch.inference_mode():
        return encoder.net.decode(*batch)[0].numpy()


def log_mel_opening(wave: Waveform, features: SpeechFeatures) -> Array:
    """(t,) mouth opening by the content branch that takes the log-mel as content."""
    path = checkpoint.FOLDER / "content_mel.safetensors"
    net = checkpoint.build(ContentBranch, ContentBranchSize, path)
    log_mel = mel.log_mel(wave)
    plain = SpeechFeatures(
        log_mel, features.voice_activity, features.speaker_embedding, encoder_features=log_mel
    )
    return mouth_opening(predict_content_motion(net, plain, FACE).points)


def sync_curve(wave: Waveform, frames: int) -> Array:
    """(31,) SyncNet distances between a recording and a drawn mouth that opens at 3 Hz."""
    net = load_syncnet()
    y, x = np.mgrid[: net.size.side, : net.size.side] / net.size.side - 0.5
    height = 0.02 + 0.15 * (1 + np.sin(2 * np.pi * 3 * np.arange(frames) / FPS))
    inside = (x / 0.3) ** 2 + (y / height[:, None, None]) ** 2 < 1
    crops = np.where(inside, 40, 170).astype(np.uint8)
    return offset_curve(embed_faces(net, crops), embed_audio(net, sync_log_mel(wave), frames))


def translator_maps() -> Iterator[tuple[str, Array]]:
    """Flow and colour change of smooth random conditioning, as means over 8 x 8 pixels."""
    net = checkpoint.build(Translator, TranslatorSize, checkpoint.FOLDER / "translator.safetensors")
    side = net.size.side
    noise = np.random.default_rng(0).normal(size=(CHANNELS, side, side))
    smooth = gaussian_filter(noise, (0, 4, 4))
    inputs = np.clip(smooth / smooth.std() / 4, -0.5, 0.5).astype(np.float32)
    with torch.inference_mode():
        output = net(torch.from_numpy(inputs)[None], torch.ones(1, 3, side, side))
    for name, values in output._asdict().items():
        blocks = values[0].numpy().reshape(-1, side // 8, 8, side // 8, 8)
        yield name, blocks.mean(axis=(2, 4)).ravel()


def curves_of(name: str) -> dict[str, Array]:
    """Every curve of one recording."""
    wave = recording(name)
    curves = dict(speech_curves(wave))
    curves["sync"] = sync_curve(wave, len(curves["opening"]))
    return {f"{name}/{curve}": values for curve, values in curves.items()}


def differing(curves: Mapping[str, Array]) -> list[str]:
    """The names of the curves that differ from the golden ones."""
    names = []
    with np.load(GOLDEN) as golden:
        for name, actual in curves.items():
            expected = golden[name].astype(np.float64)
            spread = expected.std()
            fits = (
                actual.shape == expected.shape
                and np.corrcoef(actual, expected)[0, 1] > MIN_CORRELATION
                and abs(actual.mean() - expected.mean()) < TOLERANCE * spread
                and abs(actual.std() - spread) < TOLERANCE * spread
            )
            names += [] if fits else [name]
    return names


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_shipped_weights_predict_the_golden_curves(name: str) -> None:
    assert differing(curves_of(name)) == []


def test_the_shipped_translator_gives_the_golden_output() -> None:
    assert differing({f"translator/{name}": values for name, values in translator_maps()}) == []


def test_no_golden_curve_is_left_untested() -> None:
    with np.load(GOLDEN) as golden:
        parts = {name.split("/")[0] for name in golden.files}
    assert parts == {*RECORDINGS, "translator"}
    assert GOLDEN.stat().st_size < 60_000


@pytest.mark.parametrize(
    ("constant", "value"),
    [
        ("LOG_OFFSET", mel.LOG_OFFSET + 0.75 * mel.LOG_SCALE),  # 0.75 of the log-mel's spread
        ("LOG_SCALE", 1.25 * mel.LOG_SCALE),
        ("MAX_HZ", 8000.0),
        ("WINDOW", 512),
    ],
)
def test_a_changed_front_end_constant_changes_the_curves(
    constant: str, value: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mel, constant, value)
    mel.filterbank.cache_clear()
    try:
        curves = curves_of(RECORDINGS[0])
    finally:
        mel.filterbank.cache_clear()
    changed = {name.split("/")[1] for name in differing(curves)}
    assert changed
    assert "f0" not in changed  # it does not depend on the log-mel
    if constant.startswith("LOG"):
        assert {"opening", "content_mean", "log_mel_opening", "sync"} & changed


def main() -> None:
    """Rewrite the golden curves."""
    curves = {name: values for part in RECORDINGS for name, values in curves_of(part).items()}
    curves |= {f"translator/{name}": values for name, values in translator_maps()}
    stored = {name: values.astype(np.float32) for name, values in curves.items()}
    np.savez_compressed(GOLDEN, **stored)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
