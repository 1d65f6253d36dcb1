"""Dubs a video: tracks its faces, then paints new mouths into its frames while they are encoded.

The video is read twice, so that landmarks can be smoothed without lag and the frames with the best
teeth are known; memory does not grow with its length but for the landmarks, 3 kB a frame.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from talkinghead.config import MotionConfig
from talkinghead.dub.cast import Cast
from talkinghead.dub.frame_reader import FrameReader
from talkinghead.dub.mouth_painter import InteriorSource, LipSource, MouthPainter, shift_mesh
from talkinghead.dub.mouth_warp import MouthWarp, WarpedMesh
from talkinghead.dub.occlusion import describe_mouth, find_visible
from talkinghead.dub.reference_interior import InteriorChoice, ReferenceInterior, Weighted
from talkinghead.dub.sources import MouthSources, crop_face, visible_teeth
from talkinghead.dub.speech import lip_offsets
from talkinghead.dub.timeline import Extension, Timeline, frame_timeline
from talkinghead.dub.tracked_face import TrackedFace, measure_face
from talkinghead.dub.tracking import PersonTrack, track_people
from talkinghead.dub.video_audio import write_rest_of_audio
from talkinghead.errors import FaceError
from talkinghead.geometry.masks import smoothstep
from talkinghead.media.c2pa import Credentials
from talkinghead.media.video_copy import open_video_copy
from talkinghead.media.video_frames import VideoProperties, read_properties
from talkinghead.media.yuv import YuvFrame
from talkinghead.pipeline import Animator
from talkinghead.render.parallel import ordered_map, thread_count
from talkinghead.types import Array, AudioCue, Waveform

# Inside and lips of other frames for each person; None: not painted.
Sources = tuple[InteriorSource, LipSource | None, list[tuple[ReferenceInterior, float]]]
Found = list[Sources | None]
OnProgress = Callable[[int], None]  # takes the number of frames that are finished
_FADE_SECONDS = 0.24  # of the new lips into the filmed ones where the words end but the video plays
_OPAQUE = 0.5  # share of the new lips up to which their pixels fade in, beyond it their shape


@dataclass(frozen=True)
class DubReport:
    """What was written."""

    frame_count: int
    seconds: float
    unseen: int  # frames without the face, which stay as filmed
    turned: int  # the same: turned too far
    covered: int  # the same: something before the mouth
    shots: int

    def notes(self, video: str | Path) -> list[str]:
        """What the user should know, a line each."""
        reasons = [
            (self.unseen, "show no face to dub"),
            (self.turned, "show it turned too far away"),
            (self.covered, "show something before the mouth"),
        ]
        return [
            f"{video}: {count} of {self.frame_count} frames {reason}; they stay as filmed"
            for count, reason in reasons if count
        ]  # fmt: skip


@dataclass(frozen=True)
class _Speaker:
    """One person of the video with new words."""

    tracked: TrackedFace
    warp: MouthWarp
    painter: MouthPainter
    sources: MouthSources
    offsets: Array  # (n, 68, 3) of each frame of the timeline
    share: Array  # (n,) of the new lips
    interiors: list[Weighted]  # of each frame of the timeline: those that show the mouth's inside

    def sources_at(self, number: int, index: int) -> Sources | None:
        """What is taken from other frames for frame `number` of the timeline, `index` of the video.

        None: it is not painted.
        """
        if self.share[number] <= 0:
            return None
        inside, lips = self.sources.at(index)
        chains = self.painter.inner_lips
        filmed = [(self.sources.interior(i, chains), w) for i, w in self.interiors[number]]
        return inside, lips, filmed


@dataclass(frozen=True)
class TrackedVideo:
    """A video whose faces have been found."""

    properties: VideoProperties
    tracks: list[PersonTrack]  # one per person
    teeth: list[Array]  # (t,) visible teeth of each person
    visible: list[Array]  # (t,) bool for each person: nothing covers the mouth

    @property
    def shots(self) -> int:
        """Number of shots."""
        return int(self.tracks[0].shots[-1]) + 1


def track_video(
    animator: Animator,
    video: str | Path,
    cast: Cast,
    on_frame: OnProgress | None = None,
    seconds: float = np.inf,
) -> TrackedVideo:
    """Find the people of a cast in the frames of a video, up to `seconds`.

    Raises InputError for a file that is not a video, FaceError if nobody is found.
    """
    properties = read_properties(video)
    teeth: list[list[float]] = [[] for _ in range(cast.count)]
    looks: list[list[Array | None]] = [[] for _ in range(cast.count)]

    def count(index: int, image: Array, _: float, people: list[Array | None]) -> None:
        for areas, mouths, points in zip(teeth, looks, people, strict=True):
            areas.append(0.0 if points is None else visible_teeth(image, points))
            mouths.append(None if points is None else describe_mouth(image, points))
        if on_frame is not None:
            on_frame(index + 1)

    tracks = track_people(properties, animator.face_detector, cast, count, seconds)
    cast.check()
    if not any(np.isfinite(track.points).any() for track in tracks):
        raise FaceError(f"{video}: no frame shows a face; give a video of a visible face")
    visible = [find_visible(m, t.shots) for m, t in zip(looks, tracks, strict=True)]
    return TrackedVideo(properties, tracks, [np.array(areas) for areas in teeth], visible)


def write_dubbed_video(
    animator: Animator,
    video: TrackedVideo,
    speech: list[tuple[Waveform, AudioCue]],
    target: Path,
    *,
    motion_config: MotionConfig | None = None,
    extend: Extension = "pingpong",
    keep: bool = False,
    keep_streams: bool = False,
    credentials: Credentials | None = None,
    on_start: Callable[[int], None] | None = None,
    on_frame: OnProgress | None = None,
) -> DubReport:
    """Let the people of a tracked video speak, one recording each, and write the video.

    `speech` are recordings as `Animator.load_audio` returns them.

    The output lasts as long as the longest recording: a video that is longer is cut, or with `keep`
    plays to its end as filmed; a shorter one is extended as `extend` says. `on_start` is called
    with the number of frames. Raises AudioError for unreadable audio, OutputError when the video
    cannot be written.
    """
    properties, first = video.properties, video.tracks[0]
    waves = [wave for wave, _ in speech]
    spoken = max(wave.seconds for wave in waves)
    timeline = frame_timeline(
        first.stamps, properties.time_base, properties.frame_rate, spoken, extend, keep
    )
    reader = FrameReader(properties, first.stamps, first.seekable)
    config = motion_config or MotionConfig()
    speakers = [
        speaker
        for person, wave in enumerate(waves)
        if (speaker := _prepare(animator, video, person, wave, timeline, reader, config))
    ]
    if on_start is not None:
        on_start(len(timeline.indices))
    with ExitStack() as stack:
        cues = [cue for _, cue in speech]
        if keep and timeline.seconds > spoken:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            rest = write_rest_of_audio(properties, spoken, Path(folder) / "rest.wav")
            cues += [] if rest is None else [AudioCue(rest, spoken)]
        painted = _paint_all(reader, timeline, speakers, properties)
        head = next(painted)
        writer = stack.enter_context(
            open_video_copy(
                target, properties, head.frame.format.name, int(timeline.stamps[0]),
                tuple(cues), timeline.seconds,
                keep_streams=keep_streams, credentials=credentials,
            )
        )  # fmt: skip
        writer.write(head.frame, int(timeline.stamps[0]))
        for number, frame in enumerate(painted, start=1):
            writer.write(frame.frame, int(timeline.stamps[number]))
            if on_frame is not None:
                on_frame(number + 1)
    spoken_frames = timeline.indices[timeline.times <= spoken]
    seen = np.zeros(len(first.times), bool)
    dubbed, covered = (np.zeros(len(first.times), bool) for _ in range(2))
    for visible in video.visible:
        covered |= ~visible
    for speaker in speakers:
        seen |= np.array([pose is not None for pose in speaker.tracked.poses])
        dubbed |= speaker.tracked.share > 0
    return DubReport(
        frame_count=len(timeline.indices),
        seconds=timeline.seconds,
        unseen=int((~seen)[spoken_frames].sum()),
        turned=int((seen & ~dubbed & ~covered)[spoken_frames].sum()),
        covered=int((seen & ~dubbed & covered)[spoken_frames].sum()),
        shots=video.shots,
    )


def _prepare(
    animator: Animator,
    video: TrackedVideo,
    person: int,
    wave: Waveform,
    timeline: Timeline,
    reader: FrameReader,
    config: MotionConfig,
) -> _Speaker | None:
    """What painting one person needs; None for one who is never seen."""
    track, teeth, visible = video.tracks[person], video.teeth[person], video.visible[person]
    if not np.isfinite(track.points).any():
        return None
    properties = video.properties
    face = measure_face(track, float(properties.frame_rate), visible)
    warp = MouthWarp(face)
    offsets = lip_offsets(animator, wave, face.shape, timeline.times, config)
    ends = np.clip((wave.seconds - timeline.times) / _FADE_SECONDS, 0, 1)
    if timeline.times[-1] < wave.seconds + _FADE_SECONDS:
        ends = np.ones(len(ends))  # the video ends with the words
    share = np.minimum(face.share[timeline.indices], smoothstep(ends))

    def read(index: int, mesh: WarpedMesh) -> tuple[Array, WarpedMesh]:
        frame = reader.frame(index)
        box = crop_face(mesh, properties.size, properties.upright_aspect)
        assert box is not None  # the face was seen in this frame
        box = frame.align(box)
        placed = shift_mesh(mesh, (box[0], box[1]), properties.upright_aspect)
        return frame.read_rgb(box), placed

    sources = MouthSources(face, warp, track.shots, teeth, read)
    painter = MouthPainter(warp, animator.models.translator)
    interiors = InteriorChoice(face, track.shots, teeth).choose(timeline.indices, offsets)
    return _Speaker(face, warp, painter, sources, offsets, share, interiors)


def _paint_all(
    reader: FrameReader,
    timeline: Timeline,
    speakers: list[_Speaker],
    properties: VideoProperties,
) -> Iterator[YuvFrame]:
    """The painted frames of a timeline, some of them at the same time."""

    def items() -> Iterator[tuple[int, YuvFrame, Found]]:
        frames = reader.read(timeline.indices)
        for number, frame in enumerate(frames):
            index = int(timeline.indices[number])
            yield number, frame, [speaker.sources_at(number, index) for speaker in speakers]

    def paint(item: tuple[int, YuvFrame, Found]) -> YuvFrame:
        number, frame, sources = item
        for speaker, found in zip(speakers, sources, strict=True):
            if found is not None:
                _paint(frame, speaker, number, int(timeline.indices[number]), found, properties)
        return frame

    yield from ordered_map(paint, items(), thread_count(properties.size))


def _paint(
    frame: YuvFrame,
    speaker: _Speaker,
    number: int,
    index: int,
    sources: Sources,
    properties: VideoProperties,
) -> None:
    """Paint one person's mouth into one frame, in place."""
    share = float(speaker.share[number])
    shape = float(np.clip((share - _OPAQUE) / (1 - _OPAQUE), 0, 1))
    mesh = speaker.warp.place(index, speaker.offsets[number], shape)
    if mesh is None:
        return
    aspect = properties.upright_aspect
    box = speaker.painter.box(shift_mesh(mesh, (0, 0), aspect), properties.size)
    if box is None:
        return
    box = frame.align(box)
    placed = shift_mesh(mesh, (box[0], box[1]), aspect)
    change = speaker.painter.paint(frame.read_rgb(box), placed, *sources)
    frame.add_rgb(box, change * min(1.0, share / _OPAQUE))
