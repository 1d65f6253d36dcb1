"""Fills a folder with utterances: from recordings, talking clips and speech synthesisers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.media.audio import read_audio
from talkinghead.media.file_search import (
    AUDIO_KINDS,
    AUDIO_SUFFIXES,
    VIDEO_KINDS,
    VIDEO_SUFFIXES,
    walk_files,
    with_suffix_in,
)
from talkinghead.sample_rates import RATE
from talkinghead.speech.phonemes import TimedPhone
from talkinghead.speech.speaker_encoder import MIN_SAMPLES, SpeakerEncoder
from talkinghead.train.data.jobs import PreprocessJob, Progress, run_jobs
from talkinghead.train.data.layouts import alignment_of, speaker_of
from talkinghead.train.data.speech import build_utterance, save_utterance
from talkinghead.train.data.splits import ClipInfo, read_manifest
from talkinghead.train.data.synthetic import synthesize
from talkinghead.train.labels.sphinx import PhoneLabeller
from talkinghead.train.labels.transcript import TranscriptLabeller
from talkinghead.types import Waveform
from talkinghead.workers.engine import Engine

LIBRISPEECH_NAME = re.compile(r"(\d+)-\d+-\d+")  # speaker-chapter-utterance
UTTERANCES_PER_JOB = 50  # synthetic ones


@dataclass(frozen=True)
class _Recording:
    """One audio or video file."""

    path: Path
    speaker: str
    source: str
    is_read_speech: bool  # read English without a text, which is recognised first


def preprocess_speech(
    root: Path,
    out: Path,
    engine: Engine | int = 2,
    synthetic: int = 2400,
    progress: Progress | None = None,
) -> list[str]:
    """Turn every recording and talking clip below `root` into an utterance below `out`.

    Clips with a GRID alignment and recordings with names like LibriSpeech's
    (speaker-chapter-utterance) are aligned with their words, which Whisper recognises (pocketsphinx
    where the extra `teachers` is not installed: fewer are right); the speech of other clips has no
    phones. `synthetic` utterances come from synthesisers that give their phones. See `run_jobs`.
    """
    recordings = list(find_recordings(root))
    if not recordings and not synthetic:
        raise InputError(f"{root}: no audio ({AUDIO_KINDS}; {VIDEO_KINDS})")
    # The synthesisers come first, so that a missing one is reported at once.
    starts = range(0, synthetic, UTTERANCES_PER_JOB)
    jobs = [
        PreprocessJob(
            f"synthetic {seed}", _synthesize,
            (min(UTTERANCES_PER_JOB, synthetic - start), seed, out / "synthetic"),
        )
        for seed, start in enumerate(starts)
    ]  # fmt: skip
    for recording in recordings:
        target = out / f"{recording.source}.npz"
        jobs.append(PreprocessJob(recording.source, _process, (recording, target), target))
    return run_jobs(jobs, root, out, engine, progress)


def find_recordings(root: Path) -> Iterator[_Recording]:
    """The audio files and the clips with speech below `root`; audio beside a clip is left out."""
    manifest = read_manifest(root)
    paths = walk_files(root)
    clips = {path.with_suffix("") for path in with_suffix_in(paths, VIDEO_SUFFIXES)}
    for path in with_suffix_in(paths, AUDIO_SUFFIXES | VIDEO_SUFFIXES):
        name = path.relative_to(root)
        source = str(name.with_suffix(""))
        match = LIBRISPEECH_NAME.fullmatch(path.stem)
        if path.suffix.lower() in AUDIO_SUFFIXES:
            if path.with_suffix("") not in clips:
                speaker = f"librispeech/{match[1]}" if match else name.parent.name
                yield _Recording(path, speaker, source, is_read_speech=match is not None)
        else:
            clip = manifest.get(name, ClipInfo(speaker_of(name)))
            if clip.has_speech:
                yield _Recording(path, clip.speaker, source, is_read_speech=False)


def grid_words(align: Path) -> list[str]:
    """The words of a GRID alignment (start, end in 1/25000 s, word), without silences."""
    rows = [line.split() for line in align.read_text().splitlines() if line.strip()]
    if any(len(row) != 3 for row in rows):
        raise InputError(f"{align}: a line must hold start, end and word")
    return [word for _, _, word in rows if word not in ("sil", "sp")]


def _label_phones(
    wave: Waveform, recording: _Recording, labeller: PhoneLabeller
) -> list[TimedPhone]:
    align = alignment_of(recording.path)
    if align is not None:
        return labeller.align(wave, grid_words(align))
    if not recording.is_read_speech:
        return []
    with_transcript = _cached_transcript_labeller()
    phones = with_transcript(wave) if with_transcript else []
    return phones or labeller.recognise(wave)[1]


@cache
def _cached_transcript_labeller() -> TranscriptLabeller | None:
    """The better labels, where the extra `teachers` is installed."""
    try:
        return TranscriptLabeller()
    except InputError:
        return None


@cache
def _cached_models() -> tuple[SpeakerEncoder, PhoneLabeller]:
    """Built once per worker process: they load slowly."""
    return SpeakerEncoder(), PhoneLabeller()


def _process(recording: _Recording, target: Path) -> str | None:
    speaker_encoder, labeller = _cached_models()
    try:
        wave = read_audio(recording.path)
        if wave.samples.size < MIN_SAMPLES:
            needed = MIN_SAMPLES / RATE
            return f"{recording.source}: {wave.seconds:.2f} s of audio, {needed} s needed"
        phones = _label_phones(wave, recording, labeller)
        utterance = build_utterance(
            wave, phones, recording.speaker, recording.source, speaker_encoder
        )
        save_utterance(utterance, target)
    except TalkingHeadError as error:
        return f"{recording.source}: {error}"
    return None


def _synthesize(count: int, seed: int, out: Path) -> str | None:
    speaker_encoder, _ = _cached_models()
    for speech in synthesize(count, seed, {path.stem for path in out.rglob("*.npz")}):
        source = f"{speech.speaker.split('/')[0]}/{speech.name}"
        utterance = build_utterance(
            speech.wave, speech.phones, speech.speaker, source, speaker_encoder
        )
        save_utterance(utterance, out / f"{source}.npz")
    return None
