"""Errors of live sessions."""

from talkinghead.errors import TalkingHeadError


class TooManyFaces(TalkingHeadError):
    """No more live faces, or viewers of one, can be served."""
