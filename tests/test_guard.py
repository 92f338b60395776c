"""The guard against the outside world really closes the door."""

import socket

import pytest


@pytest.mark.parametrize(
    "host", ["w-api.wemakeprice.com", "wapi-stg.wemakeprice.com", "192.0.2.1", "10.0.0.1"]
)
def test_the_marketplace_and_any_other_host_cannot_be_reached(host: str) -> None:
    with pytest.raises(AssertionError, match="tried to reach"):
        socket.getaddrinfo(host, 443)
    with socket.socket() as plug, pytest.raises(AssertionError, match="tried to reach"):
        plug.connect((host, 443))
    with socket.socket() as plug, pytest.raises(AssertionError, match="tried to reach"):
        plug.connect_ex((host, 443))


def test_this_machine_can_be_reached() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as plug,
    ):
        assert plug.getpeername() == server.getsockname()
