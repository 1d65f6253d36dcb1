"""Dubs the clips that are evaluated, each of them tracked once."""

from collections.abc import Mapping
from pathlib import Path

from talkinghead.dub.cast import Cast
from talkinghead.dub.dub import track_video, write_dubbed_video
from talkinghead.media.video_copy import copy_video
from talkinghead.pipeline import Animator
from talkinghead.types import Waveform


class DubWriter:
    """Writes a video dubbed with several recordings; see `evaluate.dub.DubClip`."""

    def __init__(self, animator: Animator) -> None:
        """Take the networks that are evaluated."""
        self._animator = animator

    def __call__(
        self, video: Path, audio: Mapping[str, Waveform | None], folder: Path
    ) -> dict[str, Path]:
        """Write one file for each recording into a folder. Raises TalkingHeadError.

        With a recording of None the video is only encoded again.
        """
        tracked = track_video(self._animator, video, Cast())
        files = {name: folder / f"{name}.mp4" for name in audio}
        for name, wave in audio.items():
            if wave is None:
                copy_video(video, files[name])
                continue
            speech = [self._animator.load_audio(wave)]
            write_dubbed_video(self._animator, tracked, speech, files[name])
        return files
