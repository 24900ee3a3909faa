"""Packages are verified, read and copied while those before them are stored, by other processes where that is safe."""

import gc
import logging
import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from multiprocessing.connection import wait
from pathlib import Path

from django.db import connection

from ekistics.core.errors import EkisticsError
from ekistics.core.i18n import _
from ekistics.web.chunks import parts
from ekistics.web.observatory.intake import Intake, keep_files, take_in

__all__ = ["read_ahead"]

TOGETHER = 5  # packages of one errand
READERS = min(4, max(2, os.cpu_count() or 2))  # each begins cold, and has a copy of what it writes to
Read = Intake | EkisticsError
log = logging.getLogger("ekistics.web")


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
            yield batch, _read(pool, asked[i], batch, media)
            asked[i] = []


def _submitted(pool: Executor, batch: Sequence[Path], media: Path) -> list[Future[list[Read]]]:
    if isinstance(pool, ThreadPoolExecutor):  # a thread does not know the language of the one that started it
        return [pool.submit(copy_context().run, _taken, some, media) for some in parts(batch, TOGETHER)]
    try:
        return [pool.submit(_taken, some, media) for some in parts(batch, TOGETHER)]
    except BrokenExecutor:
        return []


def _read(pool: Executor, asked: Sequence[Future[list[Read]]], batch: Sequence[Path], media: Path) -> list[Read]:
    """Wait for what was asked for; where a reader was killed, what is left is read one package after the other."""
    found: list[Read] = []
    try:
        for each in asked:
            found += each.result()
    except BrokenExecutor:
        log.warning("a process that read packages was killed: each of the others is read by itself")
    left = batch[len(found):]
    if left:
        pool.shutdown()  # waits for its thread, whose locks a copy of this process would hold for ever
    return found + [_alone(folder, media) for folder in left]


def _alone(folder: Path, media: Path) -> Read:
    """Read a package by a process of its own, so that nothing else takes its memory and none is killed with it."""
    connection.close()
    try:
        with ProcessPoolExecutor(1, multiprocessing.get_context("fork"), _begin) as pool:
            return pool.submit(_one, folder, media).result()
    except BrokenExecutor:
        return EkisticsError(
            _("The process that read this package was killed, perhaps for want of memory."), where=folder.name,
            hint=_("Publish it again on a machine with more memory, or make it smaller."))


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

    A copy holds the locks of threads that it does not have, so this process may have started none. Those that numpy,
    Arrow and their memory allocators keep for themselves do not count: these libraries set their locks right in a copy.
    A copy must not share the connection to the database, which is opened again when it is next used.
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
