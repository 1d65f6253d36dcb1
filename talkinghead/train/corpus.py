"""Fills a folder with utterances: recordings, talking clips and synthetic speech."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from talkinghead.clock import RATE
from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.media.audio import read_audio
from talkinghead.speech.phones import Timed
from talkinghead.speech.speaker_encoder import SHORTEST, SpeakerEncoder
from talkinghead.train.clips import SUFFIXES as VIDEO
from talkinghead.train.jobs import Job, Progress, run_jobs
from talkinghead.train.speech import save_utterance, utterance
from talkinghead.train.sphinx import PhoneLabeller
from talkinghead.train.splits import Listing, listings
from talkinghead.train.synthetic import speak
from talkinghead.types import Waveform

SOUND = {".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a"}
LIBRISPEECH = re.compile(r"(\d+)-\d+-\d+")  # speaker-chapter-utterance
PORTION = 50  # synthetic utterances a job


@dataclass(frozen=True)
class _Recording:
    """One file to be heard."""

    path: Path
    speaker: str
    source: str
    read: bool  # read English without a text, which is worth recognising


def grid_words(align: Path) -> list[str]:
    """The words of a GRID alignment (start, end in 1/25000 s, word), silences left out."""
    rows = [line.split() for line in align.read_text().splitlines() if line.strip()]
    if any(len(row) != 3 for row in rows):
        raise InputError(f"{align}: a line must hold start, end and word")
    return [word for _, _, word in rows if word not in ("sil", "sp")]


def _recordings(root: Path) -> Iterator[_Recording]:
    known = listings(root)
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        match = LIBRISPEECH.fullmatch(path.stem)
        filmed = any(path.with_suffix(ending).exists() for ending in VIDEO)
        if path.suffix.lower() in SOUND and not filmed:
            speaker = f"librispeech/{match[1]}" if match else name.parent.name
            yield _Recording(path, speaker, str(name.with_suffix("")), read=match is not None)
        elif path.suffix.lower() in VIDEO:
            listing = known.get(name, Listing(name.parent.name))
            if listing.speech:
                yield _Recording(path, listing.talker, str(name.with_suffix("")), read=False)


def _phones(wave: Waveform, recording: _Recording, labeller: PhoneLabeller) -> list[Timed]:
    align = recording.path.with_suffix(".align")
    if align.exists():
        return labeller.align(wave, grid_words(align))
    return labeller.recognise(wave)[1] if recording.read else []


@cache
def _built() -> tuple[SpeakerEncoder, PhoneLabeller]:
    """One a worker process: they load slowly."""
    return SpeakerEncoder(), PhoneLabeller()


def _hear(recording: _Recording, target: Path) -> str | None:
    voices, labeller = _built()
    try:
        wave = read_audio(recording.path)
        if wave.samples.size < SHORTEST:
            return f"{recording.source}: {wave.seconds:.2f} s of sound, {SHORTEST / RATE} s needed"
        phones = _phones(wave, recording, labeller)
        save_utterance(utterance(wave, phones, recording.speaker, recording.source, voices), target)
    except TalkingHeadError as error:
        return f"{recording.source}: {error}"
    return None


def _speak(count: int, seed: int, out: Path) -> str | None:
    voices, _ = _built()
    for spoken in speak(count, seed, {path.stem for path in out.rglob("*.npz")}):
        source = f"{spoken.voice.split('/')[0]}/{spoken.name}"
        one = utterance(spoken.wave, spoken.phones, spoken.voice, source, voices)
        save_utterance(one, out / f"{source}.npz")
    return None


def preprocess_speech(
    root: Path,
    out: Path,
    workers: int = 2,
    synthetic: int = 2400,
    progress: Progress | None = None,
) -> list[str]:
    """Turn every recording and talking clip below `root` into an utterance below `out`.

    Read English named as LibriSpeech names it (speaker-chapter-utterance) is recognised, clips
    with a GRID alignment are aligned, the sound of other clips stays without phones;
    `synthetic` utterances are spoken by synthesisers that tell their phones. See `run_jobs`.
    """
    recordings = list(_recordings(root))
    if not recordings and not synthetic:
        raise InputError(f"{root}: no sound ({', '.join(sorted(SOUND | VIDEO))})")
    # The synthesisers speak first: one that is not installed is told of at once.
    jobs = [
        Job(f"synthetic {seed}", _speak, (min(PORTION, synthetic - start), seed, out / "synthetic"))
        for seed, start in enumerate(range(0, synthetic, PORTION))
    ]
    jobs += [
        Job(one.source, _hear, (one, target), target)
        for one in recordings
        for target in [out / f"{one.source}.npz"]
    ]
    return run_jobs(jobs, root, out, workers, progress)
