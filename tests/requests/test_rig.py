"""Where blendshapes are sent is checked with the request."""

from pathlib import Path

import pytest

from talkinghead.errors import InputError
from talkinghead.requests.rig import VMC_HELP
from talkinghead.requests.track import BlendshapesRequest


def test_addresses_are_checked_and_one_output_or_address_is_needed(voice_file):
    def request(**fields):
        return BlendshapesRequest(image="none", audio=voice_file, **fields)

    assert request(vmc="studio:39540").outputs == ()
    assert request(output="face.csv", live_link="::1").outputs == (Path("face.csv"),)
    for name in ("live_link", "vmc"):
        with pytest.raises(InputError, match="is no address; give HOST or HOST:PORT"):
            request(**{name: "studio:port"})
    with pytest.raises(InputError, match="name a file, or where to send to"):
        request()


def test_the_help_names_the_port():
    assert "39539" in VMC_HELP
