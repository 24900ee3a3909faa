"""Packages are verified, read and copied while those before them are stored, by other processes where that is safe."""

import gc
import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from multiprocessing.connection import wait
from pathlib import Path

from django.db import connection

from ekistics.core.errors import EkisticsError
from ekistics.web.chunks import parts
from ekistics.web.observatory.intake import Intake, keep_files, take_in

__all__ = ["read_ahead"]

TOGETHER = 5  # packages of one errand
READERS = 4  # more than there are processors: each waits for the disk most of the time
Read = Intake | EkisticsError


def read_ahead(folders: Sequence[Path], media: Path, size: int) -> Iterator[tuple[Sequence[Path], list[Read]]]:
    """Read packages part by part; while the caller works on one part, the next is read.

    Parameters
    ----------
    folders : sequence of pathlib.Path
        Packages.
    media : pathlib.Path
        The media folder, to which their files are copied.
    size : int
        Most packages of a part.

    Yields
    ------
    sequence of pathlib.Path
        The packages of the part.
    list of Intake or EkisticsError
        What each brings, or why it cannot be taken.
    """
    batches = list(parts(folders, size))
    with _readers(len(folders)) as pool:
        asked = [_submitted(pool, batch, media) for batch in batches[:1]]
        for i, batch in enumerate(batches):
            asked += [_submitted(pool, each, media) for each in batches[i + 1:i + 2]]
            yield batch, [item for each in asked[i] for item in each.result()]
            asked[i] = []


def _submitted(pool: Executor, batch: Sequence[Path], media: Path) -> list[Future[list[Read]]]:
    if isinstance(pool, ThreadPoolExecutor):  # a thread does not know the language of the one that started it
        return [pool.submit(copy_context().run, _taken, some, media) for some in parts(batch, TOGETHER)]
    return [pool.submit(_taken, some, media) for some in parts(batch, TOGETHER)]


def _taken(folders: Sequence[Path], media: Path) -> list[Read]:
    return [_one(folder, media) for folder in folders]


def _one(folder: Path, media: Path) -> Read:
    try:
        item = take_in(folder)
        keep_files(item, media / item.folder_name)
    except EkisticsError as error:
        return error
    return item


@contextmanager
def _readers(count: int) -> Iterator[Executor]:
    """Give processes that read, or threads where a copy of this process could not be trusted.

    A copy holds the locks of threads that it does not have, so there may be none; and it must not share the connection
    to the database, which is opened again when it is next used.
    """
    if count > 1 and sys.platform == "linux" and threading.active_count() == 1 and not connection.in_atomic_block:
        connection.close()
        gc.freeze()  # looking through what is there by now would copy it into every reader
        try:
            with ProcessPoolExecutor(min(READERS, count), multiprocessing.get_context("fork"), _begin) as pool:
                yield pool
        finally:
            gc.unfreeze()
    else:
        with ThreadPoolExecutor(READERS) as pool:
            yield pool


def _begin() -> None:
    """Let a reader end when the process that started it is killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (wait([parent.sentinel]), os._exit(1)), daemon=True).start()
