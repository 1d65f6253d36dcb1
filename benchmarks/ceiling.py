"""What lips without a fault would get: how far the detector agrees with itself, clip by clip.

Each clip is looked at twice, as it is and somewhat turned and smaller. Were the truth of
'talkinghead evaluate motion' without noise, the two curves would be one. Where they correlate by
a, faultless lips correlate with either by the root of a (Spearman 1904) at most: an error that
both looks share is not seen. `noise` is how much of the truth's trembling the looks do not share.
Some five minutes on two cores: python benchmarks/ceiling.py DATA --split test
"""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2

from talkinghead.errors import InputError
from talkinghead.evaluate.metrics import correlation, ratio, shake
from talkinghead.evaluate.motion import truth_of
from talkinghead.evaluate.report import ClipFigures, Report, Skip
from talkinghead.evaluate.sources import Follower, each_clip
from talkinghead.face.detect import MediapipeDetector
from talkinghead.geometry.mouth import opening, width
from talkinghead.train.splits import selection, talkers_in
from talkinghead.types import Array, Footage

TURN, SCALE = 8.0, 0.85  # degrees and size of the second look
BETTER = dict.fromkeys(("agree_open", "agree_width", "best_open", "best_width"), "1")


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


def agreement(footage: Footage, faces: Follower) -> dict[str, float]:
    """Both looks at one clip, compared."""
    one, other = (truth_of(footage, look).track.points for look in (faces, Tilted(faces)))
    figures = {}
    for name, curve in (("open", opening), ("width", width)):
        agree = correlation(curve(one), curve(other))
        figures |= {f"agree_{name}": agree, f"best_{name}": max(agree, 0.0) ** 0.5}
    return figures | {"noise": ratio(shake((one - other) / 2**0.5), shake(one))}


def main() -> None:
    """Print the means over all clips, sources and talkers, and each clip."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of talking clips")
    parser.add_argument("--split", choices=["train", "validation", "test"], help="(default: all)")
    args = parser.parse_args()
    select = selection(args.data, args.split, need_speech=True)
    faces, clips, left_out = MediapipeDetector(), [], list[Skip]()
    for source in each_clip(args.data, left_out, None, select):
        try:
            figures = agreement(source.read(), faces)
        except InputError as error:
            left_out.append(Skip(source.name, str(error)))
        else:
            clips.append(ClipFigures(source.name, source.group, figures, {}))
    print(Report(BETTER | {"noise": "0"}, clips, left_out, talkers_in(args.data)).to_table())


if __name__ == "__main__":
    main()
