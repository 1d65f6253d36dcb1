"""A live face is refused before anything is loaded where its page has no place."""

import socket

import pytest

from talkinghead.errors import InputError
from talkinghead.progress import Progress
from talkinghead.requests.live import LiveRequest
from talkinghead.web import live_show
from talkinghead.web.live_show import show_live
from talkinghead.web.server import HOST


def test_a_port_in_use_is_refused_before_networks_are_loaded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live_show, "load_animator", lambda *_: pytest.fail("loaded"))
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(InputError, match=str(port)):
            show_live(LiveRequest(subject="wilk", to="page"), Progress(), port=port)
