"""Audio-only speakers get the lip motion of a teacher, and a fixed share of the batches."""

import numpy as np
import pytest
import torch

from talkinghead.landmarks import JAW, MOUTH
from talkinghead.models.content_branch import ContentBranch, ContentBranchSize
from talkinghead.sample_rates import FRAME_SAMPLES, MEL_FPS, RATE
from talkinghead.train.content.batches import SAMPLING_POWER
from talkinghead.train.content.features import AudioEncoder, aligned_log_mel
from talkinghead.train.content.pseudo_labels import (
    CLIPS_PER_SPEAKER,
    MAX_FRAMES,
    MIN_FRAMES,
    audio_only_speakers,
    branch_teacher,
    coarticulation_teacher,
    context_features,
    fit_coarticulation,
)
from talkinghead.train.data.speakers import Speaker, SpeechClip
from talkinghead.train.data.speech import Utterance
from talkinghead.types import Array

PHONES = 4
VIDEO_SPEAKERS = [
    Speaker(
        name, np.full((68, 3), i, np.float32),
        [SpeechClip(np.zeros(0), np.zeros((40, 68, 3)), name)],
    )
    for i, name in enumerate("ab")
]  # fmt: skip


def spoken(speaker: str, samples: Array, embedding: Array) -> Utterance:
    frames = len(samples) * MEL_FPS // RATE
    phones = np.zeros(frames, np.int8)
    return Utterance(samples, phones, np.zeros(frames), embedding, speaker, "read/1")


def hiss(speaker: str, frames: int) -> Utterance:
    rng = np.random.default_rng(frames)
    samples = rng.normal(0, 0.1, frames * FRAME_SAMPLES).astype(np.float32)
    return spoken(speaker, samples, np.full(256, len(speaker), np.float32))


def echo(samples: Array, embedding: Array, face: Array) -> Array:
    """A teacher whose lip motion tells what it was predicted from."""
    offsets = np.zeros((len(samples) // FRAME_SAMPLES, 68, 3), np.float32)
    offsets[:, 0, 0], offsets[:, 1, 1] = embedding[0], face[0, 0]
    return offsets


def test_a_speaker_keeps_one_face_and_the_own_embedding() -> None:
    utterances = [hiss(name, 30) for name in ("x", "yy", "x")]
    for speaker in audio_only_speakers(echo, utterances, VIDEO_SPEAKERS, share=1):
        assert speaker.embedding is not None
        for clip in speaker.clips:
            assert clip.samples.size == FRAME_SAMPLES * len(clip.offsets)
            assert (clip.offsets[:, 0, 0] == len(speaker.name)).all()
            assert (clip.offsets[:, 1, 1] == speaker.neutral_face[0, 0]).all()


def test_short_utterances_are_left_out_long_ones_cut_and_their_number_is_limited() -> None:
    frames = [MIN_FRAMES - 1, MAX_FRAMES + 9, *[MIN_FRAMES] * CLIPS_PER_SPEAKER]
    (speaker,) = audio_only_speakers(echo, [hiss("x", n) for n in frames], VIDEO_SPEAKERS, share=1)
    expected = [MAX_FRAMES, *[MIN_FRAMES] * (CLIPS_PER_SPEAKER - 1)]
    assert [len(clip.offsets) for clip in speaker.clips] == expected
    assert audio_only_speakers(echo, [hiss("x", MIN_FRAMES - 1)], VIDEO_SPEAKERS, share=1) == []


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_they_are_drawn_a_fixed_share_as_often_as_speakers_with_video(share: float) -> None:
    utterances = [hiss(str(i), 30 + i) for i in range(7)]
    speakers = audio_only_speakers(echo, utterances, VIDEO_SPEAKERS, share=share)
    of_video_speakers = sum(speaker.frames**SAMPLING_POWER for speaker in VIDEO_SPEAKERS)
    own = sum(s.sampling_weight * s.frames**SAMPLING_POWER for s in speakers)
    assert own == pytest.approx(share * of_video_speakers)


def test_branches_teach_the_mean_of_their_predictions_for_undistorted_speech() -> None:
    torch.manual_seed(0)
    sizes = (
        {"input_channels": 12, "stride": 2, "speaker_channels": 256},
        {"input_channels": 80, "stride": 4},
    )
    nets = [
        ContentBranch(ContentBranchSize(lstm_channels=8, conv_channels=8, **size)).eval()
        for size in sizes
    ]
    utterance, face = hiss("x", 40), np.ones((68, 3), np.float32)
    mel = torch.from_numpy(aligned_log_mel(utterance.samples, 40))[None]
    embedding = torch.from_numpy(utterance.speaker_embedding)[None]
    with torch.inference_mode():
        predictions = [
            net(net.encode(mel, embedding), torch.from_numpy(face)[None])[0].numpy() for net in nets
        ]
    labels = branch_teacher(nets)(utterance.samples, utterance.speaker_embedding, face)
    np.testing.assert_allclose(labels, np.mean(predictions, axis=0), atol=1e-6)


def phone_encoder() -> AudioEncoder:
    """Recognises one of four phones: which quarter of the bands is loudest."""

    def encode(mel: Array, _: Array) -> Array:
        return np.eye(PHONES)[mel.reshape(len(mel), PHONES, -1).mean(axis=2).argmax(1)]

    embedding = np.ones(256, np.float32) / 16
    return AudioEncoder(encode, lambda _: embedding)


def tones(rng: np.random.Generator, frames: int) -> tuple[Array, Array]:
    """Tones of four frequencies, 0.2 s each, and the phone of each motion frame."""
    phones = rng.integers(PHONES, size=frames // 5 + 1).repeat(5)[:frames]
    hz = np.array([300.0, 900.0, 2200.0, 5200.0])[phones].repeat(FRAME_SAMPLES)
    samples = 0.3 * np.sin(2 * np.pi * np.cumsum(hz) / RATE)
    return samples.astype(np.float32), phones


def tone_speaker(name: str, rng: np.random.Generator) -> Speaker:
    clips = []
    for _ in range(4):
        samples, phones = tones(rng, 75)
        offsets = rng.normal(0, 0.002, (75, 68, 3)).astype(np.float32)
        offsets[:, MOUTH, 1] += (0.05 * (phones == 2))[:, None]
        clips.append(SpeechClip(samples, offsets, f"video/{name}"))
    return Speaker(name, np.zeros((68, 3), np.float32), clips)


def label(speakers: list[Speaker], samples: Array) -> Array:
    """The lip motion that a coarticulation model of the speakers predicts."""
    encoder = phone_encoder()
    teacher = coarticulation_teacher(fit_coarticulation(speakers, encoder), encoder)
    utterance = spoken("x", samples, np.zeros(256, np.float32))
    (speaker,) = audio_only_speakers(teacher, [utterance], speakers, share=0.5)
    return speaker.clips[0].offsets


def test_unseen_voices_move_their_lips_at_the_phones_that_did_in_the_videos() -> None:
    rng = np.random.default_rng(0)
    speakers = [tone_speaker(name, rng) for name in "abc"]
    samples, phones = tones(rng, 100)
    lips = label(speakers, samples)[:, MOUTH, 1].mean(axis=1)
    assert np.corrcoef(lips, phones == 2)[0, 1] > 0.8
    assert lips.std() == pytest.approx(0.05 * (phones == 2).std(), rel=0.35)


def test_only_lips_and_jaw_are_labelled() -> None:
    rng = np.random.default_rng(1)
    speakers = [tone_speaker(name, rng) for name in "ab"]
    offsets = label(speakers, tones(rng, 100)[0])
    others = np.ones(68, dtype=bool)
    others[MOUTH], others[JAW] = False, False
    assert np.abs(offsets[:, others]).max() < 1e-6


def test_context_reaches_as_far_into_the_past_as_into_the_future() -> None:
    phones = np.zeros((100, PHONES))
    phones[50] = 1
    context = context_features(np.zeros((200, 80)), phones, 50).reshape(50, -1)[:, : 5 * PHONES]
    reached = np.flatnonzero(context.sum(axis=1) > 1e-3)
    assert abs((reached.min() + reached.max()) / 2 - 25) <= 1
