"""What the next video needs again is not made again, unless its file or its options changed."""

import numpy as np
import pytest

from talkinghead.batch.subject_cache import CachingAnimator
from talkinghead.media.image import write_image


@pytest.fixture
def animator(tiny_ckpt):
    return CachingAnimator(ckpt=tiny_ckpt, device="cpu")


def test_a_photo_is_prepared_once_until_its_file_or_options_change(
    animator, portrait_image, tmp_path
):
    path = tmp_path / "face.png"
    write_image(portrait_image, path)
    first = animator.photo(path, size=64)
    assert animator.photo(path, size=64) is first
    assert animator.photo(path, size=96) is not first
    first = animator.photo(path, size=64)
    write_image(np.ascontiguousarray(portrait_image[:500]), path)
    assert animator.photo(path, size=64) is not first


def test_a_puppet_is_prepared_once_and_photos_do_not_displace_it(animator):
    wilk = animator.cartoon("wilk", size=64)
    animator.photo("astronaut", size=64)
    assert animator.cartoon("wilk", size=64) is wilk
    assert animator.cartoon("wilk", size=64, transparent=True) is not wilk
