"""Where blendshapes are sent: the addresses of rigs as options."""

from typing import Annotated, Final

from pydantic import AfterValidator

from talkinghead.field_options import Flag
from talkinghead.media.rig_stream import LIVE_LINK_PORT, VMC_PORT, parse_address

LIVE_LINK_HELP: Final = (
    "send ARKit's blendshapes in time to Unreal Engine, or whatever reads Live Link Face (default "
    f"port: {LIVE_LINK_PORT})"
)
VMC_HELP: Final = (
    "send them to VTuber software that reads the VMC protocol, with perfect sync (default port: "
    f"{VMC_PORT}; needs python-osc)"
)
_GROUP: Final = "rigs, over UDP"


def _checked(text: str | None) -> str | None:
    if text is not None:
        parse_address(text, VMC_PORT)
    return text


LiveLinkAddress = Annotated[
    str | None, AfterValidator(_checked), Flag(metavar="HOST[:PORT]", group=_GROUP)
]
VmcAddress = Annotated[
    str | None, AfterValidator(_checked), Flag(metavar="HOST[:PORT]", group=_GROUP)
]
