"""Validation metrics of the content branch: lip motion on whole clips of unseen speakers."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from talkinghead.geometry.mouth import mouth_opening
from talkinghead.landmarks import MOUTH_LEFT, MOUTH_RIGHT
from talkinghead.models.content_branch import ContentBranch
from talkinghead.models.conv_encoder import encode_mel
from talkinghead.motion.predict import sharpen
from talkinghead.train.content.features import AudioEncoder, aligned_log_mel
from talkinghead.train.data.speakers import Speaker, corpus_of
from talkinghead.train.losses import correlation
from talkinghead.types import Array


@dataclass(frozen=True)
class ContentValidationClip:
    """One whole, undistorted clip."""

    speaker: Speaker
    mel: Array  # (STRIDE * t, 80)
    speaker_embedding: Array  # (256,)
    offsets: Array  # (t, 68, 3) true displacements, face widths
    corpus: str


def validation_clips(speakers: list[Speaker], encoder: AudioEncoder) -> list[ContentValidationClip]:
    """Every clip of the speakers."""
    clips = []
    for speaker in speakers:
        embedding = encoder.embed(speaker.speech)
        for clip in speaker.clips:
            mel = aligned_log_mel(clip.samples, len(clip.offsets))
            corpus = corpus_of(clip.source)
            clips.append(ContentValidationClip(speaker, mel, embedding, clip.offsets, corpus))
    return clips


def validate(net: ContentBranch, clips: list[ContentValidationClip]) -> dict[str, float]:
    """Metrics, each a mean over clips, then speakers, then corpora.

    `r_open` and `r_width` are Pearson correlations of mouth opening and width with the truth;
    `amp` is the predicted range of the opening over the true one.
    """
    device = next(net.parameters()).device
    corpora: dict[str, dict[str, list[tuple[float, float, float]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for clip in clips:
        face = torch.from_numpy(clip.speaker.neutral_face)[None].to(device)
        features = encode_mel(net.encoder, clip.mel, clip.speaker_embedding)
        with torch.inference_mode():
            raw = net(torch.from_numpy(features)[None].to(device), face)
        predicted = sharpen(raw[0].cpu().numpy())
        openings = (mouth_opening(offsets) for offsets in (predicted, clip.offsets))
        own, true = (torch.from_numpy(opening) for opening in openings)
        r_width = correlation(_width(predicted), _width(clip.offsets))
        amplitude = float(own.std() / true.std().clamp(min=1e-4))
        corpora[clip.corpus][clip.speaker.name].append((correlation(own, true), r_width, amplitude))
    metrics: dict[str, float] = {}
    means = []
    for corpus, speakers in sorted(corpora.items()):
        mean = np.mean([np.mean(rows, axis=0) for rows in speakers.values()], axis=0)
        means.append(mean)
        metrics |= {f"{corpus} r_open": float(mean[0]), f"{corpus} r_width": float(mean[1])}
    r_open, r_width, amplitude = np.mean(means, axis=0)
    metrics |= {"r_open": float(r_open), "r_width": float(r_width), "amp": float(amplitude)}
    metrics["score"] = float(r_open + 0.5 * r_width)
    return metrics


def _width(offsets: Array) -> Tensor:
    """(t, 68, 3) displacements to the (t,) change of mouth width."""
    return torch.from_numpy(offsets[:, MOUTH_RIGHT, 0] - offsets[:, MOUTH_LEFT, 0])
