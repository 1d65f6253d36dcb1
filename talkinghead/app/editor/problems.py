"""What is wrong with a puppet, as the page lists it."""

from typing import Any

from talkinghead.types import Puppet


def problems(puppet: Puppet) -> list[dict[str, Any]]:
    """Findings of `talkinghead puppet check`, the worst first: level, message, pose, point."""
    from talkinghead.puppet.check import check_puppet

    return [{"message": str(found)} for found in check_puppet(puppet)]
