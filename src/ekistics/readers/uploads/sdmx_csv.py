"""SDMX-CSV 1.0 and 2.0: the columns that describe the message are taken off, concepts are given their fields.

A thin mapping on the CSV reader, because readers of SDMX libraries give no row numbers, and a dry run has to name them.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ekistics.core.errors import InputFormatError
from ekistics.core.i18n import _
from ekistics.core.observation import OBSERVATION_COLUMNS
from ekistics.readers.uploads.csv import read_csv
from ekistics.readers.uploads.raw import CellFault, CellKind, RawTable, UploadLimits, field_name

__all__ = ["CONCEPT_FIELDS", "is_sdmx_header", "read_sdmx_csv"]

# Concepts of the global SDG data structure whose names differ from our fields.
CONCEPT_FIELDS = {"income_wealth_quantile": "income_quantile", "disability_status": "disability"}
_MESSAGE = ("dataflow", "structure", "structure_id", "structure_name", "action", "series_key", "obs_key")
_NOTHING = frozenset({"", "_T", "_Z"})  # total, not applicable
# The frequency follows from the time period; a multiplier of one, ten to the power of zero, changes nothing.
_IDLE: dict[str, Callable[[str], bool]] = {"freq": lambda code: True, "unit_mult": lambda code: code in ("", "0")}
_DELETE = "D"


def is_sdmx_header(columns: tuple[str, ...]) -> bool:
    """Tell whether a header is one of SDMX-CSV.

    Parameters
    ----------
    columns : tuple of str
        Column names as given.

    Returns
    -------
    bool
        Whether it begins with ``DATAFLOW`` (1.0), or with ``STRUCTURE`` and holds ``STRUCTURE_ID`` (2.0).

    Examples
    --------
    >>> is_sdmx_header(("STRUCTURE", "STRUCTURE_ID", "ACTION", "REF_AREA")), is_sdmx_header(("ref_area",))
    (True, False)
    """
    names = tuple(map(_concept, columns))
    return names[:1] == ("dataflow",) or (names[:1] == ("structure",) and "structure_id" in names)


def read_sdmx_csv(path: Path, limits: UploadLimits | None = None) -> RawTable:
    """Read an SDMX-CSV file as a raw table.

    Parameters
    ----------
    path : pathlib.Path
        The file, in version 1.0 or 2.0 of the format, with ids alone or with labels beside them.
    limits : UploadLimits, optional
        How much is read before the file is refused.

    Returns
    -------
    RawTable
        The table, with ``structure`` the id of the data flow or structure. Columns that describe the message, and
        those of other concepts that are total or empty in every row, have no field. A row that asks for a deletion
        is a fault.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        The header is not one of SDMX-CSV, or the rows are of several structures; and as the CSV reader.
    """
    table = read_csv(path, limits)
    if not is_sdmx_header(table.columns):
        raise InputFormatError(_("The header is not one of SDMX-CSV."), where=Path(path).name, got=table.columns[0],
                               expected=_("a first column DATAFLOW or STRUCTURE"))
    return _described(table, Path(path).name)


def _described(table: RawTable, where: str) -> RawTable:
    names = [_concept(column) for column in table.columns]
    labelled = [i for i, column in enumerate(table.columns) if ": " in column]
    for row in table.rows:
        for i in labelled:
            row[i] = row[i].split(": ", 1)[0]
    id_column = names.index("dataflow" if names[0] == "dataflow" else "structure_id")
    ids = {row[id_column].split(": ", 1)[0].strip() for row in table.rows}
    if len(ids) > 1:
        raise InputFormatError(_("The rows are of several structures."), where=where, got=", ".join(sorted(ids)[:3]),
                               expected=_("one structure in a file"), hint=_("Upload one file a structure."))
    return replace(table, format="sdmx-csv", structure=next(iter(ids), ""),
                   fields=tuple(_field(name, i, table) for i, name in enumerate(names)),
                   faults=(*table.faults, *_deletions(names, table)))


def _concept(column: str) -> str:
    """Give the id in a heading such as ``SEX: Sex`` or ``STRUCTURE[;]``."""
    return field_name(column.split(":", 1)[0].split("[", 1)[0])


def _field(name: str, place: int, table: RawTable) -> str:
    name = CONCEPT_FIELDS.get(name, name)
    if name in _MESSAGE:
        return ""
    if name in OBSERVATION_COLUMNS:
        return name
    says_nothing = _IDLE.get(name, _NOTHING.__contains__)
    return "" if all(says_nothing(row[place].strip()) for row in table.rows) else name


def _deletions(names: list[str], table: RawTable) -> list[CellFault]:
    if "action" not in names:
        return []
    place = names.index("action")
    return [CellFault(number, place, CellKind.DELETION, row[place])
            for number, row in zip(table.numbers, table.rows, strict=True)
            if row[place].strip().upper().startswith(_DELETE)]
