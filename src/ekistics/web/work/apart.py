"""Look at what people upload in a process of its own, whose memory and time the system limits.

A hostile file can end that process, never the worker. It gets no settings, no database and no secrets: only a folder
with its order, in which it leaves its answer.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ekistics.core.errors import EkisticsError, InputFormatError, PackageError, UnsafeArchiveError
from ekistics.core.i18n import _, use_language

__all__ = ["ORDER", "run_apart"]

ORDER, ANSWER, TABLE = "order.json", "answer.json", "table.parquet"
LOOK_EACH = 0.2  # seconds
STARTING = 60.0  # seconds that starting and importing may take on a busy machine
FILE_BYTES = 8_000_000_000
_CLASSES = {kind.code: kind for kind in (InputFormatError, UnsafeArchiveError, PackageError)}
_ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "NUMEXPR")}


def run_apart(folder: Path, order: dict[str, Any], *, look: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Do an order in a process of its own.

    Parameters
    ----------
    folder : pathlib.Path
        An empty folder for order and answer.
    order : dict
        Plain values: ``work`` (``table`` or ``package``), ``path``, ``name`` (as people know the file), ``language``,
        ``memory_mb`` above what the program itself needs, ``seconds``, and what the work takes.
    look : callable
        Called while waiting; where it raises, the process is ended.

    Returns
    -------
    dict
        The answer.

    Raises
    ------
    EkisticsError
        What the work found wrong with the file as a whole, or that it takes too much memory or time.
    """
    (folder / ORDER).write_text(json.dumps(order), encoding="utf-8")
    safe = {name: value for name, value in os.environ.items() if not name.startswith("EKISTICS_")}
    with subprocess.Popen([sys.executable, "-m", __name__, str(folder)], stdin=subprocess.DEVNULL,  # noqa: S603
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          env={**safe, **_ONE_THREAD, "TMPDIR": str(folder)}) as process:
        try:
            _wait(process, order["seconds"] + STARTING, look)
        except BaseException:
            process.kill()
            raise
    return _answer(folder, order)


def _wait(process: "subprocess.Popen[bytes]", seconds: float, look: Callable[[], None]) -> None:
    """Wait for the end of a process, at most so long by the clock."""
    for _round in range(int(seconds / LOOK_EACH)):
        try:
            process.wait(LOOK_EACH)
        except subprocess.TimeoutExpired:
            look()
        else:
            return
    process.kill()


def _answer(folder: Path, order: dict[str, Any]) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads((folder / ANSWER).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError) as error:
        raise InputFormatError(_("Reading the file takes more memory or time than it may."), where=order["name"],
                               hint=_("Split it into several uploads, or copy the values into the template.")
                               ) from error
    if "error" in answer:
        told = answer["error"]
        where = str(told.pop("where") or "").replace(Path(order["path"]).name, order["name"]) or None
        raise _CLASSES.get(told.pop("code"), InputFormatError)(told.pop("message"), where=where, **told)
    return answer


def _bound(order: dict[str, Any]) -> None:
    """Give this process its limits; what is loaded already does not count."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # end with the worker
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) if sys.platform == "linux" else 0
    memory = pages * resource.getpagesize() + order["memory_mb"] * 1_000_000
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, int(order["seconds"])),
                       (resource.RLIMIT_FSIZE, FILE_BYTES), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(what, (most, most))


def _table(order: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Read and check a table; what is found is left as plain values, good observations as Parquet."""
    from ekistics.core.place import Place
    from ekistics.jobs.upload_check import check_file
    from ekistics.package.descriptor import parse_spec
    from ekistics.package.table import write_parquet
    from ekistics.readers.uploads import UploadLimits

    indicators = [parse_spec(plain) for plain in order["indicators"]]
    places = [Place(**plain) for plain in order["places"]]
    limits = UploadLimits(**order["limits"])
    _bound(order)
    found = check_file(Path(order["path"]), indicators=indicators, places=places, run=order["run"], limits=limits,
                       shown=order["shown"], decimal=order["decimal"])
    if found.observations is not None:
        write_parquet(found.observations, folder / TABLE)
    return {"problems": [p.as_dict() for p in found.problems], "count": found.count, "by_code": found.by_code,
            "rows": found.rows, "found": found.found}


def _package(order: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Unpack and verify a package; it is in the folder only if it is whole."""
    from ekistics.jobs.package_upload import receive_package

    _bound(order)
    outcome = receive_package(Path(order["path"]), folder / "package", max_unpacked_mb=order["unpacked_mb"])
    return {"observations": outcome.observations, "run": outcome.run}


_WORKS = {"table": _table, "package": _package}


def _main(folder: Path) -> None:
    order = json.loads((folder / ORDER).read_text(encoding="utf-8"))
    with use_language(order["language"]):
        try:
            answer = _WORKS[order["work"]](order, folder)
        except EkisticsError as error:
            answer = {"error": error.as_dict()}
    (folder / f"{ANSWER}.part").write_text(json.dumps(answer), encoding="utf-8")
    (folder / f"{ANSWER}.part").rename(folder / ANSWER)


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
