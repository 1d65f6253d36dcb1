"""Every format keeps what it promises: frames, length, colours, alpha, sound in step."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from talkinghead.errors import InputError, OutputError
from talkinghead.media.alpha import bled
from talkinghead.media.encode import write_video
from talkinghead.media.formats import FORMATS, as_target, number_in, numbered
from talkinghead.media.take import SOFTWARE
from talkinghead.types import Array, Clip, Waveform

from .making import tone

FPS = 25
COUNT = 20
SIZE = (97, 64)  # width odd
SKIN = (220, 120, 60)


def figure(number: int) -> Array:
    """(64, 97, 4) a soft disc that moves to the right; what is clear is black."""
    width, height = SIZE
    y, x = np.mgrid[:height, :width]
    far = np.hypot(x - 30 - number, y - 32)
    frame = np.zeros((height, width, 4), np.uint8)
    frame[..., 3] = np.clip((24 - far) * 40, 0, 255)
    frame[frame[..., 3] > 0, :3] = SKIN
    return frame


def clicks() -> Waveform:
    """A tone that begins at 0.4 seconds, as long as the frames."""
    samples = np.concatenate([np.zeros(round(0.4 * 16_000), np.float32), tone(0.4)])
    return Waveform(samples, 16_000)


def clip(channels: int = 4, fps: float = FPS) -> Clip:
    frames = (np.ascontiguousarray(figure(i)[..., :channels]) for i in range(COUNT))
    return Clip(frames, COUNT, SIZE, fps, clicks())


def older(path: Path) -> None:
    """A picture of an older take."""
    mark = PngInfo()
    mark.add_text(*SOFTWARE)
    Image.fromarray(figure(0)).save(path, pnginfo=mark)


def decoded(path: Path) -> tuple[Array, float]:
    """Frames (t, h, w, 4) of a file with its alpha, and how long they last in seconds."""
    if path.suffix in (".webp", ".gif"):
        with Image.open(path) as picture:
            frames, milliseconds = [], 0
            for number in range(getattr(picture, "n_frames", 1)):
                picture.seek(number)
                frames.append(np.asarray(picture.convert("RGBA")))
                milliseconds += picture.info["duration"]
        return np.stack(frames), milliseconds / 1000
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        seconds = float(container.duration) / av.time_base
        if stream.codec_context.name.endswith("vp9"):  # FFmpeg's own decoder drops alpha
            decoder = av.CodecContext.create("libvpx-vp9", "r")
            found = [f for packet in container.demux(stream) for f in decoder.decode(packet)]
        else:
            found = list(container.decode(stream))
    if not found[0].format.name.startswith("yuva"):
        opaque = np.stack([frame.to_ndarray(format="rgb24") for frame in found])
        return np.pad(opaque, ((0, 0),) * 3 + ((0, 1),), constant_values=255), seconds
    return np.stack([rgba(frame) for frame in found]), seconds


def rgba(frame: av.VideoFrame) -> Array:
    """(h, w, 4) of a frame; FFmpeg leaves the last alpha of 8-bit rows of odd width as it was."""
    image = frame.to_ndarray(format="rgba")
    plane = frame.planes[3]
    if plane.line_size < 2 * frame.width:  # one byte a pixel
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        image[..., 3] = rows[: frame.height, : frame.width]
    return image


def heard_from(path: Path) -> float:
    """Seconds at which the tone begins."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=16_000)
        frames = list(container.decode(container.streams.audio[0]))
        start = float((frames[0].pts or 0) * frames[0].time_base)
        pieces = [out.to_ndarray()[0] for frame in frames for out in resampler.resample(frame)]
    return start + float(np.argmax(np.abs(np.concatenate(pieces)) > 0.1)) / 16_000


@pytest.mark.parametrize("suffix", [".webm", ".mov", ".webp", ".gif"])
def test_alpha_colours_and_length_come_back(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write_video(clip(), path)
    frames, seconds = decoded(path)
    assert frames.shape == (COUNT, SIZE[1], SIZE[0], 4)
    assert seconds == pytest.approx(COUNT / FPS, abs=0.025)
    for number in (0, COUNT - 1):
        wanted = figure(number)
        alpha = wanted[..., 3].astype(int)
        if suffix == ".gif":
            alpha = np.where(alpha < 128, 0, 255)
        assert np.abs(frames[number, ..., 3] - alpha).mean() < 1.5
        seen = wanted[..., 3] > 200  # to the very rim: no dark edge
        assert np.abs(frames[number][seen][:, :3].astype(int) - SKIN).max() < 25


@pytest.mark.parametrize("suffix", [".webm", ".mov", ".webp", ".gif", ".mkv"])
def test_opaque_frames_stay_opaque(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write_video(clip(channels=3), path)
    frames, _ = decoded(path)
    assert frames.shape[0] == COUNT
    assert frames[..., 3].min() == 255


@pytest.mark.parametrize(
    ("suffix", "picture", "sound"),
    [(".webm", "vp9", "opus"), (".mov", "prores", "pcm_s16le"), (".mp4", "h264", "aac")],
)
def test_sound_is_in_step_with_the_picture(
    tmp_path: Path, suffix: str, picture: str, sound: str
) -> None:
    path = tmp_path / f"a{suffix}"
    write_video(clip(), path)
    with av.open(str(path)) as container:
        assert picture in container.streams.video[0].codec_context.name
        assert sound in container.streams.audio[0].codec_context.name
    assert heard_from(path) == pytest.approx(0.4, abs=0.02)


def test_numbered_pictures_keep_every_value_and_the_sound_lies_beside(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    older(tmp_path / "out" / "000099.png")  # the older clip was longer
    (tmp_path / "out" / "notes.txt").touch()
    seen: list[tuple[int, int]] = []
    write_video(clip(), f"{tmp_path}/out/", progress=lambda *step: seen.append(step))
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    numbers = [f"{number:06d}.png" for number in range(1, COUNT + 1)]
    assert names == [*numbers, "notes.txt", "sound.wav"]
    kept = np.asarray(Image.open(tmp_path / "out" / "000003.png"))
    np.testing.assert_array_equal(kept, figure(2))
    assert heard_from(tmp_path / "out" / "sound.wav") == pytest.approx(0.4, abs=1e-3)
    assert seen[-1] == (COUNT, COUNT)


def test_a_sequence_replaces_the_one_before(tmp_path: Path) -> None:
    for _ in range(2):
        write_video(clip(), f"{tmp_path}/out/")
    assert len(list((tmp_path / "out").iterdir())) == COUNT + 1


@pytest.mark.parametrize("name", ["000100.png", "sound.wav"])
def test_pictures_and_sound_of_others_are_never_replaced(tmp_path: Path, name: str) -> None:
    theirs = tmp_path / name
    Image.fromarray(figure(0)).save(theirs, format="png")
    before = theirs.read_bytes()
    if name.endswith("png"):
        older(tmp_path / "000001.png")
    drawn: list[tuple[int, int]] = []
    with pytest.raises(OutputError, match=f"would replace .*{name}.*another folder"):
        write_video(clip(), f"{tmp_path}/", progress=lambda *step: drawn.append(step))
    assert drawn == []
    assert theirs.read_bytes() == before


def test_an_interrupted_sequence_leaves_nothing(tmp_path: Path) -> None:
    def broken(frames: Iterator[Array]) -> Iterator[Array]:
        yield next(frames)
        raise KeyboardInterrupt

    made = clip()
    with pytest.raises(KeyboardInterrupt):
        write_video(replace(made, frames=broken(made.frames)), tmp_path / "out" / "%06d.png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", [False, True])
def test_a_sequence_broken_off_while_it_is_moved_mixes_no_two_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    folder = tmp_path / "out"
    if there:
        folder.mkdir()
        older(folder / "000002.png")
        older(folder / "000099.png")
    move, moved = Path.replace, []

    def broken(self: Path, target: Path) -> Path:
        if len(moved) == int(there):
            raise KeyboardInterrupt
        moved.append(target)
        return move(self, target)

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(KeyboardInterrupt):
        write_video(clip(), folder / "%06d.png")
    left = sorted(path.name for path in tmp_path.rglob("*"))
    assert left == (["000001.png", "out"] if there else [])


def test_a_folder_of_pictures_can_be_read_by_whoever_reads_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    write_video(clip(), f"{tmp_path}/out/")
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_patterns_and_numbers_undo_each_other() -> None:
    target = Path("out/take_%04d.png")
    assert numbered(target, 12) == Path("out/take_0012.png")
    assert number_in(target, "take_0012.png") == 12
    assert number_in(target, "take_12.png") is None
    assert number_in(target, "take_0012.jpg") is None
    assert as_target("out/").name == "%06d.png"


def test_endings_that_are_not_known_list_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as told:
        write_video(clip(), tmp_path / "a.avi")
    assert all(suffix in str(told.value) for suffix in FORMATS)
    with pytest.raises(OutputError, match="one png holds one frame"):
        write_video(clip(), tmp_path / "a.png")
    with pytest.raises(OutputError, match="at most 50 frames"):
        write_video(clip(fps=60), tmp_path / "a.gif")


def test_transparency_does_not_change_on_the_way(tmp_path: Path) -> None:
    mixed = iter([figure(0), figure(1)[..., :3]])
    with pytest.raises(InputError, match="transparency"):
        write_video(replace(clip(), frames=mixed), tmp_path / "a.webm")


def test_bleeding_changes_only_what_is_clear() -> None:
    frame = figure(3)
    out = bled(frame)
    seen = frame[..., 3] > 0
    np.testing.assert_array_equal(out[seen], frame[seen])
    np.testing.assert_array_equal(out[..., 3], frame[..., 3])
    assert np.abs(out[..., :3].astype(int) - SKIN).max() < 3
