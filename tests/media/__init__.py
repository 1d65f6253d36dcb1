"""Tests of `talkinghead.media`."""
