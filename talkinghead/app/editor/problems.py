"""What is wrong with a puppet, as the page lists it."""

from typing import Any

from talkinghead.app.checking import inspect
from talkinghead.puppet.fault import POSES, Fault
from talkinghead.types import Puppet


def problems(puppet: Puppet) -> list[dict[str, Any]]:
    """What `talkinghead puppet check` finds, errors first: message, serious, pose, points."""
    return [_told(fault) for fault in inspect(puppet)[0]]


def _told(fault: Fault) -> dict[str, Any]:
    pose = fault.poses[0] if len(fault.poses) < len(POSES) else None
    return {
        "message": fault.what,
        "serious": fault.serious,
        "pose": pose,
        "points": list(fault.points),
    }
