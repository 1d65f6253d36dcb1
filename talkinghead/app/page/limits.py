"""How much one who asks may ask for."""

from dataclasses import dataclass

from talkinghead.errors import InputError


@dataclass(frozen=True)
class Limits:
    """What the service takes. Each field is an option of `talkinghead serve`."""

    max_upload: int = 200  # megabytes of a request, which holds the picture and the sound
    max_sound: float = 10.0  # minutes of a recording
    max_queue: int = 20  # videos that wait for their turn
    keep: float = 60.0  # minutes that a finished video can be fetched

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not value > 0:
                raise InputError(f"--{name.replace('_', '-')} must be above 0, got {value:g}")

    @property
    def bytes(self) -> int:
        """Of a request."""
        return self.max_upload * 1_000_000
