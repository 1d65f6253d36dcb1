"""The story, told once: listen, move, style, place, render."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from talkinghead.config import Output, Style
from talkinghead.errors import FaceError
from talkinghead.face.base import Detector
from talkinghead.face.detect import detector
from talkinghead.face.follow import follow
from talkinghead.face.matte import person_matte
from talkinghead.face.portrait import find_portrait
from talkinghead.geometry.align import face_frame
from talkinghead.geometry.mouth import close_mouth
from talkinghead.inputs import AudioSource, ImageSource, at_size, picture, sound
from talkinghead.media.audio import normalise_loudness
from talkinghead.media.video import frames_of
from talkinghead.models import load_models, pick_device
from talkinghead.motion.predict import predict, with_manner
from talkinghead.motion.retime import retime
from talkinghead.motion.style import restyle, settled
from talkinghead.puppet.stage import mouth_gain, puppet_face
from talkinghead.puppet.store import load_puppet
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.render.close_up import Cutout, cartoon_close_up, photo_close_up
from talkinghead.render.ensemble import apart
from talkinghead.render.photo import PhotoRenderer
from talkinghead.render.sketch import SketchRenderer, beside
from talkinghead.speech.activity import activity
from talkinghead.speech.mel import log_mel
from talkinghead.speech.styles import find_style
from talkinghead.stream import look_ahead, stream
from talkinghead.types import (
    Array,
    Clip,
    FaceFrame,
    FaceShape,
    FaceTrack,
    Portrait,
    Puppet,
    SpeechFeatures,
    Subject,
    Waveform,
)


class Animator:
    """Makes pictures speak. Built once, called many times; keeps nothing between calls.

    >>> animator = Animator()
    >>> clip = animator("face.jpg", "speech.wav")
    >>> write_video(clip, "speaking.mp4")
    """

    def __init__(
        self,
        *,
        detector_name: str = "mediapipe",
        device: str = "auto",
        ckpt: Path | None = None,
        voice_weights: Path | None = None,
        content_weights: Path | None = None,
        speaker_weights: Path | None = None,
        translator_weights: Path | None = None,
        finish: bool = True,
        notify: Callable[[str], None] | None = None,
    ):
        """Load the weights in `ckpt` (default: the repository's).

        Without `finish` photos are as the warp makes them, which is several times as fast.

        `notify` receives what the user should know, one line each: which of several faces
        was taken, for one. Raises WeightsError where weights are missing or damaged.
        """
        self.device, self._ckpt = pick_device(device), ckpt
        self._detector_name = detector_name
        self._detector: Detector | None = None
        self._notify = notify
        self.models = load_models(
            ckpt, self.device,
            voice=voice_weights, content=content_weights, speaker=speaker_weights,
            translator=translator_weights, finish=finish,
        )  # fmt: skip

    @property
    def faces(self) -> Detector:
        """The face detector, built when a photo first needs it; puppets never do."""
        if self._detector is None:
            self._detector = detector(self._detector_name, self.device)
        return self._detector

    def listen(self, wave: Waveform, manner: AudioSource | None = None) -> SpeechFeatures:
        """What is said, when, and by whom or in whose `manner`, in a waveform at RATE."""
        level = normalise_loudness(wave)
        own = self.models.speaker_encoder(level)
        voice = own if manner is None else self.manner(manner)
        encoder = self.models.content_encoder
        content = encoder(level, own)
        heard = self.models.content_branch.heard(log_mel(level), own)
        visemes = encoder.visemes(content, level.samples.size)
        return SpeechFeatures(content, activity(level), voice, heard, encoder.fps, visemes)

    def move(
        self,
        features: SpeechFeatures,
        face: FaceShape,
        style: Style | None = None,
        lip_gain: tuple[float, float] = (1.0, 1.0),
        reference: FaceTrack | None = None,
    ) -> FaceTrack:
        """The face track of what was heard, styled, in face units on the motion clock.

        With a `reference` the head and the lids move as they do there.
        """
        style = style or Style()
        track = predict(self.models.content_branch, features, face)
        if self.models.speaker_branch is not None:
            track = with_manner(track, self.models.speaker_branch, features, face, style.seed)
        return restyle(
            track, face, features.activity, style,
            lip_gain=lip_gain, reference=reference, visemes=features.visemes,
        )  # fmt: skip

    def reference(self, video: str | Path) -> FaceTrack:
        """The motion of the face in a video, for others to borrow.

        Raises InputError for what is no video, FaceError where it shows no face.
        """
        try:
            with frames_of(video) as reel:
                return follow(reel.frames, reel.fps, self.faces)
        except FaceError as error:
            raise FaceError(f"{video}: {error}; give a video of one visible face") from error

    def manner(self, source: AudioSource) -> Array:
        """(256,) the voice whose way of moving is borrowed, for `animate`.

        Of a recording, or of a stored style by its name; an existing file goes before a name.
        Raises InputError for what is neither, and lists the styles.
        """
        if isinstance(source, str | Path) and not Path(source).is_file():
            return find_style(str(source), self._ckpt).voice
        return self.models.speaker_encoder(normalise_loudness(sound(source)))

    def portrait(self, image: ImageSource, face: int | None = None) -> Portrait:
        """Read a picture and find the face to animate (see `find_portrait`)."""
        pixels, where = picture(image)
        return find_portrait(pixels, self.faces, face=face, where=where, notify=self._notify)

    def photo(
        self,
        image: ImageSource | Portrait,
        *,
        face: int | None = None,
        size: int | None = None,
        crop: bool = False,
    ) -> Subject:
        """A photo, painting or drawing with a face, ready to speak.

        What is behind the person stands still, where the two can be told apart, and so do
        other faces of the picture, however close they are. With `crop`
        a square around the head is all that is shown, and `size` is its side.
        """
        portrait = image if isinstance(image, Portrait) else self.portrait(image, face)
        if portrait.matte is None:
            matte = person_matte(portrait.image, portrait.landmarks)
            portrait = replace(portrait, matte=matte)
        if portrait.others:
            portrait = apart(portrait)
        paint = photo_close_up if crop else PhotoRenderer
        where = str(image) if isinstance(image, str | Path) else "picture"
        with at_size(size, where):
            painter = paint(portrait, size, self.models.translator)
        return Subject(*at_rest(portrait), painter)

    def cartoon(
        self,
        puppet: str | Path | Puppet,
        *,
        background: ImageSource | None = None,
        size: int | None = None,
        crop: bool = False,
        transparent: bool = False,
    ) -> Subject:
        """A puppet, by name or folder, ready to speak before its own or another background.

        With `transparent` nothing is behind it, and frames are RGBA; with `crop` a square
        around the head is all that is shown, and `size` is its side.
        """
        loaded = puppet if isinstance(puppet, Puppet) else load_puppet(puppet)
        behind = None if background is None else picture(background)[0]
        face, frame = puppet_face(loaded)
        if crop:
            painter = cartoon_close_up(loaded, size, behind, transparent)
        else:
            whole = CartoonRenderer(loaded, size, behind)
            painter = Cutout(whole) if transparent else whole
        return Subject(face, frame, painter, mouth_gain(loaded))

    def animate(
        self,
        subject: Subject,
        audio: AudioSource,
        style: Style | None = None,
        output: Output | None = None,
        *,
        reference: FaceTrack | None = None,
        manner: AudioSource | None = None,
        motion: FaceTrack | None = None,
    ) -> Clip:
        """Let a subject say what is in `audio`. The clip is as long as the sound, to the frame.

        Of `output` the frame rate and the drawing beside count; size and crop are the subject's.

        Head and lids move as in `reference`, where there is one (see `reference`); `manner` is
        a recording of somebody else, or the name of a stored style, whose way of moving is
        borrowed (see `manner`). With a `motion` the face moves like that and in no other way.
        """
        output = output or Output()
        wave = sound(audio)
        if motion is None:
            track = self.motion(
                subject, wave, style, output.fps, reference=reference, manner=manner
            )
        else:
            track = retime(motion, output.fps, frame_count(wave, output.fps))
        count = len(track)
        pixels = subject.frame.place(track)
        frames: Iterator[Array] = subject.renderer.render(pixels)
        width, height = subject.renderer.size
        if output.side_by_side:
            frames = beside(SketchRenderer((height, height)).render(pixels), frames)
            width += height
        source = audio if isinstance(audio, str | Path) else None
        return Clip(frames, count, (width, height), output.fps, wave, source)

    def motion(
        self,
        subject: Subject,
        audio: AudioSource,
        style: Style | None = None,
        fps: float = Output.fps,
        *,
        reference: FaceTrack | None = None,
        manner: AudioSource | None = None,
    ) -> FaceTrack:
        """How a face moves to say what is in `audio`: what `animate` places and paints."""
        wave = sound(audio)
        features = self.listen(wave, manner)
        track = self.move(features, subject.face, style, subject.lip_gain, reference)
        return settled(retime(track, fps, frame_count(wave, fps)), subject.face)

    def stream(
        self,
        subject: Subject,
        chunks: Iterable[Array],
        rate: int,
        style: Style | None = None,
        output: Output | None = None,
        *,
        manner: AudioSource | None = None,
    ) -> Iterator[Array]:
        """Let a subject say what arrives, while it arrives: frames of (h, w, 3 or 4) uint8.

        `chunks` are arrays of sound, (n,) or (n, channels), of any length and of `rate` Hz. A
        frame comes out when `look_ahead` seconds of sound have arrived behind its own time, and
        the last ones when the chunks end; there are as many as the sound is long. How the sound
        is cut into chunks does not change them. Memory does not grow.

        Arguments are as in `animate`; the voice is that of what has been heard so far. Raises
        AudioError for chunks that are not sound, InputError for a style with several angles.
        """
        borrowed = None if manner is None else self.manner(manner)
        return stream(self.models, subject, chunks, rate, style, output, borrowed)

    def look_ahead(self, fps: float = Output.fps) -> float:
        """Seconds by which a stream's frames at `fps` come behind their sound, without the work."""
        return look_ahead(self.models, fps)

    def __call__(
        self,
        image: ImageSource,
        audio: AudioSource,
        *,
        style: Style | None = None,
        output: Output | None = None,
        face: int | None = None,
    ) -> Clip:
        """A picture and a recording to a clip: `photo`, then `animate`."""
        output = output or Output()
        subject = self.photo(image, face=face, size=output.size, crop=output.crop)
        return self.animate(subject, audio, style, output)


def frame_count(wave: Waveform, fps: float) -> int:
    """Frames of a clip that is as long as its sound."""
    return max(1, round(wave.seconds * fps))


def at_rest(portrait: Portrait) -> tuple[FaceShape, FaceFrame]:
    """A portrait's face with its mouth shut, in face units, and where it stands."""
    frame = face_frame(portrait.landmarks)
    return FaceShape(frame.to_face(close_mouth(portrait.landmarks)).astype(np.float32)), frame
