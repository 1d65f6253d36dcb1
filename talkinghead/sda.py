"""The library interface of Speech-Driven Animation (SDA, Vougioukas et al. 2019).

Programs written for `import sda` work with `from talkinghead import sda`. Networks, frame size and
sample rate are those of this package.
"""

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from talkinghead.errors import InputError, OutputError
from talkinghead.media.loading import ImageSource, load_audio
from talkinghead.media.video_writer import write_video
from talkinghead.pipeline import Animator
from talkinghead.sample_rates import FPS, RATE
from talkinghead.speech.feature_extractor import (
    FeatureExtractor,
    cut_audio_sequence,
)
from talkinghead.speech.feature_extractor import (
    get_audio_feature_extractor as _feature_extractor,
)
from talkinghead.types import Array, Clip, Waveform

__all__ = ["MODELS", "VideoAnimator", "cut_audio_sequence", "get_audio_feature_extractor"]

MODELS: Final = ("grid", "timit", "crema", "lrw")  # SDA's names; here all mean the same networks
_warned: set[str] = set()


class VideoAnimator:
    """Makes videos of a still face that speaks. Build it once and use it for many.

    >>> va = VideoAnimator(gpu=-1, model_path="grid")
    >>> vid, aud = va("face.png", "speech.wav")
    >>> va.save_video(vid, aud, "speaking.mp4")
    """

    def __init__(
        self, gpu: int = -1, model_path: str | Path | None = None, size: int | None = None
    ) -> None:
        """Load the networks: on the CPU with `gpu` -1, else on a GPU.

        `model_path` is one of MODELS, or a folder of weights. `size` is the longer side of the
        frames in pixels, None that of the picture. Raises InputError for an unknown name.
        """
        self._animator = Animator(ckpt=_folder(model_path), device=_device(gpu))
        self._size = size

    def __call__(
        self,
        img: ImageSource,
        audio: str | Path | Array,
        fs: int | None = None,
        aligned: bool = False,
    ) -> tuple[Array, Array]:
        """The video (t, 3, h, w) float32 RGB in [0, 255] at 25 frames/s, and its audio.

        `img` is a path, a PIL image or an (h, w, 3) uint8 array; `audio` a path, or samples (n,)
        or (n, channels) at `fs` Hz. The audio that is returned is (n, 1) int16 at 16 kHz, as long
        as the recording. `aligned` changes nothing: the face is found by its landmarks. Raises
        AttributeError, as SDA does, for samples without `fs`.
        """
        if isinstance(audio, str | Path):
            wave = load_audio(audio)
        elif fs is None:
            raise AttributeError("audio was given as samples; give their sample rate as fs=")
        else:
            wave = load_audio((np.asarray(audio), fs))
        subject = self._animator.photo(img, size=self._size)
        clip = self._animator.animate(subject, wave)
        frames = np.stack([frame.transpose(2, 0, 1) for frame in clip.frames])
        samples = np.round(wave.samples * 32767).clip(-32768, 32767).astype(np.int16)
        return frames.astype(np.float32), samples[:, None]

    def save_video(
        self,
        video: Array,
        audio: Array | None,
        path: str | Path,
        overwrite: bool = True,
        experimental_ffmpeg: bool = False,
        scale: tuple[int, int] | None = None,
    ) -> None:
        """Write a video (t, 3, h, w) in [0, 255] with audio (n, 1) int16 at 16 kHz.

        `scale` is the width and height of the written video. `experimental_ffmpeg` changes nothing.
        Raises OutputError for an existing file without `overwrite`, InputError for other shapes.
        """
        target = Path(path)
        if target.exists() and not overwrite:
            raise OutputError(f"{target}: exists; choose another name, or overwrite=True")
        if video.ndim != 4 or video.shape[1] != 3 or not len(video):
            raise InputError(f"a video must have shape (t, 3, h, w), got {video.shape}")
        size = scale or (video.shape[3], video.shape[2])
        wave = None
        if audio is not None:
            wave = Waveform(np.ravel(audio).astype(np.float32) / 32767, RATE)
        clip = Clip(iter(_images(video, size)), len(video), size, float(FPS), wave)
        write_video(clip, target)


def get_audio_feature_extractor(
    model_path: str | Path | None = "grid", gpu: int = -1
) -> tuple[FeatureExtractor, dict[str, Any]]:
    """The audio encoder, and its `rate`, `feature length` and `overlap` for `cut_audio_sequence`.

    `model_path` and `gpu` are as in `VideoAnimator`. The encoder takes windows (t, samples) or
    (b, t, samples) with their `lengths`.
    """
    return _feature_extractor(ckpt=_folder(model_path), device=_device(gpu))


def _images(video: Array, size: tuple[int, int]) -> Iterable[Array]:
    """(h, w, 3) uint8 frames of a video (t, 3, h, w), resized to `size` (width, height)."""
    for planes in video:
        image = np.ascontiguousarray(
            np.rint(planes).clip(0, 255).astype(np.uint8).transpose(1, 2, 0)
        )
        if size != image.shape[1::-1]:
            image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
        yield image


def _folder(model_path: str | Path | None) -> Path | None:
    """The folder of weights; None: the repository's, also for a name of SDA's."""
    if model_path is None:
        return None
    name = str(model_path)
    if name not in MODELS:
        if not Path(name).is_dir():
            raise InputError(
                f"{name}: no such model; name one of {', '.join(MODELS)}, or a folder of weights"
            )
        return Path(name)
    if name not in _warned:
        _warned.add(name)
        warnings.warn(
            f"the networks of SDA's model '{name}' are not part of this package; its own are used",
            UserWarning,
            stacklevel=3,
        )
    return None


def _device(gpu: int) -> str:
    return "cpu" if gpu < 0 else "cuda"
