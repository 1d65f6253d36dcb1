"""`talkinghead styles choose`: the package's styles, and how far a voice moves a head."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from talkinghead.app.files import check_weights
from talkinghead.app.film import load
from talkinghead.app.progress import Progress
from talkinghead.errors import InputError, WeightsError
from talkinghead.home import home

if TYPE_CHECKING:
    from talkinghead.pipeline import Animator
    from talkinghead.types import Array

CHOOSE = """\
examples:
  talkinghead preprocess speech data/ speech.d/
  talkinghead styles choose speech.d/ --out ckpt/styles.safetensors
Voices of LibriSpeech, of GRID's talker s1 and of flite that no split leaves out. The speaker
branch says how far each of them moves a head; a style is named for what it does (calm, lively,
nodding) where the motion that is measured bears the name out, and for its talker otherwise. To be
done again for every new speaker branch.
"""
MEASURED = (
    "what the speaker branch makes of each voice, not what the talker does: most were never "
    "filmed. Every recording of examples/ with 6 seeds on the mean face; "
)


def choose(args: Namespace, progress: Progress) -> None:
    """The styles of the package, chosen among the voices of a training folder."""
    import torch

    from talkinghead.evaluate.ranges import UNITS
    from talkinghead.speech.styles import write_styles
    from talkinghead.train.card import revision
    from talkinghead.train.styles import make_styles

    check_weights(args.out)
    animator = load(args, progress)
    net = animator.models.speaker_branch
    if net is None:
        raise WeightsError("the speaker branch is not the content branch's; train them together")

    def head(voices: Array) -> Array:
        with torch.inference_mode():
            return net.manner_of(torch.from_numpy(voices).to(animator.device)).exp().cpu().numpy()

    measure = measurer(animator)
    progress.stage("choosing")
    chosen = make_styles(args.data, head, measure, branch_of(args.ckpt))
    write_styles(chosen, args.out, measured=MEASURED + UNITS, revision=revision())
    progress.success(styles=[one.name for one in chosen])
    progress.wrote(args.out)


def measurer(animator: Animator) -> Callable[[Array], dict[str, float]]:
    """What measures a voice: the example recordings, moved with its manner, on the mean face."""
    import numpy as np

    from talkinghead.config import Style
    from talkinghead.evaluate.ranges import ranges
    from talkinghead.geometry.align import mean_face
    from talkinghead.geometry.mouth import close_mouth
    from talkinghead.media.audio import read_audio
    from talkinghead.types import FaceShape, FaceTrack, SpeechFeatures

    recordings = sorted(home("examples").glob("*.wav"))
    if not recordings:
        raise InputError(f"{home('examples')}: holds no wav to measure with; fetch them again")
    spoken = [animator.listen(read_audio(path)) for path in recordings]
    face = FaceShape(close_mouth(mean_face()).astype(np.float32))

    def move(features: SpeechFeatures, voice: Array, seed: int) -> FaceTrack:
        return animator.move(replace(features, speaker=voice), face, Style(seed=seed))

    return lambda voice: ranges(voice, spoken, move)


def branch_of(ckpt: Path | None) -> str:
    """The checksum of the speaker branch, '' where there is none."""
    from talkinghead import weights
    from talkinghead.models import SPEAKER

    path = (ckpt or weights.FOLDER) / SPEAKER
    return str(weights.read_card(path)["sha256"]) if path.is_file() else ""
