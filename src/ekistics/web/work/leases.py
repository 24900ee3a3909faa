"""Which workers of this site are alive: each holds a lock on a file, which the system lets go when it is killed."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings

__all__ = ["Lease", "is_alive", "leases"]


def leases() -> Path:
    """Give the folder of the locks."""
    return Path(settings.HOME) / "workers"


class Lease:
    """The lock of one worker, held within a ``with`` block.

    Parameters
    ----------
    worker : str
        Name of the worker.
    """

    def __init__(self, worker: str) -> None:
        self.path = leases() / worker
        self._file = -1

    def __enter__(self) -> Self:
        """Take the lock."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        """Let the lock go; the file stays, so that a job claimed in the last moment is seen to have no worker."""
        os.close(self._file)


def is_alive(worker: str) -> bool | None:
    """Tell whether a worker is alive.

    Parameters
    ----------
    worker : str
        Name of the worker.

    Returns
    -------
    bool or None
        None where this machine knows nothing of it.
    """
    try:
        file = os.open(leases() / worker, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False
