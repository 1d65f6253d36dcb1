"""How well lips can be predicted from audio: from other clips of the speaker, or of others.

    python benchmarks/predictability.py EXAMPLES

The former bounds the latter, and what `talkinghead evaluate motion` can reach on such clips. Both
are linear maps of the encoder features (talkinghead/train/content/pseudo_labels.py), cross-
validated.
"""

import argparse
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np

from talkinghead.evaluate.motion_metrics import correlation
from talkinghead.geometry.mouth import mouth_opening, mouth_width
from talkinghead.models import checkpoint
from talkinghead.speech.content_encoder import CONTENT_VOICE_FILE
from talkinghead.train.content.features import AudioEncoder, content_voice_encoder
from talkinghead.train.content.pseudo_labels import (
    CoarticulationModel,
    extract_context,
    fit_coarticulation,
)
from talkinghead.train.data.clips import read_examples
from talkinghead.train.data.speakers import Speaker, corpus_of, group_speakers
from talkinghead.train.data.splits import is_test_speaker

FOLDS = 4


def correlations(
    model: CoarticulationModel, speaker: Speaker, encoder: AudioEncoder
) -> list[tuple[float, float]]:
    """Correlation of opening and width in each of a speaker's clips."""
    embedding, pairs = encoder.speaker_embedding(speaker), []
    for clip in speaker.clips:
        predicted = model(extract_context(clip.samples, len(clip.offsets), encoder, embedding))
        face = speaker.neutral_face
        lips, true = face + predicted, face + clip.offsets
        r_open = correlation(mouth_opening(predicted), mouth_opening(clip.offsets))
        pairs.append((r_open, correlation(mouth_width(lips), mouth_width(true))))
    return pairs


def split_fold(speaker: Speaker, fold: int) -> tuple[Speaker, Speaker]:
    """A speaker without the clips of a fold, and with only those."""
    held_out = speaker.clips[fold::FOLDS]
    training = [clip for index, clip in enumerate(speaker.clips) if index % FOLDS != fold]
    return replace(speaker, clips=training), replace(speaker, clips=held_out)


def main() -> None:
    """Print a line for every speaker with enough clips, and the means of each corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=Path, help="what 'talkinghead preprocess clips' made")
    parser.add_argument(
        "--min-clips", type=int, default=20, help="clips of a speaker (default: 20)"
    )
    parser.add_argument(
        "--max-clips", type=int, default=80, help="clips used of a speaker (default: 80)"
    )
    args = parser.parse_args()
    encoder = content_voice_encoder(checkpoint.FOLDER / CONTENT_VOICE_FILE)
    examples = (
        example for example in read_examples(args.examples) if not is_test_speaker(example.speaker)
    )
    speakers = [
        replace(
            speaker,
            embedding=encoder.embed(speaker.speech),
            clips=speaker.clips[:: -(-len(speaker.clips) // args.max_clips)],
        )
        for speaker in group_speakers(examples)
    ]
    rows: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    print(f"{'speaker':16}{'clips':>6}   own clips  others' clips   (r_open / r_width)")
    for fold in range(FOLDS):
        others = fit_coarticulation(
            [speaker for index, speaker in enumerate(speakers) if index % FOLDS != fold], encoder
        )
        for speaker in speakers[fold::FOLDS]:
            if len(speaker.clips) < args.min_clips:
                continue
            own = []
            for part in range(FOLDS):
                training, held_out = split_fold(speaker, part)
                own += correlations(fit_coarticulation([training], encoder), held_out, encoder)
            row = (*np.mean(own, axis=0), *np.mean(correlations(others, speaker, encoder), axis=0))
            rows[corpus_of(speaker.clips[0].source)].append(row)
            print(_line(speaker.name, len(speaker.clips), row), flush=True)
    for source, values in sorted(rows.items()):
        print(_line(f"mean {source}", len(values), tuple(np.mean(values, axis=0))))


def _line(name: str, count: int, row: tuple[float, ...]) -> str:
    own, other = row[:2], row[2:]
    return f"{name:16}{count:6}   {own[0]:.2f} / {own[1]:.2f}  {other[0]:.2f} / {other[1]:.2f}"


if __name__ == "__main__":
    main()
