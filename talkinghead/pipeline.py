"""Animate a subject: extract features, predict motion, post-process, place, and render.

A subject is a photo or a puppet with its neutral face (`Animator.photo`, `Animator.cartoon`).
`Animator.animate` makes a clip from a recording; `Animator.stream` takes audio that is arriving.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from talkinghead.config import DEFAULT_FPS, MotionConfig, RenderConfig
from talkinghead.errors import FaceError
from talkinghead.face.detectors import load_detector
from talkinghead.face.detectors.base import Detector
from talkinghead.face.portrait import find_portrait
from talkinghead.face.tracking import track_face
from talkinghead.media.loading import AudioSource, ImageSource, load_audio, load_image
from talkinghead.media.loudness import normalise_loudness
from talkinghead.media.video_reader import open_video
from talkinghead.model_set import load_models, pick_device
from talkinghead.models.conv_encoder import encode_mel
from talkinghead.motion.postprocess import postprocess
from talkinghead.motion.predict import add_speaking_style, predict_content_motion
from talkinghead.motion.resample import clip_frames, resample, resample_clip
from talkinghead.puppet.store import load_puppet
from talkinghead.speech.speaking_styles import find_style
from talkinghead.speech.vad import log_mel_and_band_level, voice_activity
from talkinghead.streaming.stream import look_ahead, render_track, stream
from talkinghead.subjects import cartoon_subject, photo_subject
from talkinghead.types import (
    Array,
    Clip,
    FaceShape,
    FaceTrack,
    Portrait,
    Puppet,
    SpeechFeatures,
    Subject,
    Waveform,
)


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
        notify: Callable[[str], None] | None = None,
    ):
        """Load the networks in the folder `ckpt` (default: the repository's).

        `device` is auto, cpu or cuda, `detector` mediapipe or face-alignment. Each of the
        `*_weights` replaces one network. Without `refine` the mouths of photos are not refined by
        the translator, which is about twice as fast. `notify` is called with messages for the
        user, for example which of several faces was chosen. Raises WeightsError for missing or
        damaged weights, InputError for a device that is not available.
        """
        self.device, self._ckpt = pick_device(device), ckpt
        self._detector_name = detector
        self._detector: Detector | None = None
        self._notify = notify
        self.models = load_models(
            ckpt, self.device,
            content_voice=voice_weights, content_branch=content_weights,
            speaker_branch=speaker_weights, translator=translator_weights, refine=refine,
        )  # fmt: skip

    @property
    def face_detector(self) -> Detector:
        """The face detector, loaded when a photo or video first needs it."""
        if self._detector is None:
            self._detector = load_detector(self._detector_name, self.device)
        return self._detector

    def extract_features(
        self, wave: Waveform, speaking_style: AudioSource | None = None
    ) -> SpeechFeatures:
        """Extract the features of a recording at RATE from which its motion is predicted.

        Loudness is normalised first. With a `speaking_style` (see the method `speaking_style`)
        head and brows use its speaker embedding; the lips use that of the recording. Raises
        AudioError for another sample rate.
        """
        level = normalise_loudness(wave)
        speaker = self.models.speaker_encoder(level)
        style = speaker if speaking_style is None else self.speaking_style(speaking_style)
        content_encoder, branch = self.models.content_encoder, self.models.content_branch
        mel, band_level = log_mel_and_band_level(level)
        content = content_encoder.encode(mel, speaker)
        return SpeechFeatures(
            content=content,
            voice_activity=voice_activity(level, band_level),
            speaker_embedding=style,
            encoder_features=encode_mel(branch.encoder, mel, speaker),
            content_fps=content_encoder.fps,
            lip_closure=content_encoder.lip_closure(content, level.samples.size),
        )

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
        config, speaker_branch = motion_config or MotionConfig(), self.models.speaker_branch
        track = predict_content_motion(self.models.content_branch, features, face)
        if speaker_branch is not None:
            track = add_speaking_style(track, speaker_branch, features, face, config.seed)
        return postprocess(
            track, face, features.voice_activity, config,
            lip_gain=lip_gain, pose_reference=pose_reference, lip_closure=features.lip_closure,
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

    def speaking_style(self, source: AudioSource) -> Array:
        """(256,) speaker embedding whose head motion and expression `animate` imitates.

        `source` is a recording or the name of a stored style; an existing file takes precedence.
        Raises InputError, which lists the styles, for anything else.
        """
        if isinstance(source, str | Path) and not Path(source).is_file():
            return find_style(str(source), self._ckpt).speaker_embedding
        return self.models.speaker_encoder(normalise_loudness(load_audio(source)))

    def portrait(self, image: ImageSource, face: int | None = None) -> Portrait:
        """Read a picture and detect the face to animate: number `face`, or the largest.

        Raises ImageError for an unreadable picture, FaceError as `find_portrait` does.
        """
        pixels, where = load_image(image)
        return find_portrait(
            pixels, self.face_detector, face=face, where=where, notify=self._notify
        )

    def photo(
        self,
        image: ImageSource | Portrait,
        *,
        face: int | None = None,
        size: int | None = None,
        crop: bool = False,
    ) -> Subject:
        """A photo, painting or drawing of a face, ready to be animated.

        Background and other faces do not move. `size` and `crop` are those of `photo_subject`.
        Raises ImageError for an unreadable picture, FaceError without a face to animate.
        """
        portrait = image if isinstance(image, Portrait) else self.portrait(image, face)
        where = str(image) if isinstance(image, str | Path) else "picture"
        return photo_subject(
            portrait, size=size, crop=crop, translator=self.models.translator, where=where
        )

    def cartoon(
        self,
        puppet: str | Path | Puppet,
        *,
        background: ImageSource | None = None,
        size: int | None = None,
        crop: bool = False,
        transparent: bool = False,
    ) -> Subject:
        """A puppet, by name or folder, ready to be animated, on its own background or another one.

        With `transparent` frames are RGBA without a background. `size` and `crop` are those of
        `photo_subject`. Raises PuppetError for a missing or damaged puppet.
        """
        loaded = puppet if isinstance(puppet, Puppet) else load_puppet(puppet)
        picture = None if background is None else load_image(background)[0]
        return cartoon_subject(
            loaded, background=picture, size=size, crop=crop, transparent=transparent
        )

    def animate(
        self,
        subject: Subject,
        audio: AudioSource,
        motion_config: MotionConfig | None = None,
        render_config: RenderConfig | None = None,
        *,
        pose_reference: FaceTrack | None = None,
        speaking_style: AudioSource | None = None,
        motion: FaceTrack | None = None,
    ) -> Clip:
        """A clip of a subject that speaks a recording, as long as the recording.

        `render_config` sets the frame rate and the landmark drawing; size and crop were set with
        the subject. Head pose and eyelids are transferred from `pose_reference`, as returned by
        the method of that name. `speaking_style` is a recording of another speaker, or the name
        of a stored style, whose head motion and expression are imitated. `motion`, as returned by
        the method `motion`, replaces the predicted motion. Frames are rendered while they are
        iterated over. Raises AudioError for unreadable audio.
        """
        render_config, wave = render_config or RenderConfig(), load_audio(audio)
        fps = render_config.fps
        if motion is None:
            track = self.motion(
                subject, wave, motion_config, fps,
                pose_reference=pose_reference, speaking_style=speaking_style,
            )  # fmt: skip
        else:
            track = resample(motion, fps, clip_frames(wave.seconds, fps))
        frames = render_track(track, subject, render_config)
        width, height = subject.renderer.size
        if render_config.side_by_side:
            width += height
        source = audio if isinstance(audio, str | Path) else None
        return Clip(frames, len(track), (width, height), fps, wave, source)

    def motion(
        self,
        subject: Subject,
        audio: AudioSource,
        motion_config: MotionConfig | None = None,
        fps: float = DEFAULT_FPS,
        *,
        pose_reference: FaceTrack | None = None,
        speaking_style: AudioSource | None = None,
    ) -> FaceTrack:
        """The face track at `fps` that `animate` renders for a recording, in face units.

        Arguments are those of `animate`.
        """
        wave = load_audio(audio)
        features = self.extract_features(wave, speaking_style)
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
        speaking_style: AudioSource | None = None,
    ) -> Iterator[Array]:
        """Animate a subject while the audio arrives: yields frames (h, w, 3 or 4) uint8.

        `chunks` are arrays of audio, (n,) or (n, channels), of any length at `rate` Hz. A frame
        is yielded when `look_ahead` seconds of audio after its own time have arrived, the last
        ones when the chunks end; in total they last as long as the audio. Frames do not depend on
        how the audio is cut into chunks, and memory use is constant.

        Other arguments are those of `animate`. Without a `speaking_style` head motion follows
        the speaker embedding of the audio so far. Raises AudioError for chunks that are not
        audio, InputError for a `motion_config` with several angles of one axis.
        """
        style = None if speaking_style is None else self.speaking_style(speaking_style)
        return stream(self.models, subject, chunks, rate, motion_config, render_config, style)

    def look_ahead(self, fps: float = DEFAULT_FPS) -> float:
        """Seconds of audio after its own time that a frame of a stream at `fps` needs."""
        return look_ahead(self.models, fps)

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
        render_config = render_config or RenderConfig()
        subject = self.photo(image, face=face, size=render_config.size, crop=render_config.crop)
        return self.animate(subject, audio, motion_config, render_config)
