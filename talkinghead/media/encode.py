"""A finished clip to a file of the format its ending names, whole or not at all."""

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import av

from talkinghead.errors import InputError, OutputError
from talkinghead.media.files import replacing
from talkinghead.media.formats import GIF, Format, as_target, check_rate, format_of
from talkinghead.media.palette import gathered
from talkinghead.media.picture import Picture
from talkinghead.media.provenance import COMMENT, Credentials
from talkinghead.media.sequence import write_sequence
from talkinghead.media.soundtrack import soundtrack
from talkinghead.types import Array, Clip

Told = Callable[[int, int], None]


def write_video(
    clip: Clip,
    path: str | Path,
    *,
    credentials: Credentials | None = None,
    progress: Told | None = None,
) -> None:
    """Write a clip as the frames arrive; memory does not grow with their number.

    The ending says the format: mp4 and mkv (H.264, AAC), mov (the same, or ProRes 4444 and PCM
    for frames with alpha), webm (VP9, Opus), webp and gif (no sound), numbered pictures (a name
    like `out/%06d.png`, or `out/`) with a wav beside them. Frames with alpha keep it in mov,
    webm, webp, gif and png and are laid on white elsewhere. mp4, mov and mkv of odd sizes get an
    edge pixel more. `progress` is told the frames done and their number. A comment in the file
    says that it is synthetic; `credentials` sign it as well, where the format can hold them.

    The sound is that of `clip.sound` at its own rate, mono or stereo, as long as `clip.audio`;
    without such a file it is `clip.audio` itself. On any failure or interruption an older file
    stays as it was; older pictures in a folder do until all new ones are written. Raises
    OutputError when the file cannot be written, InputError for frames that are no pictures,
    AudioError when `clip.sound` cannot be read.
    """
    target = as_target(path)
    kind = format_of(target)
    check_rate(target, clip.fps)
    if credentials is not None:
        credentials.check(target)
    frames = iter(clip.frames)
    first = next(frames, None)
    if first is None:
        raise InputError(f"{target}: the clip has no frames; nothing was written")
    frames = chain([first], frames)
    if kind.muxer is None:
        write_sequence(frames, first.shape, clip, target, progress)
        return
    with replacing(target) as temporary:
        try:
            _encode(frames, first.shape, clip, temporary, kind, progress)
        except av.FFmpegError as problem:
            reason = problem.strerror or problem
            raise OutputError(f"{target}: the video cannot be written ({reason})") from problem
        if credentials is not None:
            credentials.sign(temporary, target.name)


def _encode(
    frames: Iterator[Array],
    shape: tuple[int, ...],
    clip: Clip,
    path: Path,
    kind: Format,
    progress: Told | None,
) -> None:
    clear = kind.clear is not None and shape[2] == 4
    codec = kind.clear if clear else kind.opaque
    if codec is None:
        raise OutputError(f"{path.suffix}: holds no moving picture")
    options, palette = dict(kind.options), None
    if codec is GIF:
        palette, frames = gathered(frames)
        options["final_delay"] = str(round(100 / clip.fps))  # or the last frame is cut short
    audio = clip.audio if kind.sound else None
    sounding = (kind.clear_sound if clear else kind.sound) or ""
    with av.open(str(path), "w", format=kind.muxer, options=options) as container:
        container.metadata["comment"] = COMMENT
        video = Picture(container, codec, shape, clip.fps, palette)
        with soundtrack(container, audio, clip.sound, sounding) as sound:
            for done, frame in enumerate(frames, start=1):
                video.add(frame)
                if sound is not None:
                    sound.add_until(done / clip.fps)
                if progress is not None:
                    progress(done, clip.count)
            if sound is not None:
                sound.finish()
        video.finish()
