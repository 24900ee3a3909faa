"""Do the background work of the site: jobs one after the other, and chores beside them."""

import logging
import os
import signal
import socket
import threading
import time
from argparse import ArgumentParser
from secrets import token_hex
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connections
from django_tasks_db.management.commands.db_worker import Worker

from ekistics.core.i18n import _
from ekistics.web.observatory.release import release_due
from ekistics.web.work.jobs import STOPPING
from ekistics.web.work.leases import Lease
from ekistics.web.work.mending import clean, mend

EACH = 30.0  # seconds between two rounds of chores
CLEAN_EACH = 3600.0
LOOK_EACH = 1.0  # seconds between two looks whether the process beside is there
log = logging.getLogger("ekistics.work")


class Command(BaseCommand):
    """Run jobs until the worker is told to end, or the process beside it is gone."""

    help = "Do the site's background work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the process beside, and whether to stop when nothing waits."""
        parser.add_argument("--beside", type=int)
        parser.add_argument("--once", action="store_true")
        parser.add_argument("--interval", type=float, default=1.0)

    def handle(self, *args: Any, **options: Any) -> None:
        """Hold the lease, do the chores, run jobs."""
        name = f"{socket.gethostname()[:20]}-{os.getpid()}-{token_hex(8)}"
        worker = _Worker(queue_names=["default"], interval=options["interval"], batch=options["once"],
                         backend_name="default", startup_delay=False, max_tasks=None, worker_id=name,
                         excluded_queue_names=[])
        with Lease(name):
            chores()
            if options["once"]:
                worker.run()
                return
            STOPPING.clear()
            worker.configure_signals()
            threading.Thread(target=_keep, args=(options["beside"],), daemon=True, name="chores").start()
            worker.run()


class _Worker(Worker):
    """The queue's worker; a job under way is told to stop and goes back into the queue."""

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """Ask the job under way to end, then end."""
        STOPPING.set()
        super().shutdown(signum, frame)


def chores() -> None:
    """Do what is due: take up jobs of killed workers, release editions whose embargo has ended."""
    mend()
    count = release_due()
    if count:
        log.info("released %s editions", count)


def _keep(beside: int | None) -> None:
    """Do the chores again and again, and end this process when the one beside it has ended."""
    is_parent = beside == os.getppid()
    next_chores = time.monotonic() + EACH
    next_clean = time.monotonic()
    while not STOPPING.wait(LOOK_EACH):
        if beside is not None and not _is_there(beside, is_parent=is_parent):
            log.info(_("The site has ended, so the worker ends."))
            os.kill(os.getpid(), signal.SIGTERM)
            return
        if time.monotonic() >= next_chores:
            next_chores = time.monotonic() + EACH
            _guarded("chores", chores)
        if time.monotonic() >= next_clean:
            next_clean = time.monotonic() + CLEAN_EACH
            _guarded("cleaning", clean)


def _is_there(process: int, *, is_parent: bool) -> bool:
    if is_parent:
        return os.getppid() == process  # a number may be given away again, a parent is not
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _guarded(name: str, chore: Any) -> None:
    """Do a chore; one that fails is logged and done again in the next round."""
    close_old_connections()
    try:
        chore()
    except (DatabaseError, OSError):
        log.warning("%s could not be done", name, exc_info=True)
    finally:
        connections.close_all()
