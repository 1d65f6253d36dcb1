"""Recordings with the encoder features of a speech recogniser, which the audio encoder distils."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.media.audio import read_audio
from talkinghead.media.loudness import normalise_loudness
from talkinghead.sample_rates import RATE
from talkinghead.speech.speaker_encoder import MIN_SAMPLES, SpeakerEncoder
from talkinghead.train.data.array_store import (
    from_int16,
    read_arrays,
    require_files,
    to_int16,
    write_arrays,
)
from talkinghead.train.data.corpus import find_recordings
from talkinghead.train.data.jobs import PreprocessJob, Progress, run_jobs
from talkinghead.types import Array
from talkinghead.workers.engine import Engine

if TYPE_CHECKING:
    from talkinghead.train.labels.whisper import WhisperTeacher


@dataclass(frozen=True)
class TaughtRecording:
    """A recording of one speaker, and what the teacher's encoder makes of it."""

    samples: Array  # (n,) float32 at RATE, loudness normalised
    features: Array  # (u, TEACHER_CHANNELS) float16, TEACHER_FPS a second
    speaker_embedding: Array  # (256,) float32
    speaker: str
    source: str  # path of the recording below the data folder, without its ending


def save_recording(recording: TaughtRecording, path: Path) -> None:
    """Write one recording, its samples as 16-bit. Raises OutputError."""
    write_arrays(
        path,
        samples=to_int16(recording.samples),
        features=recording.features.astype(np.float16),
        speaker_embedding=recording.speaker_embedding.astype(np.float16),
        speaker=recording.speaker,
        source=recording.source,
        rate=RATE,
    )


def read_recordings(folder: Path) -> Iterator[TaughtRecording]:
    """Every recording below a folder that `preprocess teacher-features` filled, in a fixed order.

    Raises InputError.
    """
    for path in require_files(folder, "teacher features", "preprocess teacher-features DATA"):
        with read_arrays(path) as stored:
            yield TaughtRecording(
                from_int16(stored["samples"]),
                stored["features"],
                stored["speaker_embedding"].astype(np.float32),
                str(stored["speaker"]),
                str(stored["source"]),
            )


def preprocess_teacher_features(
    root: Path, out: Path, engine: Engine | int = 2, progress: Progress | None = None
) -> list[str]:
    """Encode every recording and talking clip below `root` into `out`; see `run_jobs`."""
    jobs = [
        PreprocessJob(
            recording.source, _encode,
            (recording.path, recording.speaker, recording.source, out / f"{recording.source}.npz"),
            out / f"{recording.source}.npz",
        )
        for recording in find_recordings(root)
    ]  # fmt: skip
    if not jobs:
        raise InputError(f"{root}: no recordings and no talking clips; give a folder of speech")
    return run_jobs(jobs, root, out, engine, progress)


@cache
def _cached_models() -> "tuple[SpeakerEncoder, WhisperTeacher]":
    """Built once per worker process: they load slowly."""
    from talkinghead.train.labels.whisper import WhisperTeacher  # needs the extra `teachers`

    return SpeakerEncoder(), WhisperTeacher()


def _encode(path: Path, speaker: str, source: str, target: Path) -> str | None:
    speaker_encoder, teacher = _cached_models()
    try:
        wave = read_audio(path)
        if wave.samples.size < MIN_SAMPLES:
            needed = MIN_SAMPLES / RATE
            return f"{source}: {wave.seconds:.2f} s of audio, {needed} s needed"
        wave = normalise_loudness(wave)
        features, embedding = teacher.encode(wave), speaker_encoder(wave)
        save_recording(TaughtRecording(wave.samples, features, embedding, speaker, source), target)
    except TalkingHeadError as error:
        return f"{source}: {error}"
    return None
