"""Animate a subject: extract features, predict motion, post-process, place, and render.

A subject is a photo or a puppet with its neutral face (`Animator.photo`, `Animator.cartoon`).
`Animator.animate` makes a clip from a recording; `Animator.stream` takes audio that is arriving.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from talkinghead.config import DEFAULT_FPS, FrameSize, MotionConfig, RenderConfig
from talkinghead.errors import FaceError
from talkinghead.face.detectors import load_detector
from talkinghead.face.detectors.base import Detector
from talkinghead.face.portrait import find_portrait
from talkinghead.face.tracking import track_face
from talkinghead.media.loading import AudioSource, ImageSource, load_audio_cue, load_image
from talkinghead.media.loudness import normalise_loudness
from talkinghead.media.video_reader import open_video
from talkinghead.model_set import load_models, pick_device
from talkinghead.motion.postprocess import postprocess
from talkinghead.motion.predict import add_speaking_style, predict_content_motion
from talkinghead.motion.resample import clip_frames, resample, resample_clip
from talkinghead.puppet.store import load_puppet
from talkinghead.speech.speaking_styles import check_embedding, find_style
from talkinghead.streaming.stream import look_ahead, render_track, stream
from talkinghead.subjects import cartoon_subject, photo_subject
from talkinghead.types import (
    Array,
    AudioCue,
    Clip,
    FaceShape,
    FaceTrack,
    Portrait,
    Puppet,
    SpeechFeatures,
    Subject,
    Waveform,
)
from talkinghead.validation import require_type

StyleSource = AudioSource | Array  # a recording, the name of a style, or an embedding (256,)
_SUBJECT_HINT = "of Animator.photo or Animator.cartoon"


class Animator:
    """Makes talking-head videos of photos and puppets. Build it once and use it for many videos.

    >>> animator = Animator()
    >>> clip = animator("face.jpg", "speech.wav")
    >>> write_video(clip, "speaking.mp4")
    """

    def __init__(
        self,
        *,
        detector: str = "mediapipe",
        device: str = "auto",
        ckpt: Path | None = None,
        voice_weights: Path | None = None,
        content_weights: Path | None = None,
        speaker_weights: Path | None = None,
        translator_weights: Path | None = None,
        refine: bool = True,
        runtime: str = "auto",
        notify: Callable[[str], None] | None = None,
    ):
        """Load the networks in the folder `ckpt` (default: the repository's).

        `device` is auto, cpu or cuda, `detector` mediapipe or face-alignment. Each of the
        `*_weights` replaces one network. Without `refine` the mouths of photos are not refined by
        the translator, which is about twice as fast. `runtime` (auto, torch, onnx or openvino)
        runs it on a CPU. `notify` is called with messages for the user, such as which of several
        faces was chosen. Raises WeightsError for missing or damaged weights, InputError for a
        device or a runtime that is not available.
        """
        self.device, self._ckpt = pick_device(device), ckpt
        self._detector_name = detector
        self._detector: Detector | None = None
        self.notify = notify
        self.models = load_models(
            ckpt, self.device, content_voice=voice_weights, content_branch=content_weights,
            speaker_branch=speaker_weights, translator=translator_weights,
            refine=refine, runtime=runtime,
        )  # fmt: skip

    @property
    def face_detector(self) -> Detector:
        """The face detector, loaded when a photo or video first needs it."""
        if self._detector is None:
            self._detector = load_detector(self._detector_name, self.device)
        return self._detector

    def load_audio(self, audio: AudioSource, track: int | None = None) -> tuple[Waveform, AudioCue]:
        """The waveform of a recording at RATE, and its own audio for the video.

        `audio` is a file, a Waveform, or samples (n,) or (n, channels) with their rate. Of a file
        with several audio tracks one is chosen: that of number `track`, from 1, or the one marked
        as default, or else the first that holds speech. Raises AudioError.
        """
        return load_audio_cue(
            audio, track=track, notify=self.notify, holds_speech=self.models.holds_speech
        )

    def extract_features(
        self, wave: Waveform, speaking_style: StyleSource | None = None
    ) -> SpeechFeatures:
        """Extract the features of a recording at RATE from which its motion is predicted.

        Loudness is normalised first. With a `speaking_style` (see the method `speaking_style`)
        head and brows use its speaker embedding; the lips use that of the recording. Raises
        AudioError for another sample rate.
        """
        style = None if speaking_style is None else self.speaking_style(speaking_style)
        return self.models.extract_features(wave, style)

    def check_speech(self, voice_activity: Array, audio: AudioSource) -> None:
        """Note that nobody speaks in a recording, whose features have this `voice_activity`."""
        if self.notify is not None and not voice_activity.any():
            name = audio if isinstance(audio, str | Path) else "the recording"
            self.notify(f"no speech was heard in {name}; the lips stay closed")

    def predict_motion(
        self,
        features: SpeechFeatures,
        face: FaceShape,
        motion_config: MotionConfig | None = None,
        lip_gain: tuple[float, float] = (1.0, 1.0),
        pose_reference: FaceTrack | None = None,
    ) -> FaceTrack:
        """Predict and post-process the motion of a recording: a face track at FPS, in face units.

        Head pose and eyelids are transferred from `pose_reference` if given.
        """
        config, speaker_branch = MotionConfig.of(motion_config), self.models.speaker_branch
        if pose_reference is not None:
            require_type("pose_reference", pose_reference, FaceTrack, "of Animator.pose_reference")
        track = predict_content_motion(self.models.content_branch, features, face)
        if speaker_branch is not None:
            track = add_speaking_style(track, speaker_branch, features, face, config.seed)
        return postprocess(
            track, face, features.voice_activity, config,
            lip_gain=lip_gain, pose_reference=pose_reference, lip_closure=features.lip_closure,
            articulation=features.articulation,
        )  # fmt: skip

    def pose_reference(self, video: str | Path) -> FaceTrack:
        """Track the face in a video, for `animate` to transfer its head pose and eyelids.

        Raises InputError for a file that is not a video, FaceError if no face is found.
        """
        try:
            with open_video(video) as reader:
                return track_face(reader.frames, reader.fps, self.face_detector)
        except FaceError as error:
            raise FaceError(f"{video}: {error}; give a video of one visible face") from error

    def speaking_style(self, source: StyleSource) -> Array:
        """(256,) speaker embedding whose head motion and expression `animate` imitates.

        `source` is a recording, the name of a stored style, or an embedding, which is returned;
        an existing file takes precedence over a name. Raises InputError, which lists the styles,
        for anything else.
        """
        if isinstance(source, np.ndarray):
            return check_embedding(source)
        if isinstance(source, str | Path) and not Path(source).is_file():
            return find_style(str(source), self._ckpt).speaker_embedding
        return self.models.speaker_encoder(normalise_loudness(self.load_audio(source)[0]))

    def portrait(self, image: ImageSource, face: int | None = None) -> Portrait:
        """Read a picture and detect the face to animate: number `face`, or the largest.

        Raises ImageError for an unreadable picture, FaceError as `find_portrait` does.
        """
        pixels, where = load_image(image, self.notify)
        return find_portrait(pixels, self.face_detector, face=face, where=where, notify=self.notify)

    def photo(
        self,
        image: ImageSource | Portrait,
        *,
        face: int | None = None,
        size: FrameSize = None,
        crop: bool = False,
    ) -> Subject:
        """A photo, painting or drawing of a face, ready to be animated.

        Background and other faces do not move. `size` and `crop` are those of `photo_subject`.
        Raises ImageError for an unreadable picture, FaceError without a face to animate.
        """
        portrait = image if isinstance(image, Portrait) else self.portrait(image, face)
        where = str(image) if isinstance(image, str | Path) else "picture"
        return photo_subject(
            portrait, size=size, crop=crop,
            translator=self.models.translator, where=where, notify=self.notify,
        )  # fmt: skip

    def cartoon(
        self,
        puppet: str | Path | Puppet,
        *,
        background: ImageSource | None = None,
        size: FrameSize = None,
        crop: bool = False,
        transparent: bool = False,
    ) -> Subject:
        """A puppet, by name or folder, ready to be animated, on its own background or another one.

        With `transparent` frames are RGBA without a background. `size` and `crop` are those of
        `photo_subject`. Raises PuppetError for a missing or damaged puppet.
        """
        loaded = puppet if isinstance(puppet, Puppet) else load_puppet(puppet)
        picture = None if background is None else load_image(background, self.notify)[0]
        return cartoon_subject(
            loaded, background=picture, size=size, crop=crop,
            transparent=transparent, notify=self.notify,
        )  # fmt: skip

    def animate(
        self,
        subject: Subject,
        audio: AudioSource,
        motion_config: MotionConfig | None = None,
        render_config: RenderConfig | None = None,
        *,
        pose_reference: FaceTrack | None = None,
        speaking_style: StyleSource | None = None,
        motion: FaceTrack | None = None,
        audio_track: int | None = None,
    ) -> Clip:
        """A clip of a subject that speaks a recording, as long as the recording.

        `render_config` sets the frame rate and the landmark drawing; size and crop were set with
        the subject. Head pose and eyelids are transferred from `pose_reference`, as returned by
        the method of that name. `speaking_style` is a recording of another speaker, or the name
        of a stored style, whose head motion and expression are imitated. `motion`, as returned by
        the method `motion`, replaces the predicted motion. `audio_track` is the number of the
        track of a file, see `load_audio`. Frames are rendered while they are iterated over. Raises
        AudioError for unreadable audio, InputError for arguments of other types.
        """
        require_type("subject", subject, Subject, _SUBJECT_HINT)
        render_config = RenderConfig.of(render_config)
        wave, cue = self.load_audio(audio, audio_track)
        fps = render_config.fps
        if motion is None:
            features = self.extract_features(wave, speaking_style)
            self.check_speech(features.voice_activity, audio)
            track = self._track(subject, wave, features, motion_config, fps, pose_reference)
        else:
            require_type("motion", motion, FaceTrack, "of Animator.motion")
            track = resample(motion, fps, clip_frames(wave.seconds, fps))
        frames = render_track(track, subject, render_config)
        width, height = subject.renderer.size
        if render_config.side_by_side:
            width += height
        return Clip(frames, len(track), (width, height), fps, wave, (cue,))

    def motion(
        self,
        subject: Subject,
        audio: AudioSource,
        motion_config: MotionConfig | None = None,
        fps: float = DEFAULT_FPS,
        *,
        pose_reference: FaceTrack | None = None,
        speaking_style: StyleSource | None = None,
        audio_track: int | None = None,
    ) -> FaceTrack:
        """The face track at `fps` that `animate` renders for a recording, in face units.

        Arguments are those of `animate`.
        """
        require_type("subject", subject, Subject, _SUBJECT_HINT)
        fps = RenderConfig(fps=fps).fps
        wave = self.load_audio(audio, audio_track)[0]
        features = self.extract_features(wave, speaking_style)
        self.check_speech(features.voice_activity, audio)
        return self._track(subject, wave, features, motion_config, fps, pose_reference)

    def _track(
        self,
        subject: Subject,
        wave: Waveform,
        features: SpeechFeatures,
        motion_config: MotionConfig | None,
        fps: float,
        pose_reference: FaceTrack | None,
    ) -> FaceTrack:
        track = self.predict_motion(
            features, subject.face, motion_config, subject.lip_gain, pose_reference
        )
        return resample_clip(track, subject.face, fps, clip_frames(wave.seconds, fps))

    def stream(
        self,
        subject: Subject,
        chunks: Iterable[Array],
        rate: int,
        motion_config: MotionConfig | None = None,
        render_config: RenderConfig | None = None,
        *,
        speaking_style: StyleSource | None = None,
        look_ahead: float | None = None,
    ) -> Iterator[Array]:
        """Animate a subject while the audio arrives: yields frames (h, w, 3 or 4) uint8.

        `chunks` are arrays of audio, (n,) or (n, channels), of any length at `rate` Hz. A frame
        is yielded when `look_ahead` seconds of audio after its own time have arrived, the last
        ones when the chunks end; in total they last as long as the audio. Frames do not depend on
        how the audio is cut into chunks, and memory use is constant. A `look_ahead` of at least
        0.08 s instead gives them earlier, with lips that are less exact.

        Other arguments are those of `animate`. Without a `speaking_style` head motion follows
        the speaker embedding of the audio so far. Raises AudioError for chunks that are not
        audio, InputError for a `motion_config` with several angles of one axis.
        """
        require_type("subject", subject, Subject, _SUBJECT_HINT)
        motion_config = MotionConfig.of(motion_config)
        render_config = RenderConfig.of(render_config)
        style = None if speaking_style is None else self.speaking_style(speaking_style)
        return stream(
            self.models, subject, chunks, rate, motion_config, render_config, style, self.notify,
            look_ahead,
        )  # fmt: skip

    def look_ahead(self, fps: float = DEFAULT_FPS) -> float:
        """Seconds of audio after its own time that a frame at `fps` needs. Raises InputError."""
        return look_ahead(self.models, RenderConfig(fps=fps).fps)

    def __call__(
        self,
        image: ImageSource,
        audio: AudioSource,
        *,
        motion_config: MotionConfig | None = None,
        render_config: RenderConfig | None = None,
        face: int | None = None,
    ) -> Clip:
        """A clip of a picture speaking a recording: `photo`, then `animate`."""
        render_config = RenderConfig.of(render_config)
        subject = self.photo(image, face=face, size=render_config.size, crop=render_config.crop)
        return self.animate(subject, audio, motion_config, render_config)
