"""Synthetic training data: a speaker whose mouth opens as the sound grows, and others."""

from dataclasses import replace

import numpy as np

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth
from talkinghead.landmarks import INNER_LOWER, OUTER_LOWER
from talkinghead.models.mel import MEL_BANDS
from talkinghead.models.speaker_branch import NOISE_SCALES, SpeakerBranchSize
from talkinghead.models.syncnet import MEL_WINDOW
from talkinghead.motion.windows import noise
from talkinghead.sample_rates import FRAME_SAMPLES, HOP
from talkinghead.train.data.clips import Example
from talkinghead.train.data.frame_pairs import RUN_FRAMES, FramePairs
from talkinghead.train.data.mouth_crops import MARGIN, SIDE, MouthClip
from talkinghead.train.data.speech import Utterance
from talkinghead.train.speaker.batches import Recording, window_log_ranges

NEUTRAL_FACE = close_mouth(mean_face())
SPEAKER_SIZE = SpeakerBranchSize(
    content_channels=6, stride=2, token_channels=16, layers=1, heads=2,
    speaker_bottleneck=4, noise_channels=4,
)  # fmt: skip
CROP_SIDE = 16  # pixels, of the translator in tests


def example(frames: int = 60, shift: float = 0.0, speaker: str = "a", seed: int = 0) -> Example:
    """A clip whose mouth opens with the level of its noise; `shift` moves mouth and jaw down."""
    rng = np.random.default_rng(seed)
    points = np.repeat(NEUTRAL_FACE[None], frames, axis=0)
    drop = 0.06 * (0.5 - 0.5 * np.cos(np.arange(frames) / 2))
    points[:, [65, 66, 67], 1] += drop[:, None]
    points[:, 48:68, 1] += shift
    points[:, 0:17, 1] += shift
    level = np.repeat(drop / 0.06, FRAME_SAMPLES)
    samples = 0.1 * rng.standard_normal(frames * FRAME_SAMPLES) * level
    return Example(
        points.astype(np.float32),
        np.zeros((frames, 6), np.float32),
        samples.astype(np.float32),
        speaker,
        f"folder/{seed}.mp4",
    )


def utterance(seed: int = 0, speaker: str = "flite/slt", family: str = "flite") -> Utterance:
    """A tone for one phone, hiss for another."""
    rng = np.random.default_rng(seed)
    frames = 160
    phones = np.repeat(rng.integers(1, 3, size=frames // 20), 20).astype(np.int8)
    labels = np.repeat(phones, HOP)
    tone = 0.2 * np.sin(np.arange(frames * HOP) * 0.3)
    hiss = 0.1 * rng.standard_normal(frames * HOP)
    samples = np.where(labels == 1, tone, hiss).astype(np.float32)
    f0 = np.where(phones == 1, 120.0, 0.0).astype(np.float32)
    embedding = np.full(256, 1 / 16, dtype=np.float32)
    return Utterance(samples, phones, f0, embedding, speaker, f"{family}/{seed}")


def mouth_clip(speaker: str = "someone", frames: int = 40, seed: int = 0) -> MouthClip:
    """A dark mouth as high as the noise that goes with it is loud."""
    rng = np.random.default_rng(seed)
    level = np.repeat(rng.random(frames // 2 + 1), 2)[:frames]
    side = SIDE + 2 * MARGIN
    crops = np.full((frames, side, side), 150, np.uint8)
    for crop, height in zip(crops, level, strict=True):
        crop[40 - int(20 * height) : 41 + int(20 * height), 20:60] = 10
    hiss = rng.normal(size=frames * FRAME_SAMPLES) * np.repeat(0.01 + 0.2 * level, FRAME_SAMPLES)
    lips = np.full((frames, 20, 2), 40.0) + level[:, None, None]
    samples = hiss.clip(-1, 1).astype(np.float32)
    return MouthClip(crops, lips.astype(np.float32), samples, speaker, f"{speaker}/{seed}.mp4")


def frame_pairs(rng: np.random.Generator, speaker: str = "someone", count: int = 6) -> FramePairs:
    """Crops with a dark mouth in the truth that the warp has not opened."""
    side = CROP_SIDE + 4
    before = mean_face()[:, :2] * side / 0.62 + [side / 2, 0]
    before = before - [0, before[48:68, 1].mean() - side / 2]
    now = before.copy()
    now[[*INNER_LOWER, *OUTER_LOWER], 1] += 4
    skin = rng.integers(150, 170, size=(count, side, side, 3), dtype=np.uint8)
    truth = skin.copy()
    truth[:, 8:14, 6:14] = 20
    return FramePairs(
        skin[:1],
        before[None].astype(np.float32),
        np.zeros(count, int),
        skin,
        truth,
        np.repeat(now[None], count, 0).astype(np.float32),
        speaker,
    )


def frame_runs(rng: np.random.Generator, speaker: str = "someone") -> FramePairs:
    """Frame pairs with two runs of consecutive frames, the second one without sound."""
    mel = np.zeros((2, MEL_WINDOW, MEL_BANDS), np.float16)
    mel[1] = np.nan
    runs = np.array([range(RUN_FRAMES), range(1, RUN_FRAMES + 1)])
    return replace(frame_pairs(rng, speaker), runs=runs, mel=mel)


def recordings(speakers: int = 5, clips: int = 2, frames: int = 80) -> list[Recording]:
    """Speakers whose embedding determines how far they turn their heads."""
    rng = np.random.default_rng(0)
    made = []
    for number in range(speakers):
        embedding = np.zeros(SPEAKER_SIZE.speaker_channels, dtype=np.float32)
        embedding[:2] = np.cos(number), np.sin(number)
        for clip in range(clips):
            axes = np.array([3, 3, 2, 0.02, 0.02, 0.01], dtype=np.float32)
            pose = noise(7 * number + clip, 0, frames, 6)[:, 2 :: len(NOISE_SCALES)]
            pose = np.exp(embedding[0]) * axes * pose
            residual = 0.01 * noise(clip, 0, frames, 41)[:, :204].reshape(-1, 68, 3)
            made.append(
                Recording(
                    rng.normal(size=(frames * SPEAKER_SIZE.stride, 6)).astype(np.float16),
                    embedding,
                    pose - pose.mean(axis=0),
                    residual.astype(np.float16),
                    np.append(window_log_ranges(pose), [0, 0]).astype(np.float32),
                    f"speaker {number}",
                    f"{number}/{clip}",
                )
            )
    return made
