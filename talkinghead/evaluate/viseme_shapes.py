"""The mean mouth shape of every viseme, true and predicted: does each sound get its own shape?"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from talkinghead.evaluate.motion import GroundTruth
from talkinghead.evaluate.registration import register_track
from talkinghead.landmarks import INNER_LIP, MOUTH, OUTER_LIP
from talkinghead.sample_rates import FPS, MEL_FPS
from talkinghead.speech.content_encoder import ContentVoiceEncoder
from talkinghead.speech.lip_closure import phone_probabilities
from talkinghead.speech.phonemes import PHONES, UNKNOWN, TimedPhone, frame_labels
from talkinghead.speech.visemes import viseme_probabilities
from talkinghead.types import IDLE_MOUTH, MOUTH_SHAPES, Array, FaceTrack, Waveform

# A recording to its (t, 9) viseme probabilities at FPS.
VisemeLabeller = Callable[[Waveform], Array]

MIN_FRAMES = 8.0  # frames of a viseme, summed over a speaker's clips, below which it is not counted
MIN_SPEAKERS = 3  # below which the mean shape of a viseme is mostly their faces
LABELS = {
    "A": "b m p", "B": "s t i", "C": "e a", "D": "ah aw", "E": "er oh", "F": "oo w", "G": "f v",
    "H": "l", IDLE_MOUTH: "silence",
}  # fmt: skip


@dataclass
class _Sums:
    weight: Array = field(default_factory=lambda: np.zeros(len(MOUTH_SHAPES)))
    shapes: Array = field(default_factory=lambda: np.zeros((2, len(MOUTH_SHAPES), 20, 2)))


@dataclass(frozen=True)
class VisemeShapes:
    """Mean displacement of the mouth in each viseme from its mean over a clip; face widths."""

    names: list[str]  # those of MOUTH_SHAPES that enough speakers show
    predicted: Array  # (v, 20, 2)
    true: Array  # (v, 20, 2)
    mouth: Array  # (20, 2) mean mouth, for a picture

    @property
    def correlation(self) -> float:
        """Pearson correlation over visemes and points."""
        return float(np.corrcoef(self.predicted.ravel(), self.true.ravel())[0, 1])

    @property
    def size(self) -> float:
        """Standard deviation over visemes and points, predicted over true."""
        return float(self.predicted.std() / self.true.std())


def viseme_labeller(encoder: ContentVoiceEncoder) -> VisemeLabeller:
    """Labels recordings of any language with the phones of the content-voice model.

    The prediction shares that model's errors, which makes its shapes look larger than people's.
    """

    def label(wave: Waveform) -> Array:
        shapes = viseme_probabilities(phone_probabilities(encoder.net, encoder(wave)))
        return _mean_per_frame(shapes, encoder.fps)

    return label


def timed_viseme_labeller(label: Callable[[Waveform], Sequence[TimedPhone]]) -> VisemeLabeller:
    """Labels recordings with the phones that `label` finds; frames without one have zeros."""

    def label_visemes(wave: Waveform) -> Array:
        classes = frame_labels(label(wave), wave.samples.size)
        known = classes != UNKNOWN
        phones = np.eye(len(PHONES), dtype=np.float32)[classes] * known[:, None]
        return _mean_per_frame(viseme_probabilities(phones) * known[:, None], MEL_FPS)

    return label_visemes


def _mean_per_frame(visemes: Array, fps: int) -> Array:
    """Means of (t, 9) at `fps` over each motion frame, (t // (fps / FPS), 9)."""
    step = fps // FPS
    whole = visemes[: len(visemes) // step * step]
    means: Array = whole.reshape(-1, step, len(MOUTH_SHAPES)).mean(axis=1)
    return means


class VisemeCollector:
    """Averages mouth shapes by viseme over the clips of each speaker, then over speakers.

    An observer of `evaluate_motion`; `speakers` gives the speaker of a clip, by its name.
    """

    def __init__(self, label: VisemeLabeller, speakers: Mapping[str, str]):
        self._label, self._names = label, speakers
        self._speakers: dict[str, _Sums] = defaultdict(_Sums)
        self._mouths: list[Array] = []

    def __call__(self, name: str, truth: GroundTruth, track: FaceTrack) -> None:
        """Add a clip."""
        predicted = register_track(track.points, track.fps, truth.reference).points
        visemes = self._label(truth.wave)
        self.add(self._names.get(name, name), visemes, predicted, truth.track.points)

    def add(self, speaker: str, visemes: Array, predicted: Array, true: Array) -> None:
        """Add a clip: (t, 9) viseme probabilities and two tracks (t, 68, 3) in face widths."""
        count = min(len(visemes), len(predicted), len(true))
        sums = self._speakers[speaker]
        weights = visemes[:count].astype(np.float64)
        sums.weight += weights.sum(axis=0)
        for number, track in enumerate((predicted, true)):
            mouth = track[:count, MOUTH, :2]
            sums.shapes[number] += np.einsum("tv,tpc->vpc", weights, mouth - mouth.mean(axis=0))
        self._mouths.append(true[:count, MOUTH, :2].mean(axis=0))

    def shapes(self) -> VisemeShapes | None:
        """The mean shapes; None where too few speakers show two visemes."""
        totals = list(self._speakers.values())
        counts = np.array([sums.weight >= MIN_FRAMES for sums in totals]).reshape(
            -1, len(MOUTH_SHAPES)
        )
        chosen = np.flatnonzero(counts.sum(axis=0) >= MIN_SPEAKERS) if totals else np.zeros(0)
        if len(chosen) < 2:
            return None
        means = np.array([
            np.mean(
                [sums.shapes[:, v] / sums.weight[v]
                 for sums, known in zip(totals, counts, strict=True) if known[v]],
                axis=0,
            )
            for v in chosen
        ])  # fmt: skip
        names = [MOUTH_SHAPES[v] for v in chosen]
        return VisemeShapes(names, means[:, 0], means[:, 1], np.mean(self._mouths, axis=0))


def draw_shapes(shapes: VisemeShapes, path: Path) -> None:
    """Draw the shapes, true in black and predicted in red, three times as far as they move."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1.9 * len(shapes.names), 2.2))
    axes = figure.subplots(1, len(shapes.names), squeeze=False)[0]
    for axis, name, predicted, true in zip(
        axes, shapes.names, shapes.predicted, shapes.true, strict=True
    ):
        for offset, colour in ((true, "black"), (predicted, "tab:red")):
            mouth = shapes.mouth + 3 * offset
            for contour in (OUTER_LIP, INNER_LIP):
                points = np.arange(contour.start, contour.stop) - MOUTH.start
                ring = np.append(points, points[0])
                axis.plot(mouth[ring, 0], mouth[ring, 1], color=colour, linewidth=1.2)
        axis.set_title(f"{name}  {LABELS[name]}", fontsize=9)
        axis.set_aspect("equal")
        axis.invert_yaxis()
        axis.set_axis_off()
    figure.tight_layout()
    figure.savefig(path, dpi=110)
