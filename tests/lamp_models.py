"""Small models for the tests of options and validation."""

from typing import Annotated, ClassVar

from pydantic import Field

from talkinghead.config import Number
from talkinghead.field_options import Flag
from talkinghead.validation import FrozenModel


class Lamp(FrozenModel):
    """For the tests."""

    TITLE: ClassVar = "the lamp"

    power: Annotated[Number, Field(ge=0, le=100), Flag(unit="W", old=("watts",))] = Field(
        default=60.0, description="how bright"
    )
    serial: int = 0


class Room(FrozenModel):
    """For the tests."""

    name: str = Field(description="of the room")
    lamp: Lamp = Lamp()
