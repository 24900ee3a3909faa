"""The site as users run it, as a process of its own: started, watched, stopped."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_S = 120
SETTLE_S = 4
KIB = 1024

__all__ = ["Site", "serving"]


@dataclass(frozen=True, slots=True)
class Site:
    """A site that answers.

    Parameters
    ----------
    port : int
        Where, on 127.0.0.1.
    process : subprocess.Popen
        What was started.
    """

    port: int
    process: "subprocess.Popen[bytes]"

    def resident_mib(self) -> float:
        """Give the memory that its processes hold, what they share counted once."""
        return sum(_proportional_kib(pid) for pid in family(self.process.pid)) / KIB

    def cpu_s(self) -> float:
        """Give the processor time that its processes have used, those that ended among them."""
        return sum(_ticks(pid) for pid in family(self.process.pid)) / os.sysconf("SC_CLK_TCK")

    @contextmanager
    def watched(self) -> Iterator[list[float]]:
        """Give a list whose only entry becomes the most memory, in MiB, that was held more than at the start."""
        begin, most, done = self.resident_mib(), [0.0], threading.Event()

        def watch() -> None:
            while not done.wait(0.1):
                most[0] = max(most[0], self.resident_mib() - begin)

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield most
        finally:
            done.set()
            thread.join()


def family(pid: int) -> list[int]:
    """Give a process and all that it started."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [pid, *(found for child in below for found in family(int(child)))]


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(map(int, fields[11:15]))  # its own time and that of children that ended, of user and system


def _proportional_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[Site]:
    """Serve with ``ekistics serve``: three processes of four threads.

    Parameters
    ----------
    environment : dict of str to str
        Settings of the site, beside those of this process.

    Yields
    ------
    Site
        When it answers.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "ekistics", "serve", "--port", str(port)], cwd=ROOT,
                               env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        time.sleep(SETTLE_S)  # the worker beside the site is still starting
        yield Site(port, process)
    finally:
        process.terminate()
        process.wait(60)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/en/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the site did not start")
