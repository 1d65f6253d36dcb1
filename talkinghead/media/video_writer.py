"""Writes clips as video files, in the format of the suffix, atomically."""

import inspect
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import av

from talkinghead.errors import InputError, OutputError
from talkinghead.media.atomic_write import atomic_write
from talkinghead.media.audio_track import open_audio_track
from talkinghead.media.c2pa import Credentials
from talkinghead.media.formats import GIF, Format, check_frame_rate, format_of, output_path
from talkinghead.media.frame_sequence import write_sequence
from talkinghead.media.gif import choose_palette
from talkinghead.media.synthetic_label import COMMENT, label_image_file
from talkinghead.media.video_stream import VideoStreamEncoder
from talkinghead.types import Array, Clip

OnProgress = Callable[[int, int], None]  # takes the number of frames written, and the total


def write_video(
    clip: Clip,
    path: str | Path,
    *,
    credentials: Credentials | None = None,
    progress: OnProgress | None = None,
) -> None:
    """Write a clip while its frames are rendered; memory does not grow with its length.

    The suffix selects the format: mp4 and mkv (H.264, AAC), mov (the same, or ProRes 4444 and
    PCM for frames with alpha), webm (VP9, Opus), webp and gif (without audio), or a frame
    sequence (a pattern such as `out/%06d.png`, or `out/`) with a wav file. Alpha is kept in mov,
    webm, webp, gif and png, and composited on white otherwise. mp4, mov and mkv of odd sizes are
    extended by one pixel. `progress` is called with the number of frames written and the total.
    The metadata state that the video is synthetic; `credentials`, if any, also sign it. A clip of
    which frames were taken is refused, and so is one that gives more or fewer than its `count`.

    The audio is that of `clip.audio_source` at its own rate, mono or stereo, as long as
    `clip.audio`; without a source it is `clip.audio` itself. On failure or interruption an older
    file is kept, and so is an older frame sequence until all new frames are written. Raises
    OutputError when the file cannot be written or `credentials` do not support its format,
    InputError for invalid frames or credentials, AudioError when `clip.audio_source` cannot be
    read.
    """
    target = output_path(path)
    output_format = format_of(target)
    check_frame_rate(target, clip.fps)
    if credentials is not None:
        credentials.check(target)
    if _is_begun(clip.frames):
        raise InputError(
            f"{target}: frames were taken from the clip before, and each can be read only once; "
            "make the clip again"
        )
    frames = _exactly(clip, target)
    first = next(frames, None)
    if first is None:
        raise InputError(f"{target}: the clip has no frames; nothing was written")
    frames = chain([first], frames)
    if output_format.muxer is None:
        write_sequence(frames, first.shape, clip, target, progress)
        return
    with atomic_write(target) as temporary:
        try:
            _encode(frames, first.shape, clip, temporary, output_format, progress)
        except av.FFmpegError as problem:
            reason = problem.strerror or problem
            raise OutputError(f"{target}: the video cannot be written ({reason})") from problem
        label_image_file(temporary)
        if credentials is not None:
            credentials.sign(temporary, target.name)


def _is_begun(frames: Iterator[Array]) -> bool:
    """Whether frames were taken from a generator, as renderers return it."""
    return (
        inspect.isgenerator(frames) and inspect.getgeneratorstate(frames) == inspect.GEN_SUSPENDED
    )


def _exactly(clip: Clip, target: Path) -> Iterator[Array]:
    """The frames of a clip. Raises InputError if they are more or fewer than it states."""
    number = 0
    for number, frame in enumerate(clip.frames, start=1):
        if number > clip.count:
            break
        yield frame
    if 0 < number != clip.count:
        given = f"only {number}" if number < clip.count else "more"
        raise InputError(
            f"{target}: the clip states {clip.count} frames and gives {given}, so the audio would "
            "not fit; nothing was written"
        )


def _encode(
    frames: Iterator[Array],
    shape: tuple[int, ...],
    clip: Clip,
    path: Path,
    output_format: Format,
    progress: OnProgress | None,
) -> None:
    keep_alpha = output_format.alpha_codec is not None and shape[2] == 4
    codec = output_format.alpha_codec if keep_alpha else output_format.codec
    if codec is None:
        raise OutputError(f"{path.suffix}: is not a video format")
    options, palette = dict(output_format.muxer_options), None
    if codec is GIF:
        palette, frames = choose_palette(frames)
        options["final_delay"] = str(round(100 / clip.fps))  # duration of the last frame
    audio = clip.audio if output_format.audio_codec else None
    audio_codec = output_format.alpha_audio_codec if keep_alpha else output_format.audio_codec
    with av.open(str(path), "w", format=output_format.muxer, options=options) as container:
        container.metadata["comment"] = COMMENT
        video = VideoStreamEncoder(container, codec, shape, clip.fps, palette)
        with open_audio_track(container, audio, clip.audio_source, audio_codec or "") as track:
            for count, frame in enumerate(frames, start=1):
                video.encode(frame)
                if track is not None:
                    track.encode_until(count / clip.fps)
                if progress is not None:
                    progress(count, clip.count)
            if track is not None:
                track.finish()
        video.finish()
