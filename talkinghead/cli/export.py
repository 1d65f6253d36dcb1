"""`talkinghead motion` and `plot`: how a face moves, as numbers for a rig and as plots."""

from __future__ import annotations  # evaluated, they would import torch: --help must not

from argparse import Namespace
from typing import TYPE_CHECKING

from talkinghead.cli.options import Parser, add_options, add_reporting, read_options
from talkinghead.progress import Progress
from talkinghead.requests.files import notes_on_replacing
from talkinghead.requests.track import (
    MEAN_FACE,
    BlendshapesRequest,
    MotionRequest,
    PlotRequest,
    TrackRequest,
)

if TYPE_CHECKING:
    from talkinghead.pipeline import Animator
    from talkinghead.types import Array, FaceTrack, Subject

MOTION = """\
examples:
  talkinghead motion astronaut speech.wav -o motion.npz
  talkinghead motion none speech.wav -o motion.csv --fps 24 --still
  talkinghead motion --puppet wilk speech.wav -o motion.json
The 68 landmarks in face units: the face 1 wide and upright, x right, y down, z away. The head pose
apart: yaw, pitch and roll in degrees, x, y and z in face widths.
"""
PLOT = """\
examples:
  talkinghead plot astronaut speech.wav -o plots/
  talkinghead plot none speech.wav -o plots/
  talkinghead plot --puppet wilk speech.wav -o plots/ --style-from lively
writes in DIR
  track.png      mouth opening and width and head pose, under the audio
  landmarks.png  the 68 landmarks on the picture; not without a picture
  landmarks.mp4  the landmarks as they move, with the audio
"""


def configure_motion(parser: Parser) -> None:
    """The options of `motion`."""
    parser.epilog = MOTION
    add_options(parser, MotionRequest)
    add_reporting(parser)
    parser.set_defaults(run=motion)


def configure_plot(parser: Parser) -> None:
    """The options of `plot`."""
    parser.epilog = PLOT
    add_options(parser, PlotRequest)
    add_reporting(parser)
    parser.set_defaults(run=plot)


def motion(args: Namespace, progress: Progress) -> None:
    """Predict the motion, write it, and print the path of what was written."""
    request = read_options(MotionRequest, with_recording(args))
    for note in notes_on_replacing(request.target, option=True):
        progress.note(note)

    from talkinghead.media.motion_export import write_motion

    subject, track = predict_track(request, progress)
    write_motion(track, subject.face, request.target)
    progress.success(output=str(request.target), frames=len(track))
    progress.print_output(request.target)


def predict_track(
    request: MotionRequest | BlendshapesRequest, progress: Progress
) -> tuple[Subject, FaceTrack]:
    """Load the networks; returns who moves, and the motion that the request asks for."""
    from talkinghead.requests.run import ENCODING_AUDIO, load_animator, speech_source

    animator = load_animator(request.models, progress)
    progress.stage("finding the face")
    subject, _, _ = subject_of(request, animator)
    audio = speech_source(request.audio, request, progress)
    progress.stage(ENCODING_AUDIO)
    track = animator.motion(
        subject,
        audio,
        request.motion_config,
        request.fps,
        pose_reference=pose_reference_of(request, animator),
        speaking_style=request.style_from,
        audio_track=request.audio_track,
    )
    return subject, track


def plot(args: Namespace, progress: Progress) -> None:
    """Predict the motion, and write the plots and the video."""
    request = read_options(PlotRequest, with_recording(args))
    track_path, landmarks_path, video_path = request.outputs
    for note in notes_on_replacing(*request.outputs):
        progress.note(note)

    from talkinghead.media.video_writer import write_video
    from talkinghead.motion.resample import resample_clip
    from talkinghead.render.landmark_drawing import LandmarkRenderer
    from talkinghead.render.plots import plot_landmarks, plot_track
    from talkinghead.requests.run import ENCODING_AUDIO, load_animator, speech_source
    from talkinghead.types import Clip

    animator = load_animator(request.models, progress)
    progress.stage("finding the face")
    subject, picture, points = subject_of(request, animator)
    audio = speech_source(request.audio, request, progress)
    progress.stage(ENCODING_AUDIO)
    wave, cue = animator.load_audio(audio, request.audio_track)
    features = animator.extract_features(wave, request.style_from)
    animator.check_speech(features.voice_activity, audio)
    reference = pose_reference_of(request, animator)
    track = animator.predict_motion(
        features, subject.face, request.motion_config, subject.lip_gain, reference
    )
    track = resample_clip(track, subject.face, track.fps, len(track))

    request.output.mkdir(parents=True, exist_ok=True)
    progress.stage("drawing")
    title = str(request.say) if request.audio is None else request.audio.name
    plot_track(track, wave, track_path, title)
    progress.print_output(track_path)
    if picture is not None:
        plot_landmarks(picture, points, landmarks_path)
        progress.print_output(landmarks_path)
    renderer = LandmarkRenderer()
    frames = renderer.render(subject.frame.place(track))
    clip = Clip(frames, len(track), renderer.size, track.fps, wave, (cue,))
    progress.start(clip.count, "frame", fps=clip.fps, size=list(clip.size))
    write_video(clip, video_path, progress=lambda done, _: progress.step(done))
    progress.success(output=str(request.output))
    progress.print_output(video_path)


def with_recording(args: Namespace) -> Namespace:
    """The words as meant: without --say, one word alone is the recording and no picture."""
    words = dict(vars(args))
    if "image" in words and not {"audio", "say"} & set(words):
        words["audio"] = words.pop("image")
    return Namespace(**words)


def pose_reference_of(request: TrackRequest, animator: Animator) -> FaceTrack | None:
    """The head pose to transfer, if any."""
    return None if request.pose_from is None else animator.pose_reference(request.pose_from)


def subject_of(request: TrackRequest, animator: Animator) -> tuple[Subject, Array | None, Array]:
    """Who moves, the picture to draw on, and the 68 points in its pixels."""
    import numpy as np

    from talkinghead.geometry.align import mean_face
    from talkinghead.geometry.mouth import close_mouth
    from talkinghead.render.landmark_drawing import LandmarkRenderer
    from talkinghead.subjects import neutral_face
    from talkinghead.types import FaceFrame, FaceShape, FaceTrack, Subject

    if request.image == MEAN_FACE:
        face, frame = FaceShape(close_mouth(mean_face())), FaceFrame(np.eye(3), 300.0, np.zeros(3))
        return Subject(face, frame, LandmarkRenderer()), None, face.points
    if request.puppet is not None:
        subject = animator.cartoon(request.puppet, size="full")
        points = subject.frame.to_pixels(subject.face.points)
        neutral = subject.frame.place(FaceTrack(subject.face.points[None], np.zeros((1, 6))))
        return subject, next(subject.renderer.render(neutral)), points
    assert request.image is not None
    portrait = animator.portrait(request.image, request.face)
    return Subject(*neutral_face(portrait), LandmarkRenderer()), portrait.image, portrait.landmarks
