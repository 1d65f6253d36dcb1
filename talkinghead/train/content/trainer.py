"""Trains the content branch: speech of many speakers to displacements of lips and jaw."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from talkinghead.errors import InputError
from talkinghead.models import checkpoint, conv_encoder
from talkinghead.models.content_branch import ContentBranch, ContentBranchSize
from talkinghead.models.content_voice import ContentVoiceModel
from talkinghead.models.conv_encoder import SUBSAMPLING
from talkinghead.models.mel import MEL_BANDS
from talkinghead.sample_rates import FPS, MEL_FPS, STRIDE
from talkinghead.speech.content_encoder import load_content_voice
from talkinghead.train.batches import Prefetcher
from talkinghead.train.content.batches import ContentBatches
from talkinghead.train.content.features import AudioEncoder, content_voice_encoder, log_mel_encoder
from talkinghead.train.content.metrics import ContentValidationClip, validate, validation_clips
from talkinghead.train.content.pseudo_labels import (
    audio_only_speakers,
    branch_teacher,
    coarticulation_teacher,
    fit_coarticulation,
)
from talkinghead.train.data.clips import read_examples
from talkinghead.train.data.speakers import Speaker, group_speakers
from talkinghead.train.data.speech import FAMILY_SHARES, read_utterances
from talkinghead.train.data.splits import by_split, split_of
from talkinghead.train.encoder.trainer import load_audio_encoder
from talkinghead.train.loop import Losses, ProgressCallback, TrainConfig, train
from talkinghead.train.losses import content_loss
from talkinghead.train.model_card import save_model

FEATURE_NOISE = 0.8  # standard deviation, added to encoder features against overfitting
# How often audio-only speakers are drawn, relative to those with video, by the kind of teacher.
COARTICULATION_SHARE, BRANCH_SHARE = 0.25, 0.5
MIN_AMPLITUDE = 0.6  # predicted over true range, below which the output is not scaled up further
MIN_SECONDS = 4.0  # of the clips in which the range of motion is measured


def train_content(
    data: Path,
    out: Path,
    run_folder: Path,
    config: TrainConfig,
    *,
    content_voice: Path | None = None,
    encoder_weights: Path | None = None,
    initial_weights: Path | None = None,
    speech: Path | None = None,
    teachers: Sequence[Path] = (),
    size: ContentBranchSize | None = None,
    batch_size: int = 32,
    device: str = "cpu",
    report: ProgressCallback | None = None,
) -> dict[str, float]:
    """Train on the examples in `data`; returns the metrics on the validation speakers.

    Writes weights and model card to `out`, checkpoints and curves to `run_folder`. The branch's
    encoder starts as `encoder_weights` or, without any, as that of the content-voice model
    `content_voice`; without one there is no encoder, and its input is the log-mel. With one, the
    utterances in `speech` join in, pseudo-labelled by a coarticulation model or by the content
    branches in `teachers`. With `initial_weights` the training goes on from another content branch.
    Test speakers are never used. Raises InputError for `speech` or
    `encoder_weights` without `content_voice`, and for `teachers` without `speech`.
    """
    if (speech or encoder_weights) and not content_voice:
        what = "audio-only speakers need" if speech else "an audio encoder needs"
        raise InputError(f"{what} a content-voice model; name one with --voice")
    if teachers and not speech:
        raise InputError(
            "teachers label audio-only speakers; name those, too, with --unlabelled-speech"
        )
    parts = by_split(read_examples(data), lambda example: example.speaker)
    video_speakers = group_speakers(parts["train"])
    encoder = content_voice_encoder(content_voice, device) if content_voice else log_mel_encoder()
    held_out = group_speakers(parts["validation"]) if parts["validation"] else video_speakers
    clips = validation_clips(held_out, encoder)
    audio_only = (
        _label_speech(speech, video_speakers, encoder, teachers, config.seed) if speech else []
    )
    make_batch = Prefetcher(
        ContentBatches(video_speakers + audio_only, encoder, size=batch_size, seed=config.seed)
    )
    noise = FEATURE_NOISE if content_voice else 0.0  # log-mel has bands masked already

    def loss(net: nn.Module, step: int) -> Losses:
        assert isinstance(net, ContentBranch)
        batch = make_batch(step).to(device)
        features = net.encode(batch.mel, batch.speaker_embedding)
        features = features + noise * torch.randn_like(features)
        lstm, conv = (
            content_loss(offsets, batch.offsets, batch.mask, batch.clip)
            for offsets in net.branch_outputs(features, batch.face)
        )
        return {name: lstm[name] + conv[name] for name in lstm}

    def validate_clips(net: nn.Module) -> dict[str, float]:
        assert isinstance(net, ContentBranch)
        return validate(net, clips)

    torch.manual_seed(config.seed)
    if initial_weights:
        net = checkpoint.build(ContentBranch, ContentBranchSize, initial_weights)
    elif content_voice:
        initial = load_audio_encoder(encoder_weights) if encoder_weights else None
        net = init_from_content_voice(load_content_voice(content_voice), size, initial)
    else:
        net = ContentBranch(size)
    train(net, loss, validate_clips, run_folder, config, device=device, report=report)
    amplitude = match_motion_range(net, clips)
    metrics = validate(net, clips)
    save_model(
        net, out, "content branch", net.size, config,
        settings={"batch_size": batch_size, "output_scale": round(1 / amplitude, 3)},
        description={
            "input": f"log-mel, {net.size.mel_bands} bands, {MEL_FPS} frames a second"
            + (", and a speaker embedding" if content_voice else ""),
            "content_voice_model": checkpoint.identity(content_voice) if content_voice else None,
            "audio_encoder": checkpoint.identity(encoder_weights) if encoder_weights else None,
            "output": "displacements of 68 landmarks in face widths, 25 frames a second",
            "initial_weights": checkpoint.identity(initial_weights) if initial_weights else None,
            "audio_only_speakers": len(audio_only),
            "teachers": [checkpoint.identity(path) for path in teachers],
            "training_frames": {speaker.name: speaker.frames for speaker in video_speakers},
            "validation_speakers": sorted({clip.speaker.name for clip in clips}),
        },
        metrics=metrics,
    )  # fmt: skip
    return metrics


def init_from_content_voice(
    content_voice: ContentVoiceModel,
    size: ContentBranchSize | None = None,
    encoder: conv_encoder.AudioEncoder | None = None,
) -> ContentBranch:
    """An untrained branch whose encoder is a copy of `encoder`, or of the content-voice model's."""
    encoder_shape = {
        "input_channels": content_voice.size.conv_channels,
        "mel_bands": MEL_BANDS,
        "speaker_channels": content_voice.size.speaker_channels,
    }
    size = replace(size or ContentBranchSize(), stride=STRIDE // SUBSAMPLING, **encoder_shape)
    net = ContentBranch(size)
    weights = (encoder or content_voice).state_dict()
    assert net.encoder is not None
    net.encoder.load_state_dict({name: weights[name] for name in net.encoder.state_dict()})
    return net


def match_motion_range(net: ContentBranch, clips: list[ContentValidationClip]) -> float:
    """Scale the output to the range of the speakers in `clips`; returns the range it had.

    Regression shrinks uncertain predictions: the mouths of unseen speakers would move too little.
    Only clips of MIN_SECONDS count, if there are any: in shorter ones a mouth that happens to
    hardly move makes any ratio large.
    """
    long = [clip for clip in clips if len(clip.offsets) >= MIN_SECONDS * FPS]
    amplitude = min(1 / MIN_AMPLITUDE, max(MIN_AMPLITUDE, validate(net, long or clips)["amp"]))
    net.scale_output(1 / amplitude)
    return amplitude


def _label_speech(
    speech: Path,
    video_speakers: list[Speaker],
    encoder: AudioEncoder,
    teachers: Sequence[Path],
    seed: int,
) -> list[Speaker]:
    """The training speakers of the utterances in `speech`, pseudo-labelled."""
    names = {speaker.name for speaker in video_speakers}
    utterances = (
        utterance
        for utterance in read_utterances(speech)
        if split_of(utterance.speaker) == "train"
        and utterance.speaker not in names
        and utterance.family in FAMILY_SHARES
    )
    if teachers:
        nets = [checkpoint.build(ContentBranch, ContentBranchSize, path) for path in teachers]
        teacher, share = branch_teacher(nets), BRANCH_SHARE
    else:
        model = fit_coarticulation(video_speakers, encoder)
        teacher, share = coarticulation_teacher(model, encoder), COARTICULATION_SHARE
    return audio_only_speakers(teacher, utterances, video_speakers, share=share, seed=seed)
