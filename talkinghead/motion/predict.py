"""Runs the branches over whole recordings: features and a face at rest to a face track."""

from dataclasses import replace

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d

from talkinghead.landmarks import JAW, MOUTH
from talkinghead.motion.content_branch import ContentBranch, State
from talkinghead.motion.crisp import crisp
from talkinghead.motion.speaker_branch import SpeakerBranch, SpeakerMotion
from talkinghead.motion.windows import Windows, in_windows, noise
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


@torch.inference_mode()
def speaker_motion(
    net: SpeakerBranch,
    content: Array,
    speaker: Array,
    frames: int,
    seed: int,
) -> SpeakerMotion[Array]:
    """Motion over a whole recording: pose (frames, 6), residual (frames, 68, 3), mouth ().

    Takes content (t, channels) at net.size.stride frames a motion frame, the last one held
    where it ends early, and the voice (net.size.speaker,), zeros for nobody's. The same seed
    gives the same motion; memory beyond the result grows by the noise alone, 160 bytes a frame.
    """
    device, stride = net.limits.device, net.size.stride
    voice = torch.as_tensor(speaker, dtype=torch.float32, device=device)[None]
    manner = net.manner_of(voice)
    chance = torch.from_numpy(noise(seed, 0, frames, net.size.chance)).to(device)

    def part(start: int, stop: int) -> Array:
        places = np.arange(start * stride, stop * stride).clip(max=len(content) - 1)
        heard = torch.as_tensor(content[places], dtype=torch.float32, device=device)[None]
        moved = net.unit(heard, voice, chance[None, start:stop]).joined()
        return np.asarray(moved[0].cpu().numpy())

    joined = torch.from_numpy(in_windows(part, frames, Windows())).float()
    unit = net.parted(joined[None].to(device))
    made = net.ranged(unit, manner)
    pose, residual, mouth = (x[0].cpu().numpy() for x in (made.pose, made.residual, made.mouth))
    return SpeakerMotion(pose, residual, mouth)


def with_manner(
    track: FaceTrack, net: SpeakerBranch, features: SpeechFeatures, face: FaceShape, seed: int
) -> FaceTrack:
    """The track with its talker's manner: head, brows, lip style, and how far the mouth goes.

    Another seed is another take.
    """
    made = speaker_motion(net, features.content, features.speaker, len(track), seed)
    talking = gaussian_filter1d(features.activity.astype(float), SETTLE * track.fps, mode="nearest")
    return mannered(track, made, face, talking)


def mannered(
    track: FaceTrack, made: SpeakerMotion[Array], face: FaceShape, talking: Array
) -> FaceTrack:
    """The track with what the speaker branch made; the head rests where (t,) `talking` is 0."""
    style = made.residual.copy()
    for part in (JAW, MOUTH):
        style[:, part] *= LIP_STYLE
    points = face.points + made.mouth * (track.points - face.points) + style
    pose = made.pose * (WAITING + (1 - WAITING) * talking)[:, None]
    return replace(track, points=points.astype(np.float32), pose=pose.astype(np.float32))
