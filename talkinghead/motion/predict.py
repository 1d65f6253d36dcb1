"""Runs the branches: features and a face at rest to a face track."""

from dataclasses import replace

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d

from talkinghead.landmarks import JAW, MOUTH
from talkinghead.motion.content_branch import ContentBranch, State
from talkinghead.motion.crisp import crisp
from talkinghead.motion.speaker_branch import SpeakerBranch, speaker_motion
from talkinghead.types import Array, FaceShape, FaceTrack, SpeechFeatures

WAITING = 0.35  # share of the head motion that goes on while nobody speaks
SETTLE = 0.5  # seconds over which the head settles
LIP_STYLE = 0.25  # share of the lips' own style: it is chance, and must not drown the words
BLOCK = 1500  # motion frames a pass, one minute: memory stays flat, the state runs on


@torch.inference_mode()
def predict(net: ContentBranch, features: SpeechFeatures, face: FaceShape) -> FaceTrack:
    """The face over the whole recording, one frame for each of `features.activity`.

    The last sound is held for the look-ahead, so that no frame is lost at the end.
    """
    device = next(net.parameters()).device
    frames, ahead, stride = len(features.activity), net.size.look_ahead, net.size.stride
    padding = (frames + ahead) * stride - len(features.heard)
    sound = np.pad(features.heard, ((0, padding), (0, 0)), mode="edge")
    shape = torch.as_tensor(face.points, dtype=torch.float32, device=device)[None]
    state: State | None = None
    offsets: list[Array] = []
    for start in range(0, frames + ahead, BLOCK):
        block = sound[start * stride : (start + BLOCK) * stride]
        given = torch.as_tensor(block, dtype=torch.float32, device=device)[None]
        moved, state = net.step(given, shape, state)
        offsets.append(moved[0].cpu().numpy())
    points = face.points + crisp(np.concatenate(offsets)[ahead:])
    return FaceTrack(points.astype(np.float32), np.zeros((frames, 6), dtype=np.float32))


def with_manner(
    track: FaceTrack, net: SpeakerBranch, features: SpeechFeatures, face: FaceShape, seed: int
) -> FaceTrack:
    """The track with its talker's manner: head, brows, lip style, and how far the mouth goes.

    Another seed is another take.
    """
    made = speaker_motion(net, features.content, features.speaker, len(track), seed)
    style = np.array(made.residual)
    for part in (JAW, MOUTH):
        style[:, part] *= LIP_STYLE
    points = face.points + made.mouth * (track.points - face.points) + style
    talking = gaussian_filter1d(features.activity.astype(float), SETTLE * track.fps, mode="nearest")
    pose = made.pose * (WAITING + (1 - WAITING) * talking)[:, None]
    return replace(track, points=points.astype(np.float32), pose=pose.astype(np.float32))
