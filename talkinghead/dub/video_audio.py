"""Takes the rest of a video's own audio, which follows new words that are shorter."""

from fractions import Fraction
from pathlib import Path

import av

from talkinghead.errors import AudioError
from talkinghead.media.container import open_container
from talkinghead.media.video_frames import VideoProperties, video_stream


def write_rest_of_audio(properties: VideoProperties, start: float, path: Path) -> Path | None:
    """Write the video's audio from `start` seconds after its first frame on, as a wav file.

    None without audio there. Raises AudioError for audio that cannot be decoded.
    """
    if not properties.has_audio:
        return None
    written = 0
    with open_container(properties.path, AudioError, "audio") as container:
        video = video_stream(container, properties.path)
        begin = float((video.start_time or 0) * video.time_base) + start
        stream = container.streams.audio[0]
        with av.open(str(path), "w", format="wav") as out:
            target = out.add_stream("pcm_s16le", rate=stream.rate, layout=stream.layout.name)
            resampler = av.AudioResampler("s16", stream.layout, stream.rate)
            for frame in container.decode(stream):
                if frame.time is not None and frame.time + frame.samples / frame.rate <= begin:
                    continue
                for part in resampler.resample(frame):
                    part.pts, part.time_base = written, Fraction(1, part.rate)
                    written += part.samples
                    out.mux(target.encode(part))
            out.mux(target.encode(None))
    return path if written else None
