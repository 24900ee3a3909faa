"""Read a workbook in a process of its own, whose memory and time are limited by the system.

The budget of the reader counts rows and cells as they come; a hostile part can make the parser pile up elements before
any row comes. Then the system ends the child, and this process says so.
"""

import json
import resource
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ekistics.core.errors import EkisticsError, InputFormatError, UnsafeArchiveError
from ekistics.core.i18n import _
from ekistics.readers.uploads.raw import CellFault, CellKind, RawTable, UploadLimits, require_size
from ekistics.readers.uploads.xlsx import look_through, read_xlsx

__all__ = ["read_and_tell", "read_xlsx_apart"]

_GRACE = 10.0  # seconds for starting the process and handing the table over
_CLASSES = {kind.code: kind for kind in (InputFormatError, UnsafeArchiveError)}


def read_xlsx_apart(path: Path, limits: UploadLimits | None = None) -> RawTable:
    """Read a workbook as the reader does, in a process with limited memory and time.

    Parameters
    ----------
    path : pathlib.Path
        The workbook.
    limits : UploadLimits, optional
        How much is read before the file is refused; ``memory_mb`` and ``seconds`` are kept by the system as well.

    Returns
    -------
    RawTable
        The table.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        It is no workbook, is damaged, passes a limit, or needs more memory or time than it may.
    UnsafeArchiveError
        It would unpack to more than it may, or holds macros or links to other files.
    """
    limits = limits or UploadLimits()
    path = Path(path)
    require_size(path, limits)
    look_through(path, limits)
    program = f"import sys; from {__name__} import read_and_tell; read_and_tell(*sys.argv[1:])"
    command = [sys.executable, "-P", "-c", program, str(path.resolve()), json.dumps(asdict(limits))]
    try:
        outcome = subprocess.run(command, capture_output=True, check=False,  # noqa: S603 - our own module
                                 timeout=max(limits.seconds, 0) + _GRACE)
        answer = json.loads(outcome.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise InputFormatError(_("Reading the workbook takes more memory or time than it may."), where=path.name,
                               hint=_("Copy the values into the template and upload that.")) from error
    if "error" in answer:
        raise _error(answer["error"])
    faults = tuple(CellFault(row, column, CellKind(kind), got) for row, column, kind, got in answer.pop("faults"))
    names = {name: tuple(answer.pop(name)) for name in ("columns", "fields")}
    return RawTable(**names, faults=faults, **answer)


def _error(told: dict[str, Any]) -> EkisticsError:
    """Make the child's error again, in the language of this process."""
    words = {name: told[name] and _(told[name]) for name in ("message", "hint")}
    return _CLASSES[told["code"]](words["message"], hint=words["hint"], where=told["where"], expected=told["expected"],
                                  got=told["got"])


def read_and_tell(path: str, limits: str) -> None:
    """Read a workbook and write table or error to standard output: what the child process does.

    Parameters
    ----------
    path : str
        The workbook.
    limits : str
        The limits, as JSON.
    """
    allowed = UploadLimits(**json.loads(limits))
    resource.setrlimit(resource.RLIMIT_AS, (allowed.memory_mb * 1_000_000,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (max(int(allowed.seconds + _GRACE), 1),) * 2)
    try:
        table = read_xlsx(Path(path), allowed)
        answer: dict[str, Any] = {name: getattr(table, name) for name in RawTable.__slots__}
        answer["faults"] = [(f.row, f.column, f.kind.value, f.got) for f in table.faults]
    except EkisticsError as error:
        answer = {"error": error.as_dict()}
    sys.stdout.write(json.dumps(answer))
