"""The socket of the server: ports in use and wrong addresses are mistakes of the user."""

import pytest

from talkinghead.errors import InputError
from talkinghead.web.server import open_socket


def test_a_port_in_use_is_one_line_and_status_2(cli, client):
    port = client.root.rsplit(":", 1)[1]
    status, out, err = cli("serve", "--no-browser", "--port", port)
    assert (status, out, len(err)) == (2, "", 1)
    assert f"port {port}: Address already in use" in err[0]


def test_a_port_in_use_is_refused_with_the_option_that_changes_it():
    with open_socket(None) as taken, pytest.raises(InputError, match="--port"):
        open_socket(taken.getsockname()[1])


@pytest.mark.parametrize(
    ("port", "host", "message"),
    [(70000, "127.0.0.1", "0 to 65535"), (0, "nowhere.invalid", "--host nowhere.invalid")],
)
def test_impossible_ports_and_hosts_are_refused(port, host, message):
    with pytest.raises(InputError, match=message):
        open_socket(port, host)
