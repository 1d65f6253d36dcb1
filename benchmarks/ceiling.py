"""What lips without a fault would get by 'talkinghead evaluate motion', clip by clip.

The detector's part: each clip is looked at twice, as it is and somewhat turned and smaller. Were
the truth without noise, the two curves would be one. Where they correlate by a, faultless lips
correlate with either by the root of a (Spearman 1904) at most: an error that both looks share is
not seen. `noise` is how much of the truth's trembling the looks do not share.
The film's part: lips that do what the film's do, but in step with the sound, by the sync expert's
word (`late`), or at rest where nobody is heard, as `silence` asks for (`rest`), or `both`.
Some three minutes on two cores: python benchmarks/ceiling.py DATA --split test
"""

import argparse
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from talkinghead.errors import InputError
from talkinghead.evaluate.loudness import silent_frames
from talkinghead.evaluate.metrics import correlation, ratio, shake
from talkinghead.evaluate.motion import Offset, truth_of
from talkinghead.evaluate.report import ClipFigures, Report, Skip
from talkinghead.evaluate.sources import Follower, each_clip
from talkinghead.evaluate.sync import offset_of
from talkinghead.face.mesh import MediapipeDetector
from talkinghead.geometry.mouth import opening, width
from talkinghead.sync.net import load_expert
from talkinghead.train.splits import selection, talkers_in
from talkinghead.types import Array, Footage

PARTS = ("agree", "best", "late", "rest", "both")
TURN, SCALE = 8.0, 0.85  # degrees and size of the second look
BETTER = {f"{name}_{what}": "1" for name in PARTS for what in ("open", "width")}


class Tilted:
    """Finds a face in frames that it turns and shrinks first."""

    def __init__(self, faces: Follower):
        self.faces = faces

    def follow(self, frames: Iterable[Array]) -> Array:
        """(t, 68, 3) in pixels of the turned frames; see `Follower`."""
        return self.faces.follow(_tilted(frames))


def _tilted(frames: Iterable[Array]) -> Iterator[Array]:
    for frame in frames:
        height, wide = frame.shape[:2]
        turn = cv2.getRotationMatrix2D((wide / 2, height / 2), TURN, SCALE)
        edge = cv2.BORDER_REPLICATE
        yield cv2.warpAffine(frame, turn, (wide, height), flags=cv2.INTER_AREA, borderMode=edge)


def kept_by_rules(filmed: Array, rest: float, silent: Array, offset: float) -> dict[str, float]:
    """How a filmed curve (t,) correlates with itself in step with its sound and at rest."""
    if np.isnan(offset):
        return dict.fromkeys(("late", "rest", "both"), float("nan"))
    at = np.clip(np.arange(len(filmed)) + int(offset), 0, len(filmed) - 1)
    return {
        "late": correlation(filmed[at], filmed),
        "rest": correlation(np.where(silent, rest, filmed), filmed),
        "both": correlation(np.where(silent, rest, filmed[at]), filmed),
    }


def figures_of(footage: Footage, faces: Follower, offset: Offset) -> dict[str, float]:
    """All figures of one clip."""
    truth = truth_of(footage, faces, offset)
    one, other = truth.track.points, truth_of(footage, Tilted(faces)).track.points
    silent = silent_frames(truth.wave, len(one))
    figures: dict[str, float] = {}
    for what, curve in (("open", opening), ("width", width)):
        filmed, rest = curve(one), float(curve(truth.track.neutral))
        agree = correlation(filmed, curve(other))
        found = {"agree": agree, "best": max(agree, 0.0) ** 0.5}
        found |= kept_by_rules(filmed, rest, silent, truth.offset)
        figures |= {f"{name}_{what}": value for name, value in found.items()}
    return figures | {"noise": ratio(shake((one - other) / 2**0.5), shake(one))}


def main() -> None:
    """Print the means over all clips, sources and talkers, and each clip."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of talking clips")
    parser.add_argument("--split", choices=["train", "validation", "test"], help="(default: all)")
    args = parser.parse_args()
    select = selection(args.data, args.split, need_speech=True)
    faces, clips, left_out = MediapipeDetector(), [], list[Skip]()
    offset = partial(offset_of, load_expert())
    for source in each_clip(args.data, left_out, None, select):
        try:
            figures = figures_of(source.read(), faces, offset)
        except InputError as error:
            left_out.append(Skip(source.name, str(error)))
        else:
            clips.append(ClipFigures(source.name, source.group, figures, {}))
    print(Report(BETTER | {"noise": "0"}, clips, left_out, talkers_in(args.data)).to_table())


if __name__ == "__main__":
    main()
