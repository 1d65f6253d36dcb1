"""A copy of a video has its time stamps, rotation, pixel aspect and colours, and other audio."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from talkinghead.errors import OutputError
from talkinghead.media.video_copy import check_copy_format, check_kept_streams, open_video_copy
from talkinghead.media.video_frames import decode_video, read_properties
from talkinghead.types import AudioCue, Waveform
from tests.dub.videos import drifting, frame_facts, write_test_video
from tests.media.synthetic import tone

UNEVEN = [0, 512, 1536, 1600, 3000, 5000, 5120, 7000]  # of 1/12800 seconds


def copy(source: Path, target: Path, **options: bool) -> Path:
    properties = read_properties(source)
    audio = (AudioCue(Waveform(tone(0.6), 16_000)),)
    with decode_video(properties) as frames:
        decoded = list(frames)
    first = decoded[0]
    with open_video_copy(
        target, properties, first.format.name, first.pts, audio, 0.6, **options
    ) as writer:
        for frame in decoded:
            writer.write(frame, frame.pts)
    return target


@pytest.mark.parametrize(
    "video",
    [
        {},
        {"stamps": UNEVEN},
        {"stamps": [stamp + 6400 for stamp in UNEVEN]},
        {"rotation": 90},
        {"rotation": -90, "stamps": UNEVEN},
        {"aspect": Fraction(16, 11)},
        {"pixel_format": "yuv444p"},
        {"pixel_format": "yuv420p10le"},
        {"tags": {"colorspace": 1, "color_range": 2}},
    ],
    ids=str,
)
def test_a_copy_keeps_what_a_video_is(portrait_image, tmp_path, video):
    frames = drifting(portrait_image[100:164, 180:276], 8)
    source = write_test_video(tmp_path / "video.mp4", frames, **video)
    target = copy(source, tmp_path / "copy.mp4")
    before, after = frame_facts(source), frame_facts(target)
    assert after.pop("streams") == ["video", "audio"]
    assert "ynthetic" in str(after.pop("comment"))
    before.pop("streams"), before.pop("comment")
    after["aspect"], before["aspect"] = after["aspect"] or 1, before["aspect"] or 1
    assert after == before


@pytest.mark.parametrize("pixel_format", ["yuv420p10le", "yuv444p"])
def test_webm_gets_what_its_encoder_has(portrait_image, tmp_path, pixel_format):
    frames = drifting(portrait_image[100:163, 180:275], 8)
    if pixel_format != "yuv444p":  # H.264 halves only even sizes
        frames = [frame[:62, :94] for frame in frames]
    source = write_test_video(tmp_path / "video.mp4", frames, pixel_format=pixel_format)
    facts = frame_facts(copy(source, tmp_path / "copy.webm"))
    assert facts["format"] == "yuv420p"
    assert facts["size"] == frames[0].shape[1::-1]
    assert facts["seconds"] == frame_facts(source)["seconds"]


def test_the_audio_begins_with_the_first_frame(portrait_image, tmp_path):
    stamps = [6400 + 512 * i for i in range(8)]
    source = write_test_video(
        tmp_path / "a.mp4", drifting(portrait_image[:64, :64], 8), stamps=stamps
    )
    target = copy(source, tmp_path / "b.mkv")
    with av.open(str(target)) as container:
        frames = list(container.decode(audio=0))
        samples = np.concatenate([frame.to_ndarray()[0] for frame in frames])
        start = float(frames[0].pts * frames[0].time_base)
        onset = start + float(np.argmax(np.abs(samples) > 0.1)) / frames[0].rate
    assert onset == pytest.approx(0.5, abs=0.03)


def test_tracks_of_the_video_are_copied_on_demand(portrait_image, tmp_path):
    source = write_test_video(
        tmp_path / "a.mp4", drifting(portrait_image[:64, :64], 8), audio=tone(0.4)
    )
    assert frame_facts(copy(source, tmp_path / "b.mp4"))["streams"] == ["video", "audio"]
    both = copy(source, tmp_path / "c.mp4", keep_streams=True)
    assert frame_facts(both)["streams"] == ["video", "audio", "audio"]
    with av.open(str(both)) as container:
        seconds = sum(f.samples for f in container.decode(container.streams.audio[1])) / 16_000
    assert seconds == pytest.approx(0.3, abs=0.15)


def test_formats_that_cannot_hold_a_video_or_its_tracks_are_refused(portrait_image, tmp_path):
    for name in ("a.gif", "a.webp", "a", "a_%06d.png"):
        with pytest.raises(OutputError, match=r"\.mp4, \.mov, \.mkv, \.webm"):
            check_copy_format(Path(name))
    source = write_test_video(
        tmp_path / "a.mp4", drifting(portrait_image[:64, :64], 4), audio=tone(0.1)
    )
    check_kept_streams(source, tmp_path / "b.mkv")
    with pytest.raises(OutputError, match=r"b\.webm.*aac.*\.mkv"):
        check_kept_streams(source, tmp_path / "b.webm")
    assert not list(tmp_path.glob("b.*"))
