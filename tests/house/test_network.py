"""Tests cannot reach the network; marked ones reach this machine only."""

import socket

import pytest
from pytest_socket import SocketBlockedError, SocketConnectBlockedError


def test_sockets_are_blocked() -> None:
    with pytest.warns(UserWarning, match="tried to use socket"), pytest.raises(SocketBlockedError):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)


@pytest.mark.network
def test_marked_tests_reach_this_machine_only() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname(), timeout=5) as client:
            assert client.getpeername() == server.getsockname()
        with (socket.socket() as other, pytest.warns(UserWarning, match="192.0.2.1"),
              pytest.raises(SocketConnectBlockedError)):
            other.connect(("192.0.2.1", 80))
