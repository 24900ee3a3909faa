"""The processes that answer: a request goes to one that is free, and nobody is waited for."""

import selectors
import socket
import time
from concurrent.futures import Future
from functools import partial
from typing import Any

from gunicorn.http.message import Request
from gunicorn.workers.gthread import TConn, ThreadWorker

__all__ = ["Worker"]

PIECE, MOST = 4096, 65_536  # bytes that are read at once, and at most, of a reader who is parted with


class Worker(ThreadWorker):  # type: ignore[misc]
    """A process with threads that keeps a connection for its reader's next request only where it has no other.

    A connection that is kept is tied to its process, so that a request on it waits behind the page that this process
    makes, though others are free; a new connection is taken by a process that is free. So one reader alone keeps a
    connection, and where many ask at once they ask by new ones.

    Notes
    -----
    A connection is parted with by saying so and waiting until the reader has closed it too, or what was sent last could
    be lost. Gunicorn waits where it takes new connections, up to two seconds for each; here that goes on beside
    everything else. A process that is stopped waits for such readers as long as a connection is kept, at most.
    """

    def handle_request(self, req: Request, conn: TConn) -> bool:
        """Answer a request; the answer says whether the connection is kept."""
        if self.nr_conns > 1:
            req.force_close()
        return bool(super().handle_request(req, conn))

    def finish_request(self, conn: TConn, fs: "Future[Any]") -> None:
        """Part with a connection that is not kept; all else is as in Gunicorn."""
        if fs.cancelled() or fs.exception() is not None or fs.result() is not False:
            super().finish_request(conn, fs)
            return
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_parting, conn))
        except (OSError, ValueError):  # closed already
            self.nr_conns -= 1
            conn.close()
        else:
            conn.timeout = time.monotonic() + self.cfg.keepalive
            self.pending_conns.append(conn)

    def _on_parting(self, conn: TConn, client: socket.socket) -> None:
        """Take what the reader still sends; close when it has closed. One that never does is closed after its time."""
        try:
            rest = client.recv(PIECE)
        except BlockingIOError:
            return
        except OSError:
            rest = b""
        conn.drained = getattr(conn, "drained", 0) + len(rest)
        if not rest or conn.drained >= MOST:
            self.poller.unregister(client)
            self.pending_conns.remove(conn)
            self.nr_conns -= 1
            conn.close()
