"""A folder that appears all at once: written beside its place, flushed to disk, then renamed.

A process that is killed leaves the old folder or none, and litter beside it that the next run takes away.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["put_back", "replaced_folder"]

_NEW, _OLD = ".ekistics-new-", ".ekistics-old"


@contextmanager
def replaced_folder(folder: Path, *, may_replace: Callable[[Path], None]) -> Iterator[Path]:
    """Give an empty folder to write into, which takes its place when the block ends without an error.

    Parameters
    ----------
    folder : pathlib.Path
        The place; parents are made.
    may_replace : callable
        Called with the place where something is there; raises when that must not be replaced. It is asked before
        the block and again before the swap.

    Yields
    ------
    pathlib.Path
        The folder to write into, on the same file system.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp()) / "profile"
    >>> with replaced_folder(place, may_replace=print) as staging:
    ...     _ = (staging / "a.txt").write_text("whole")
    >>> (place / "a.txt").read_text()
    'whole'
    """
    place = folder.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    with _locked(place.parent):
        _tidy(place)
        if place.exists():
            may_replace(place)
        staging = Path(tempfile.mkdtemp(prefix=f".{place.name}{_NEW}", dir=place.parent))
        held = _hold(staging)
    try:
        yield staging
        staging.chmod(0o755)
        _flush(staging)
        with _locked(place.parent):
            if place.exists():
                may_replace(place)
            _swap(staging, place)
    finally:
        if held is not None:
            os.close(held)
        shutil.rmtree(staging, ignore_errors=True)


def put_back(folder: Path) -> None:
    """Put a folder back that a run moved aside and was killed before it put the new one in its place.

    Parameters
    ----------
    folder : pathlib.Path
        The place. Whoever reads a folder in order to replace it calls this first.
    """
    place = folder.resolve()
    if not place.exists() and place.parent.is_dir():
        with _locked(place.parent):
            _tidy(place)


def _swap(staging: Path, place: Path) -> None:
    """Put the new folder in its place; killed between the two renames, :func:`_tidy` puts the old one back."""
    old = place.with_name(f".{place.name}{_OLD}")
    if place.exists():
        place.rename(old)
    staging.rename(place)
    _flush_folder(place.parent)
    shutil.rmtree(old, ignore_errors=True)


def _tidy(place: Path) -> None:
    """Take away what killed runs left, and put back a folder that was moved aside for one that never came."""
    old = place.with_name(f".{place.name}{_OLD}")
    if old.exists() and not place.exists():
        old.rename(place)
    shutil.rmtree(old, ignore_errors=True)
    for left in sorted(path for path in place.parent.iterdir() if path.name.startswith(f".{place.name}{_NEW}")):
        held = _hold(left)
        if held is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(held)


def _hold(folder: Path) -> int | None:
    """Lock a folder for as long as this process lives; None where another process holds it."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        return None
    return held


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _flush(folder: Path) -> None:
    for parent, _folders, names in os.walk(folder):
        for name in names:
            _flush_folder(Path(parent) / name)
        _flush_folder(Path(parent))


def _flush_folder(path: Path) -> None:
    held = os.open(path, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
