"""Validation of SyncNet: a limited number of clips of each speaker, without augmentation."""

from talkinghead.train.sync.metrics import CLIPS_PER_SPEAKER, validation_clips
from tests.train.examples import mouth_clip


def test_the_clips_of_a_speaker_that_are_validated_are_limited():
    clips = [mouth_clip("a", 28, seed) for seed in range(CLIPS_PER_SPEAKER + 3)]
    assert len(validation_clips({"a": clips}, 16)) <= CLIPS_PER_SPEAKER
