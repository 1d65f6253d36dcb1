"""Videos are made smaller, turned and cropped, as Wav2Lip's options say."""

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.media.image import read_image
from talkinghead.media.video_transform import write_first_frame, write_transformed
from tests.dub.videos import drifting, frame_facts, write_test_video
from tests.media.test_video_copy import UNEVEN


def test_a_video_is_made_smaller_turned_and_cropped(portrait_image, tmp_path):
    frames = drifting(portrait_image[:128, 150:342], 8)
    video = write_test_video(tmp_path / "a.mp4", frames, stamps=UNEVEN)
    out, picture = tmp_path / "b.mp4", tmp_path / "b.png"
    write_transformed(video, out, 2, (10, 80, 0, -1), turned=True)
    facts = frame_facts(out)
    assert facts["size"] == (64, 70)
    assert facts["seconds"] == frame_facts(video)["seconds"]
    write_first_frame(out, picture)
    small = frames[0][::2, ::2]
    expected = np.rot90(small, -1)[10:80]
    assert np.abs(read_image(picture).astype(int) - expected).mean() < 12
    assert np.abs(read_image(picture).astype(int) - expected[::-1, ::-1]).mean() > 25


def test_a_crop_that_leaves_nothing_is_refused(portrait_image, tmp_path):
    video = write_test_video(tmp_path / "a.mp4", drifting(portrait_image[:64, :64], 2))
    with pytest.raises(InputError, match="--crop 70 to -1 leaves nothing of 64 pixels"):
        write_transformed(video, tmp_path / "b.mp4", 1, (70, -1, 0, -1))
