"""SyncNet's confidence in rendered videos: does the finished mouth fit the words?

    python benchmarks/rendered_sync.py DATA --split test

From the first frame of every clip two videos are rendered: `ours`, moved by the clip's audio, and
`true lips`, moved by the landmarks of the clip itself, which takes the prediction out of the
question. Beside them the `original` itself, and the original with a `stranger`'s audio, the chance
level.
lse_c and near are those of 'talkinghead evaluate sync', means over clips, then over speakers.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from talkinghead.errors import InputError
from talkinghead.evaluate.clips import find_clips, read_clips
from talkinghead.evaluate.render import RenderClip, read_render_clip, render_clip
from talkinghead.evaluate.report import SkippedClip, format_number, format_table
from talkinghead.evaluate.sync import ClipEmbeddings, compute_sync_metrics, embed_clip
from talkinghead.models import checkpoint
from talkinghead.models.syncnet import SyncNet
from talkinghead.pipeline import Animator
from talkinghead.sample_rates import STRIDE
from talkinghead.sync.score import SYNCNET_FILE, load_syncnet
from talkinghead.train.data.splits import clip_filter, clip_speakers
from talkinghead.types import Array, Video, Waveform

METRICS = ("lse_c", "near")


def embed_frames(
    syncnet: SyncNet, animator: Animator, frames: Iterable[Array], fps: float, wave: Waveform
) -> ClipEmbeddings:
    """Embed a rendered video, whose face is detected again."""
    kept = list(frames)
    points = animator.face_detector.track(kept)
    if not np.isfinite(points).all():
        raise InputError("a rendered frame shows no face")
    return embed_clip(syncnet, kept, fps, wave, points)


def measure_clip(
    video: Video, clip: RenderClip, animator: Animator, syncnet: SyncNet, stranger: Array | None
) -> dict[str, dict[str, float]]:
    """Metrics of the original, the renderings, and the original with a log-mel (m, bands)."""
    wave = video.audio
    if wave is None:
        raise InputError("no audio")
    original = embed_clip(syncnet, clip.frames, video.fps, wave, clip.track.points)
    subject = animator.photo(clip.portrait, size="full")
    moved = animator.animate(subject, wave)
    renderings = {
        "ours": embed_frames(syncnet, animator, moved.frames, moved.fps, wave),
        "true lips": embed_frames(
            syncnet, animator, render_clip(clip, subject.renderer), video.fps, wave
        ),
    }
    rows = {"original": compute_sync_metrics(syncnet, original, original.mel)}
    for name, embedded in renderings.items():
        rows[name] = compute_sync_metrics(syncnet, embedded, embedded.mel)
    if stranger is not None:
        repeated = np.tile(stranger, (-(-STRIDE * original.frames // len(stranger)) + 1, 1))
        rows["stranger"] = compute_sync_metrics(syncnet, original, repeated)
    return rows | {"mel": original.mel}  # type: ignore[dict-item]


def main() -> None:
    """Print a table of all rows, by speaker."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", default="test")
    parser.add_argument("--clips", type=int, default=3, help="of a speaker (default: %(default)s)")
    args = parser.parse_args()
    animator, speakers = Animator(), clip_speakers(args.data)
    syncnet = load_syncnet(checkpoint.FOLDER / SYNCNET_FILE, "cpu")
    sources = find_clips(args.data, clip_filter(args.data, args.split, need_speech=True))
    taken: dict[str, int] = defaultdict(int)
    chosen = []
    for source in sources:
        name = speakers.get(source.name, source.group)
        taken[name] += 1
        if taken[name] <= args.clips:
            chosen.append(source)
    skipped: list[SkippedClip] = []
    rows: dict[str, dict[str, list[dict[str, float]]]] = defaultdict(lambda: defaultdict(list))
    stranger = None
    for source, video in read_clips(args.data, chosen, lambda clip: clip.read(), skipped):
        try:
            clip = read_render_clip(video, animator.face_detector)
            metrics = measure_clip(video, clip, animator, syncnet, stranger)
        except InputError as error:
            print(f"left out {source.name}: {error}")
            continue
        stranger = np.asarray(metrics.pop("mel"))
        for kind, row in metrics.items():
            rows[kind][speakers.get(source.name, source.group)].append(row)
    table = []
    for kind, by_speaker in rows.items():
        means = [
            np.mean([[row[metric] for metric in METRICS] for row in own], axis=0)
            for own in by_speaker.values()
        ]
        table.append([kind, *(format_number(float(value)) for value in np.mean(means, axis=0))])
    print(format_table([f"{len(rows['original'])} speakers", *METRICS], table))


if __name__ == "__main__":
    main()
