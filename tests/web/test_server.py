"""A process keeps one connection for further requests, parts with the others, and waits for none of them."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

SERVED = """
import socket, sys
from gunicorn.app.base import BaseApplication

def application(environ, start_response):
    start_response("200 OK", [("Content-Length", "4"), ("Content-Type", "text/plain")])
    return [b"well"]

class Server(BaseApplication):
    def load_config(self):
        for name, value in {"bind": f"127.0.0.1:{sys.argv[1]}", "worker_class": "ekistics.web.server.Worker",
                            "workers": 1, "threads": 4, "keepalive": int(sys.argv[2]), "loglevel": "warning"}.items():
            self.cfg.set(name, value)
    def load(self):
        return application

Server().run()
"""
pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
ASKED = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture
def served(request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    """Serve four letters with one process, which keeps a connection for a minute; give the port and that process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    server = subprocess.Popen([sys.executable, "-c", SERVED, str(port), str(getattr(request, "param", 60))])
    try:
        yield port, _process(server, port)
    finally:
        server.terminate()
        server.wait(30)


def _process(server: "subprocess.Popen[bytes]", port: int) -> int:
    """Wait until the server answers; give the process that does."""
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), 10) as reader:
                assert _answer(reader)
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return int(Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()[0])
    raise RuntimeError("the server did not start")


def _answer(reader: socket.socket) -> str:
    """Ask and read one answer; give what it says of the connection."""
    reader.sendall(ASKED)
    return _read(reader)


def _read(reader: socket.socket) -> str:
    held = b""
    while not held.endswith(b"\r\n\r\nwell"):
        piece = reader.recv(4096)
        assert piece, held
        held += piece
    heads = dict(line.split(": ", 1) for line in held.decode().lower().split("\r\n")[1:-2])
    return heads["connection"]


def _open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def _wait_for_fewer(pid: int, files: int) -> None:
    end = time.monotonic() + 30
    while _open_files(pid) >= files and time.monotonic() < end:
        time.sleep(0.05)
    assert _open_files(pid) < files


def _kept(port: int) -> socket.socket:
    """Connect until the server has closed all else and keeps this connection."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        reader = socket.create_connection(("127.0.0.1", port), 20)
        if _answer(reader) == "keep-alive":
            return reader
        reader.close()
    raise RuntimeError("no connection is kept")


def test_a_connection_is_kept_where_it_is_the_only_one(served: tuple[int, int]) -> None:
    port, _pid = served
    with _kept(port) as first:
        assert [_answer(first), _answer(first)] == ["keep-alive"] * 2
        with socket.create_connection(("127.0.0.1", port), 20) as second:
            assert _answer(second) == "close"
            assert second.recv(1) == b""
            assert _answer(first) == "close"  # the other is not closed on both sides yet
            assert first.recv(1) == b""


def test_readers_who_do_not_close_keep_nobody_waiting(served: tuple[int, int]) -> None:
    port, pid = served
    with ExitStack() as open_ones:
        kept = open_ones.enter_context(_kept(port))
        before = _open_files(pid)
        slow = [open_ones.enter_context(socket.create_connection(("127.0.0.1", port), 20)) for _ in range(20)]
        for reader in slow:
            reader.sendall(ASKED)
        for reader in slow:  # Gunicorn alone would wait two seconds for each, and the last of them forty
            assert _read(reader) == "close"
        assert _answer(kept) == "close"
        slow[0].sendall(b"what nobody reads" * 1000)
    _wait_for_fewer(pid, before)


@pytest.mark.parametrize("served", [1], indirect=True)
def test_one_that_never_closes_is_closed_after_its_time(served: tuple[int, int]) -> None:
    port, pid = served
    with _kept(port), socket.create_connection(("127.0.0.1", port), 20) as slow:
        assert _answer(slow) == "close"
        _wait_for_fewer(pid, _open_files(pid))
        _wait_for_fewer(pid, _open_files(pid) + 1)
        assert slow.recv(1) == b""


def test_one_that_sends_on_and_on_is_closed(served: tuple[int, int]) -> None:
    port, _pid = served
    with _kept(port), socket.create_connection(("127.0.0.1", port), 20) as endless:
        assert _answer(endless) == "close"
        sent = 0
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            while sent < 100_000_000:  # what lies in buffers on the way is far less
                sent += endless.send(b"x" * 65_536)
